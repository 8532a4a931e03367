import { jest } from '@jest/globals';
import { calendarEventCreated, type Booking, type bookingChangeDetected, type EventOf } from '@patchbay/contracts';
import { waitFor } from '@patchbay/testing';
import { useOutlook } from '../testing/outlook-person.js';

jest.setTimeout(60_000);

const email = 'olivia.organiser@example.com';
const hourMs = 3_600_000;
/** Graph keeps seconds. */
const tomorrow = (Math.floor(Date.now() / hourMs) + 24) * hourMs;
const at = (hours: number): string => new Date(tomorrow + hours * hourMs).toISOString();
const graphTime = (hours: number) => ({ dateTime: at(hours).slice(0, 19), timeZone: 'UTC' });
const weekHours = 7 * 24;
const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;

/** Every week from an hour on, four times. */
const weekly = (hours: number) => {
  const start = new Date(tomorrow + hours * hourMs);
  const day = weekdays[start.getUTCDay()] ?? 'sunday';
  return {
    pattern: { type: 'weekly' as const, interval: 1, daysOfWeek: [day] },
    range: { type: 'numbered' as const, startDate: at(hours).slice(0, 10), numberOfOccurrences: 4 },
  };
};

describe('a booking whose event is made to repeat in Outlook', () => {
  const outlook = useOutlook();

  const placeOf = (id: string) => {
    const calendar = outlook.microsoft.running.fake.calendars.ofAccount(email).find(({ isDefault }) => isDefault);
    const event = calendar?.events.get(id);
    if (calendar === undefined || event === undefined) throw new Error('the fake has no such event');
    return { calendar, event };
  };
  /** Has all calendars read once more, to the end, and what was told looked at. */
  const read = async (accountId: string): Promise<void> => {
    const sql = `UPDATE calendars SET wanted_revision = wanted_revision + 1, next_attempt_at = now() WHERE account_id = $1 AND is_selected RETURNING id`;
    await waitFor(async () => ((await outlook.sql.query(sql, [accountId])).rowCount === 0 ? undefined : true), 'the calendars');
    await waitFor(async () => {
      const open = `SELECT 1 FROM calendars WHERE account_id = $1 AND is_selected AND (applied_revision < wanted_revision OR lease_token IS NOT NULL)
        UNION ALL SELECT 1 FROM booking_tellings JOIN calendars ON calendars.id = calendar_id WHERE account_id = $1`;
      return (await outlook.sql.query(open, [accountId])).rowCount === 0 ? true : undefined;
    }, 'the reading');
  };
  /** What was written down to be announced of a booking, whether or not it has gone out. */
  const detected = async ({ booking_id }: Booking) => {
    const sql = `SELECT payload::jsonb -> 'data' AS data FROM outbox WHERE subject = 'event.booking_change_detected.v1' ORDER BY id`;
    const { rows } = await outlook.sql.query<{ data: EventOf<typeof bookingChangeDetected>['data'] }>(sql);
    return rows.filter(({ data }) => data.booking_id === booking_id).map(({ data }) => [data.change, data.start_time, data.action]);
  };
  const booked = async (policy: 'follow' | 'restore' = 'follow') => {
    const { userId, connectionId } = await outlook.stack.connectAccount(undefined, undefined, 'outlook');
    await read(connectionId);
    await outlook.sql.query(`UPDATE accounts SET booking_change_policy = $2 WHERE id = $1`, [connectionId, policy]);
    const booking = await outlook.stack.book(userId, { conferencing: 'none', start_time: at(0), end_time: at(1) });
    const { event_id: eventId } = await outlook.stack.probe.next(calendarEventCreated, (event) => event.booking_id === booking.booking_id);
    await read(connectionId);
    return { connectionId, booking, eventId };
  };

  it('stays where it is: the first time is the booking’s, and neither moved nor gone when it repeats no longer', async () => {
    const { connectionId, booking, eventId } = await booked();

    outlook.microsoft.running.fake.calendars.change(placeOf(eventId), { recurrence: weekly(0) });
    await read(connectionId);
    outlook.microsoft.running.fake.forgetSyncStates();
    await read(connectionId);
    outlook.microsoft.running.fake.calendars.change(placeOf(eventId), { recurrence: null });
    await read(connectionId);

    expect(await detected(booking)).toEqual([]);
    const { rows } = await outlook.sql.query(`SELECT is_cancelled, event_id FROM bookings WHERE booking_id = $1`, [booking.booking_id]);
    expect(rows).toEqual([{ is_cancelled: false, event_id: eventId }]);
  });

  it('follows the first time alone, when that is moved or the whole series is', async () => {
    const { connectionId, booking, eventId } = await booked();
    outlook.microsoft.running.fake.calendars.change(placeOf(eventId), { recurrence: weekly(0) });
    await read(connectionId);

    outlook.microsoft.running.fake.calendars.except(placeOf(eventId), at(weekHours).slice(0, 10), {
      start: graphTime(weekHours + 5),
      end: graphTime(weekHours + 6),
    });
    await read(connectionId);
    const others = await detected(booking);
    outlook.microsoft.running.fake.calendars.except(placeOf(eventId), at(0).slice(0, 10), { start: graphTime(2), end: graphTime(3) });
    await read(connectionId);
    outlook.microsoft.running.fake.calendars.change(placeOf(eventId), {
      start: graphTime(weekHours),
      end: graphTime(weekHours + 1),
      recurrence: weekly(weekHours),
    });
    await read(connectionId);

    expect(others).toEqual([]);
    expect(await detected(booking)).toEqual([
      ['moved', at(2), 'followed'],
      ['moved', at(weekHours), 'followed'],
    ]);
  });

  it('is cancelled with its first time, whatever is left of the series', async () => {
    const { connectionId, booking, eventId } = await booked();
    outlook.microsoft.running.fake.calendars.change(placeOf(eventId), { recurrence: weekly(0) });
    await read(connectionId);

    outlook.microsoft.running.fake.calendars.except(placeOf(eventId), at(0).slice(0, 10), 'deleted');
    await read(connectionId);

    expect(await detected(booking)).toEqual([['deleted', null, 'followed']]);
  });

  it('is written back when its first time alone is moved, which is told of once', async () => {
    const { connectionId, booking, eventId } = await booked('restore');
    outlook.microsoft.running.fake.calendars.change(placeOf(eventId), { recurrence: weekly(0) });
    await read(connectionId);
    const day = at(0).slice(0, 10);

    outlook.microsoft.running.fake.calendars.except(placeOf(eventId), day, { start: graphTime(2), end: graphTime(3) });
    await read(connectionId);
    await waitFor(() => {
      const first = placeOf(eventId).event.exceptions.get(day);
      return (first !== 'deleted' && first?.start?.dateTime !== graphTime(2).dateTime) || undefined;
    }, 'the first time where it was');
    await read(connectionId);

    expect(await detected(booking)).toEqual([['moved', at(2), 'written_back']]);
  });

  it.each(['alone', 'with all others'])('is not said to be written back when its first time goes %s', async (which) => {
    const { connectionId, booking, eventId } = await booked('restore');
    outlook.microsoft.running.fake.calendars.change(placeOf(eventId), { recurrence: weekly(0) });
    await read(connectionId);

    if (which === 'alone') outlook.microsoft.running.fake.calendars.except(placeOf(eventId), at(0).slice(0, 10), 'deleted');
    else outlook.microsoft.running.fake.calendars.remove(placeOf(eventId));
    await read(connectionId);

    expect(await detected(booking)).toEqual([['deleted', null, 'announced']]);
    const { rows } = await outlook.sql.query(`SELECT announced -> 'start' AS start FROM bookings WHERE booking_id = $1`, [booking.booking_id]);
    expect(rows).toEqual([{ start: null }]);
  });

  it('is written back again once it repeats no longer', async () => {
    const { connectionId, booking, eventId } = await booked('restore');
    outlook.microsoft.running.fake.calendars.change(placeOf(eventId), { recurrence: weekly(0) });
    await read(connectionId);
    outlook.microsoft.running.fake.calendars.change(placeOf(eventId), { recurrence: null });
    await read(connectionId);

    outlook.microsoft.running.fake.calendars.change(placeOf(eventId), { start: graphTime(2), end: graphTime(3) });
    await read(connectionId);

    expect(await detected(booking)).toEqual([['moved', at(2), 'written_back']]);
    await waitFor(() => placeOf(eventId).event.fields.start.dateTime !== graphTime(2).dateTime || undefined, 'the event at its time again');
  });
});
