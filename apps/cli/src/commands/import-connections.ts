import { readFileSync } from 'node:fs';
import { importConnections, importedConnection, type OutputOf } from '@patchbay/contracts';
import type { Command } from 'commander';
import type { z } from 'zod';
import { gatewayCommand, runsInSteps, type CommandContext } from '../command.js';
import { CommandFailure, exitCodes } from '../exit-codes.js';
import { table, type Streams } from '../terminal.js';

interface Options {
  readonly encryption: 'none' | 'fernet';
  readonly dryRun?: boolean;
}

type Answer = OutputOf<typeof importConnections>['items'][number];
/** What became of one line of the file. */
type Item = Omit<Answer, 'index'> & { readonly line: number };
type Line = { readonly line: number; readonly connection: z.input<typeof importedConnection> };

const perCall = 200;

/** `patchbay import-connections`: takes connections over from another system. Running it again changes nothing. */
export const importConnectionsCommand = (streams: Streams): Command =>
  gatewayCommand('import-connections', 'take connections with their tokens over from another system')
    .argument('<file>', 'one JSON object a line: user_id, provider, integration_type, provider_account_id, access_token, refresh_token, …')
    .option('--encryption <kind>', 'of the tokens in the file: none, or fernet (under SOCIAL_MEDIA_ENCRYPTION_KEY of the auth service)', 'none')
    .option('--dry-run', 'only say what would be done')
    .action(runsInSteps<Options>(streams, importFile));

async function importFile(context: CommandContext, { encryption, dryRun = false }: Options, file = ''): Promise<number> {
  if (encryption !== 'none' && encryption !== 'fernet') throw new CommandFailure('--encryption is none or fernet.', exitCodes.usage);
  const lines = linesOf(file);
  const { terminal, client, signal } = context;
  const patchbay = client();
  const progress = terminal.progress('Importing');
  const items: Item[] = [];
  try {
    for (let from = 0; from < lines.length && !signal.aborted; from += perCall) {
      progress.at(from, lines.length);
      const sent = lines.slice(from, from + perCall);
      const answer = await patchbay.call(importConnections, { encryption, is_dry_run: dryRun, items: sent.map(({ connection }) => connection) });
      items.push(...answer.items.map(({ index, ...item }) => ({ line: sent[index]?.line ?? 0, ...item })));
    }
    progress.at(items.length, lines.length);
  } finally {
    progress.stop();
  }
  terminal.result({ items }, () => textOf(items));
  if (signal.aborted) return exitCodes.interrupted;
  return items.some(({ status }) => status === 'failed') ? exitCodes.findings : exitCodes.ok;
}

/** Everything is checked before anything is sent. Messages name lines and fields, never values: those are secrets. */
function linesOf(file: string): readonly Line[] {
  const lines = textOfFile(file)
    .split('\n')
    .map((text, index) => ({ text: text.trim(), line: index + 1 }))
    .filter(({ text }) => text !== '');
  const read = lines
    .map(({ text, line }) => ({ line, json: jsonOf(text) }))
    .map(({ line, json }) => ({ line, json, parsed: importedConnection.safeParse(json) }));
  const faults = read.flatMap(({ line, json, parsed }) => {
    if (json === undefined) return [`line ${line}: is no JSON`];
    return parsed.success
      ? []
      : parsed.error.issues.map(({ path, message }) => `line ${line}: ${path.length === 0 ? '' : `${path.join('.')}: `}${message}`);
  });
  if (faults.length > 0) throw new CommandFailure(['Nothing was imported.', ...faults.slice(0, 50)].join('\n  '), exitCodes.usage);
  return read.flatMap(({ line, parsed }) => (parsed.success ? [{ line, connection: parsed.data }] : []));
}

function textOfFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new CommandFailure(`${file} cannot be read.`, exitCodes.usage);
  }
}

/** Undefined when it is no JSON, which no JSON is. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function textOf(items: readonly Item[]): readonly string[] {
  const count = (status: Item['status']): number => items.filter((item) => item.status === status).length;
  const sum = `${count('imported')} imported, ${count('updated')} updated, ${count('unchanged')} unchanged, ${count('failed')} failed.`;
  const failed = items.filter(({ status }) => status === 'failed');
  if (failed.length === 0) return [sum];
  return [
    ...table(
      ['LINE', 'CODE', 'WHY'],
      failed.map(({ line, code, message }) => [String(line), code ?? '', message ?? '']),
    ),
    sum,
  ];
}
