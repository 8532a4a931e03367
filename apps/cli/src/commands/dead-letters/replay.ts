import { PatchbayApiError, type PatchbayClient } from '@patchbay/api-client';
import { replayDeadLetter, type ConsumingService } from '@patchbay/contracts';
import type { Command } from 'commander';
import { gatewayCommand, runsInSteps, type CommandContext } from '../../command.js';
import { CommandFailure, exitCodes } from '../../exit-codes.js';
import { table, type Streams } from '../../terminal.js';
import { deadLettersOf, servicesOf } from './dead-letter-pages.js';

interface Options {
  readonly service?: string;
  readonly all?: boolean;
  readonly dryRun?: boolean;
}

interface Replay {
  readonly service: ConsumingService;
  readonly id: string;
  readonly status: 'replayed' | 'would_be_replayed' | 'failed';
  readonly message: string | null;
}

type Letter = Pick<Replay, 'service' | 'id'>;

const replaysMax = 10_000;

/** `patchbay dead-letters replay`. */
export const replayDeadLettersCommand = (streams: Streams): Command =>
  gatewayCommand('replay', 'hand them to their service once more')
    .argument('[id]', 'the one to replay')
    .option('--service <name>', 'whose it is; all services are asked when absent')
    .option('--all', 'every one that was not replayed yet')
    .option('--dry-run', 'only say which')
    .action(runsInSteps<Options>(streams, replay));

async function replay({ terminal, client, signal }: CommandContext, { service, all = false, dryRun = false }: Options, id?: string): Promise<number> {
  if ((id === undefined) !== all) throw new CommandFailure('Name one id, or say --all.', exitCodes.usage);
  const patchbay = client();
  const letters = await wanted(patchbay, { service, id });
  const progress = terminal.progress('Replaying');
  const replays: Replay[] = [];
  try {
    for (const letter of letters) {
      if (signal.aborted) break;
      replays.push(dryRun ? { ...letter, status: 'would_be_replayed', message: null } : await replayOne(patchbay, letter));
      progress.at(replays.length, letters.length);
    }
  } finally {
    progress.stop();
  }
  terminal.result({ items: replays }, () => textOf(replays));
  if (signal.aborted) return exitCodes.interrupted;
  return replays.some(({ status }) => status === 'failed') ? exitCodes.findings : exitCodes.ok;
}

async function wanted(client: PatchbayClient, { service, id }: { service: string | undefined; id: string | undefined }): Promise<readonly Letter[]> {
  const letters: Letter[] = [];
  for (const name of servicesOf(service)) {
    const open = await deadLettersOf(client, name, replaysMax);
    letters.push(
      ...open
        .filter((letter) => (id === undefined ? letter.replayed_at === null : letter.id === id))
        .map((letter) => ({ service: name, id: letter.id })),
    );
  }
  if (id !== undefined && letters.length === 0) throw new CommandFailure(`No service has a dead letter ${id}.`);
  return letters;
}

async function replayOne(client: PatchbayClient, { service, id }: Letter): Promise<Replay> {
  try {
    await client.call(replayDeadLetter(service), { id });
    return { service, id, status: 'replayed', message: null };
  } catch (error) {
    if (!(error instanceof PatchbayApiError)) throw error;
    return { service, id, status: 'failed', message: error.message };
  }
}

const textOf = (replays: readonly Replay[]): readonly string[] =>
  replays.length === 0
    ? ['There is nothing to replay.']
    : table(
        ['SERVICE', 'ID', 'STATUS', 'WHY'],
        replays.map(({ service, id, status, message }) => [service, id, status.replaceAll('_', ' '), message ?? '']),
      );
