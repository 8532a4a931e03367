import { listCalendarAccounts, type CalendarAccount } from '@patchbay/contracts';
import type { Command } from 'commander';
import { gatewayCommand, runs } from '../../command.js';
import { exitCodes } from '../../exit-codes.js';
import { table, type Streams } from '../../terminal.js';
import { pagesOf } from '../../pages.js';

/** `patchbay calendars list`. Ends with 3 when a calendar that is selected cannot be booked on. */
export const listCalendarsCommand = (streams: Streams): Command =>
  gatewayCommand('list', 'list your calendar accounts and their calendars, newest first').action(
    runs(streams, async ({ terminal, client }) => {
      const patchbay = client();
      const items = await pagesOf(10_000, (page) => patchbay.call(listCalendarAccounts, page));
      terminal.result({ items }, () =>
        items.length === 0 ? ['There are none.'] : table(['ACCOUNT', 'PROVIDER', 'CALENDAR', 'POLICY', 'READ AT', 'BOOKABLE'], items.flatMap(rowsOf)),
      );
      return items.some(isBehind) ? exitCodes.findings : exitCodes.ok;
    }),
  );

const isBehind = ({ calendars }: CalendarAccount): boolean => calendars.some(({ is_selected, bookable }) => is_selected && !bookable);

function rowsOf({ id, provider, status, calendars }: CalendarAccount): readonly (readonly string[])[] {
  if (calendars.length === 0) return [[id, provider, '', '', '', `no (${status === 'active' ? 'never_synced' : status})`]];
  return calendars.map(({ name, conflict_policy, synced_at, bookable, reason }) => [
    id,
    provider,
    name,
    conflict_policy,
    synced_at ?? 'never',
    bookable ? 'yes' : `no (${reason})`,
  ]);
}
