import { getBusyTimes, type UserBusy } from '@patchbay/contracts';
import type { Command } from 'commander';
import { gatewayCommand, runs } from '../../command.js';
import { exitCodes } from '../../exit-codes.js';
import { table, type Streams } from '../../terminal.js';
import { rangeOf } from './range-options.js';

interface Options {
  readonly from?: string;
  readonly days: string;
  readonly user?: readonly string[];
}

/** `patchbay calendars busy`. Ends with 3 when somebody cannot be booked on. */
export const busyCalendarsCommand = (streams: Streams): Command =>
  gatewayCommand('busy', 'list when you are busy, or others')
    .option('--from <time>', 'from then on, such as 2026-11-21T10:00:00Z; now when absent')
    .option('--days <count>', 'for so many days', '7')
    .option('--user <id...>', 'whose; services and administrators may ask for anybody')
    .action(
      runs<Options>(streams, async ({ terminal, client }, { from, days, user }) => {
        const range = rangeOf(from, days);
        const answer = await client().call(getBusyTimes, { ...range, ...(user !== undefined && { user_id: [...user] }) });
        const rows = answer.items.flatMap(rowsOf);
        terminal.result(answer, () => [
          ...(rows.length === 0 ? ['Nobody is busy.'] : table(['USER', 'FROM', 'TO', 'MEANS'], rows)),
          ...answer.items.flatMap(doubtsOf),
        ]);
        return answer.items.every(({ bookable }) => bookable) ? exitCodes.ok : exitCodes.findings;
      }),
    );

const rowsOf = ({ user_id, busy, warnings }: UserBusy): readonly (readonly string[])[] => [
  ...busy.map(({ start, end }) => [user_id, start, end, 'busy']),
  ...warnings.map(({ start, end }) => [user_id, start, end, 'warns']),
];

const doubtsOf = ({ user_id, bookable, reason: ownReason, calendars }: UserBusy): readonly string[] => {
  if (bookable) return [];
  const behind = calendars.filter((calendar) => calendar.conflict_policy === 'block' && !calendar.bookable);
  return [
    ...(ownReason === null ? [] : [`${user_id} cannot be booked: ${ownReason}.`]),
    ...behind.map(({ name, account_id, reason }) => `${user_id} cannot be booked: ${name ?? account_id} is ${reason}.`),
  ];
};
