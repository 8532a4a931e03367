import type { CalendarAccountRow } from './accounts.repository.js';

type Candidate = Pick<CalendarAccountRow, 'status' | 'is_default' | 'calendar_id' | 'applied_revision' | 'last_error'>;

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

/** While its calendars are listed for the first time, there may be one. Where that fails, nobody knows for how long: nothing waits for it that can go elsewhere. */
const mayBeWritten = ({ calendar_id: calendarId, applied_revision: applied, last_error: error }: Candidate): boolean =>
  calendarId !== null || (applied === 0 && error === null);
