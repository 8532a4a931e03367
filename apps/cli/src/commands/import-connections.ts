import { readFileSync } from 'node:fs';
import { importConnections, importedConnection, type OutputOf } from '@patchbay/contracts';
import type { Command } from 'commander';
import type { z } from 'zod';
import { gatewayCommand, runs, type CommandContext } from '../command.js';
import { CommandFailure, exitCodes } from '../exit-codes.js';
import { table, type Streams } from '../terminal.js';

interface Options {
  readonly encryption: 'none' | 'fernet';
  readonly dryRun?: boolean;
}

type Item = OutputOf<typeof importConnections>['items'][number];
type Connection = z.input<typeof importedConnection>;

const perCall = 200;

/** `patchbay import-connections`: takes connections over from another system. Running it again changes nothing. */
export const importConnectionsCommand = (streams: Streams): Command =>
  gatewayCommand('import-connections', 'take connections with their tokens over from another system')
    .argument('<file>', 'one JSON object a line: user_id, provider, integration_type, provider_account_id, access_token, refresh_token, …')
    .option('--encryption <kind>', 'of the tokens in the file: none, or fernet (under SOCIAL_MEDIA_ENCRYPTION_KEY of the auth service)', 'none')
    .option('--dry-run', 'only say what would be done')
    .action(runs<Options>(streams, importFile));

async function importFile(context: CommandContext, { encryption, dryRun = false }: Options, file = ''): Promise<number> {
  if (encryption !== 'none' && encryption !== 'fernet') throw new CommandFailure('--encryption is none or fernet.', exitCodes.usage);
  const connections = connectionsOf(file);
  const { terminal, client, signal } = context;
  const patchbay = client();
  const progress = terminal.progress('Importing');
  const items: Item[] = [];
  try {
    for (let from = 0; from < connections.length && !signal.aborted; from += perCall) {
      progress.at(from, connections.length);
      const call = { encryption, is_dry_run: dryRun, items: connections.slice(from, from + perCall) };
      const answer = await patchbay.call(importConnections, call);
      items.push(...answer.items.map((item) => ({ ...item, index: item.index + from })));
    }
    progress.at(items.length, connections.length);
  } finally {
    progress.stop();
  }
  terminal.result({ items }, () => textOf(items));
  if (signal.aborted) return exitCodes.interrupted;
  return items.some(({ status }) => status === 'failed') ? exitCodes.findings : exitCodes.ok;
}

/** Everything is checked before anything is sent. Messages name lines and fields, never values: those are secrets. */
function connectionsOf(file: string): readonly Connection[] {
  const lines = textOfFile(file)
    .split('\n')
    .map((text, index) => ({ text: text.trim(), line: index + 1 }))
    .filter(({ text }) => text !== '');
  const read = lines.map(({ text, line }) => ({ line, parsed: importedConnection.safeParse(jsonOrNull(text)) }));
  const faults = read.flatMap(({ line, parsed }) =>
    parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `line ${line}: ${path.join('.') || 'line'}: ${message}`),
  );
  if (faults.length > 0) throw new CommandFailure(['Nothing was imported.', ...faults.slice(0, 50)].join('\n  '), exitCodes.usage);
  return read.flatMap(({ parsed }) => (parsed.success ? [parsed.data] : []));
}

function textOfFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new CommandFailure(`${file} cannot be read.`, exitCodes.usage);
  }
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
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
      failed.map(({ index, code, message }) => [String(index + 1), code ?? '', message ?? '']),
    ),
    sum,
  ];
}
