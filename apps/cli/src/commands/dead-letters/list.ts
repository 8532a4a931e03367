import type { DeadLetter } from '@patchbay/contracts';
import type { Command } from 'commander';
import { gatewayCommand, runs } from '../../command.js';
import { CommandFailure, exitCodes } from '../../exit-codes.js';
import { table, type Streams } from '../../terminal.js';
import { deadLettersOf, servicesOf } from './dead-letter-pages.js';

interface Options {
  readonly service?: string;
  readonly limit: string;
}

/** `patchbay dead-letters list`. */
export const listDeadLettersCommand = (streams: Streams): Command =>
  gatewayCommand('list', 'list them, newest first')
    .option('--service <name>', 'only of this service')
    .option('--limit <count>', 'at most so many of each service', '50')
    .action(
      runs<Options>(streams, async ({ terminal, client }, { service, limit }) => {
        const max = Number(limit);
        if (!(max >= 1)) throw new CommandFailure('--limit takes a number above zero.', exitCodes.usage);
        const items: DeadLetter[] = [];
        for (const name of servicesOf(service)) items.push(...(await deadLettersOf(client(), name, max)));
        terminal.result({ items }, () => textOf(items));
        return items.some(({ replayed_at: replayedAt }) => replayedAt === null) ? exitCodes.findings : exitCodes.ok;
      }),
    );

const textOf = (items: readonly DeadLetter[]): readonly string[] =>
  items.length === 0
    ? ['There are none.']
    : table(
        ['SERVICE', 'ID', 'SINCE', 'SUBJECT', 'ATTEMPTS', 'REPLAYED', 'ERROR'],
        items.map((item) => [
          item.service,
          item.id,
          item.created_at,
          item.subject,
          String(item.attempts),
          item.replayed_at ?? 'no',
          item.error.split('\n')[0] ?? '',
        ]),
      );
