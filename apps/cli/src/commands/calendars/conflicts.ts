import { listConflicts, type Conflict, type ConflictSide } from '@patchbay/contracts';
import type { Command } from 'commander';
import { gatewayCommand, runs } from '../../command.js';
import { exitCodes } from '../../exit-codes.js';
import { pagesOf } from '../../pages.js';
import { table, type Streams } from '../../terminal.js';
import { rangeOf } from './range-options.js';

interface Options {
  readonly from?: string;
  readonly days: string;
  readonly all?: true;
  readonly user?: string;
}

/** `patchbay calendars conflicts`. Ends with 3 when there are open ones. */
export const conflictsCommand = (streams: Streams): Command =>
  gatewayCommand('conflicts', 'list blocks, bookings and busy times that are at the same time, and what can be done')
    .option('--from <time>', 'from then on, such as 2026-11-21T10:00:00Z; now when absent')
    .option('--days <count>', 'for so many days', '90')
    .option('--all', 'also those that were decided about')
    .option('--user <id>', 'whose; services and administrators may ask for anybody')
    .action(
      runs<Options>(streams, async ({ terminal, client }, { from, days, all, user }) => {
        const patchbay = client();
        const query = { ...rangeOf(from, days), ...(all !== true && { status: 'open' as const }), ...(user !== undefined && { user_id: user }) };
        const items = await pagesOf(10_000, (page) => patchbay.call(listConflicts, { ...query, ...page }));
        terminal.result({ items }, () =>
          items.length === 0
            ? ['There are none.']
            : table(['CONFLICT', 'STATUS', 'SEVERITY', 'FROM', 'MINUTES', 'BETWEEN', 'AND', 'CAN BE DONE'], items.map(rowOf)),
        );
        return items.some(({ status }) => status === 'open') ? exitCodes.findings : exitCodes.ok;
      }),
    );

const rowOf = ({ id, status, severity, overlap, sides, proposals }: Conflict): readonly string[] => [
  id,
  status,
  severity,
  overlap.start,
  String(overlap.minutes),
  nameOf(sides[0]),
  nameOf(sides[1]),
  proposals.map(({ action }) => action).join(' '),
];

const nameOf = ({ type, title }: ConflictSide): string => `${type} ${title}`;
