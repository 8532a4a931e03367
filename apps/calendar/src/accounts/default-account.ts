import type { CalendarAccountRow } from './accounts.repository.js';

type Candidate = Pick<CalendarAccountRow, 'status' | 'is_default' | 'calendar_id' | 'applied_revision'>;

/**
 * The account that a booking is written to: the one that its user chose, else the first connected one. One that must be connected again, or that nothing can
 * be written to, lets the others go first. Undefined when there is none.
 *
 * @param accounts in the order they were connected
 */
export function accountForBookings<Account extends Candidate>(accounts: readonly Account[]): Account | undefined {
  const inOrder = accounts.toSorted((a, b) => Number(b.is_default) - Number(a.is_default));
  const active = inOrder.filter(({ status }) => status === 'active');
  return active.find(mayBeWritten) ?? active[0] ?? inOrder[0];
}

/** As long as its calendars were never listed, there may be one. */
const mayBeWritten = ({ calendar_id: calendarId, applied_revision: applied }: Candidate): boolean => calendarId !== null || applied === 0;
