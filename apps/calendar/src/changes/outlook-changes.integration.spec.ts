import { jest } from '@jest/globals';
import {
  bookingCancelled,
  bookingChangeDetected,
  bookingRescheduled,
  calendarEventCreated,
  calendarEventDeleted,
  calendarEventUpdated,
  type Booking,
  type BookingChangePolicy,
} from '@patchbay/contracts';
import { waitFor } from '@patchbay/testing';
import { useOutlook } from '../testing/outlook-person.js';

jest.setTimeout(60_000);

const email = 'olivia.organiser@example.com';
const hourMs = 3_600_000;
/** Graph keeps seconds. */
const tomorrow = (Math.floor(Date.now() / hourMs) + 24) * hourMs;
const at = (hours: number): string => new Date(tomorrow + hours * hourMs).toISOString();
describe('a booking whose event is moved or deleted in Outlook', () => {
  const outlook = useOutlook();

  const mine = () => {
    const calendar = outlook.microsoft.running.fake.calendars.ofAccount(email).find(({ isDefault }) => isDefault);
    if (calendar === undefined) throw new Error('the fake has no calendar');
    return calendar;
  };
  const eventOf = (id: string) => {
    const event = [...mine().events.values()].find((one) => one.id === id);
    if (event === undefined) throw new Error('the fake has no such event');
    return { calendar: mine(), event };
  };
  /** Has the calendars read once more, to the end. */
  const read = async (accountId: string): Promise<void> => {
    const sql = `UPDATE calendars SET wanted_revision = wanted_revision + 1, next_attempt_at = now() WHERE account_id = $1 AND is_primary RETURNING id`;
    await waitFor(async () => ((await outlook.sql.query(sql, [accountId])).rowCount === 1 ? true : undefined), 'the calendar');
    await waitFor(async () => {
      const done = `SELECT 1 FROM calendars WHERE account_id = $1 AND is_primary AND applied_revision = wanted_revision AND lease_token IS NULL`;
      return (await outlook.sql.query(done, [accountId])).rowCount === 1 ? true : undefined;
    }, 'the reading');
  };
  const settled = (bookingId: string) =>
    waitFor(async () => {
      const sql = `SELECT 1 FROM bookings WHERE booking_id = $1 AND applied_revision = wanted_revision AND lease_token IS NULL`;
      return (await outlook.sql.query(sql, [bookingId])).rowCount === 1 ? true : undefined;
    }, 'the booking');
  const detected = (booking: Booking) => outlook.stack.probe.seen(bookingChangeDetected).filter((event) => event.booking_id === booking.booking_id);
  const booked = async (policy: BookingChangePolicy) => {
    const { userId, connectionId } = await outlook.stack.connectAccount(undefined, undefined, 'outlook');
    await read(connectionId);
    await outlook.sql.query('UPDATE accounts SET booking_change_policy = $2 WHERE id = $1', [connectionId, policy]);
    const booking = await outlook.stack.book(userId, { conferencing: 'none', start_time: at(0), end_time: at(1) });
    const { event_id: eventId } = await outlook.stack.probe.next(calendarEventCreated, (event) => event.booking_id === booking.booking_id);
    await settled(booking.booking_id);
    await read(connectionId);
    return { connectionId, booking, eventId };
  };
  const graphTime = (hours: number) => ({ dateTime: at(hours).slice(0, 19), timeZone: 'UTC' });

  it('is announced when it is moved, also when Exchange has forgotten the state behind the delta', async () => {
    const { connectionId, booking, eventId } = await booked('announce');

    outlook.microsoft.running.fake.calendars.change(eventOf(eventId), { start: graphTime(2), end: graphTime(3) });
    await read(connectionId);
    outlook.microsoft.running.fake.calendars.change(eventOf(eventId), { start: graphTime(4), end: graphTime(5) });
    outlook.microsoft.running.fake.forgetSyncStates();
    await read(connectionId);

    await waitFor(() => (detected(booking).length >= 2 ? true : undefined), 'both changes');
    expect(detected(booking)).toMatchObject([
      { provider: 'outlook', event_id: eventId, change: 'moved', previous_start_time: at(0), start_time: at(2), end_time: at(3) },
      { change: 'moved', previous_start_time: at(2), start_time: at(4), end_time: at(5) },
    ]);
  });

  it('is written anew when it was deleted and shall be restored, and neither its old nor its new event is a change then', async () => {
    const { connectionId, booking, eventId } = await booked('restore');

    outlook.microsoft.running.fake.calendars.remove(eventOf(eventId));
    await read(connectionId);
    await outlook.stack.probe.next(bookingChangeDetected, (event) => event.booking_id === booking.booking_id);
    await settled(booking.booking_id);
    await read(connectionId);
    outlook.microsoft.running.fake.forgetSyncStates();
    await read(connectionId);

    expect(detected(booking)).toMatchObject([{ change: 'deleted', start_time: null, action: 'written_back' }]);
    const { rows } = await outlook.sql.query<{ event_id: string }>('SELECT event_id FROM bookings WHERE booking_id = $1', [booking.booking_id]);
    expect(eventOf(rows[0]?.event_id ?? '').event.isRemoved).toBe(false);
  });

  it('is found in another calendar, where it has another id, though nobody has read that it was put there', async () => {
    const { booking, eventId } = await booked('announce');
    const { calendars } = outlook.microsoft.running.fake;
    const other = calendars.ofAccount(email).find(({ isDefault, canEdit }) => !isDefault && canEdit);
    if (other === undefined) throw new Error('the fake has no other calendar');
    const { event } = eventOf(eventId);
    const moved = calendars.add(other, event.fields);
    calendars.remove({ calendar: mine(), event });
    const shown = () => [...other.events.values(), ...mine().events.values()].flatMap(({ id, isRemoved }) => (isRemoved ? [] : [id]));
    const before = shown();
    const previous = { previous_start_time: booking.start_time, previous_end_time: booking.end_time };

    await outlook.stack.probe.publish(bookingRescheduled, { data: { ...booking, ...previous, start_time: at(4), end_time: at(5) } });
    const updated = await outlook.stack.probe.next(calendarEventUpdated, ({ booking_id: id }) => id === booking.booking_id);
    const standing = shown();
    await outlook.stack.probe.publish(bookingCancelled, { data: { booking_id: booking.booking_id, organizer: booking.organizer } });
    await outlook.stack.probe.next(calendarEventDeleted, ({ booking_id: id }) => id === booking.booking_id);

    expect(updated).toMatchObject({ calendar_id: other.id, event_id: moved.id });
    expect(standing).toEqual(before);
    expect(shown()).toEqual(before.filter((id) => id !== moved.id));
  });
});
