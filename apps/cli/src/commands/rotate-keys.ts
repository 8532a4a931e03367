import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { getKeyRotation, sealingServices, startKeyRotation, stopKeyRotation, type KeyRotation, type SealingService } from '@patchbay/contracts';
import { gatewayCommand, runsInSteps, type CommandContext } from '../command.js';
import { CommandFailure, exitCodes } from '../exit-codes.js';
import { table, type Streams } from '../terminal.js';

interface Options {
  readonly service?: SealingService;
  readonly dryRun?: boolean;
  readonly stop?: boolean;
}

const askEveryMs = 500;

/** `patchbay rotate-keys`: seals everything anew under the first master key. Interrupted, it goes on by itself; run again, it shows how far it is. */
export const rotateKeysCommand = (streams: Streams): Command =>
  gatewayCommand('rotate-keys', 'seal all stored secrets anew under the first of TOKEN_MASTER_KEYS, while everything runs')
    .option('--service <name>', `only this one: ${sealingServices.join(', ')}`)
    .option('--dry-run', 'only count what there is to do')
    .option('--stop', 'stop what runs; starting goes on from there')
    .action(runsInSteps<Options>(streams, rotate));

async function rotate(context: CommandContext, { service, dryRun = false, stop = false }: Options): Promise<number> {
  if (service !== undefined && !sealingServices.includes(service)) {
    throw new CommandFailure(`${service} keeps no secrets: ${sealingServices.join(', ')}.`, exitCodes.usage);
  }
  const rotations: KeyRotation[] = [];
  for (const name of service === undefined ? sealingServices : [service]) {
    if (stop) rotations.push(await context.client().call(stopKeyRotation(name), {}));
    else if (dryRun) rotations.push(await context.client().call(startKeyRotation(name), { is_dry_run: true }));
    else rotations.push(await follow(context, name));
    if (context.signal.aborted) break;
  }
  context.terminal.result({ is_dry_run: dryRun, rotations }, dryRun ? textOfDryRun : textOf);
  if (context.signal.aborted) {
    context.terminal.note('The services go on by themselves; --stop stops them.');
    return exitCodes.interrupted;
  }
  return rotations.every((rotation) => isWell(rotation) && !(dryRun && leftOf(rotation) > 0)) ? exitCodes.ok : exitCodes.findings;
}

async function follow({ terminal, client, signal }: CommandContext, service: SealingService): Promise<KeyRotation> {
  const patchbay = client();
  const progress = terminal.progress(`Sealing anew in ${service}`);
  try {
    let rotation = await patchbay.call(startKeyRotation(service), {});
    for (;;) {
      // Percent counts the verifying half as well, which the numbers of values do not.
      progress.at(rotation.done, rotation.total, rotation.percent);
      if (!isUnderWay(rotation) || signal.aborted) return rotation;
      await sleep(askEveryMs, undefined, { signal }).catch(() => undefined);
      rotation = await patchbay.call(getKeyRotation(service), {});
    }
  } finally {
    progress.stop();
  }
}

const isUnderWay = ({ status }: KeyRotation): boolean => status === 'running' || status === 'verifying';
/** One that was stopped on demand is as it should be. */
const isWell = ({ status, failed }: KeyRotation): boolean => status !== 'failed' && failed === 0;
/** What is not under the first key yet. */
const leftOf = ({ total, done }: KeyRotation): number => total - done;

interface Result {
  readonly rotations: readonly KeyRotation[];
}

const textOf = ({ rotations }: Result): readonly string[] =>
  table(
    ['SERVICE', 'STATUS', 'DONE', 'OF', 'NOT OPENED', 'MASTER KEY', 'SEALED UNDER', 'LAST ERROR'],
    rotations.map((rotation) => [
      rotation.service,
      rotation.status,
      String(rotation.done),
      String(rotation.total),
      String(rotation.failed),
      rotation.master_key_id,
      keysOf(rotation),
      rotation.last_error ?? '',
    ]),
  );

const textOfDryRun = ({ rotations }: Result): readonly string[] => [
  ...table(
    ['SERVICE', 'STATUS', 'LEFT TO DO', 'OF', 'NOT OPENED', 'MASTER KEY', 'SEALED UNDER'],
    rotations.map((rotation) => [
      rotation.service,
      'dry run',
      String(leftOf(rotation)),
      String(rotation.total),
      String(rotation.failed),
      rotation.master_key_id,
      keysOf(rotation),
    ]),
  ),
  'Nothing was changed.',
];

const keysOf = ({ sealed_under: counts }: KeyRotation): string => {
  const keys = Object.entries(counts).map(([key, count]) => `${key}: ${count}`);
  return keys.length === 0 ? '-' : keys.join(', ');
};
