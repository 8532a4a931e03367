import { jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  bookingChangeDetected,
  bookingRescheduled,
  calendarEventCreated,
  calendarEventDeleted,
  calendarEventUpdated,
  meetingLinkCreated,
  updateCalendarAccount,
  type Booking,
  type BookingChangePolicy,
} from '@patchbay/contracts';
import { waitFor } from '@patchbay/testing';
import { as, useCalendarService } from '../testing/calendar-callers.js';

jest.setTimeout(60_000);

const email = 'olivia.organiser@example.com';
const hourMs = 3_600_000;
/** Providers keep whole seconds. */
const tomorrow = (Math.floor(Date.now() / hourMs) + 24) * hourMs;
const times = { start_time: new Date(tomorrow).toISOString(), end_time: new Date(tomorrow + hourMs / 2).toISOString() };

describe('a booking whose event is moved or deleted in Google', () => {
  const service = useCalendarService();

  const rowOf = async (bookingId: string): Promise<Readonly<Record<string, unknown>>> =>
    (await service.sql.query<Record<string, unknown>>('SELECT * FROM bookings WHERE booking_id = $1', [bookingId])).rows[0] ?? {};
  /** Waits until the calendars are read, and have them read once more, to the end. */
  const read = async (accountId: string): Promise<void> => {
    const sql = `UPDATE calendars SET wanted_revision = wanted_revision + 1, next_attempt_at = now() WHERE account_id = $1 AND is_primary RETURNING id`;
    await waitFor(async () => ((await service.sql.query(sql, [accountId])).rowCount === 1 ? true : undefined), 'the calendar');
    await waitFor(async () => {
      const { rows } = await service.sql.query(
        `SELECT 1 FROM calendars WHERE account_id = $1 AND is_primary AND applied_revision = wanted_revision AND lease_token IS NULL`,
        [accountId],
      );
      return rows.length > 0 ? true : undefined;
    }, 'the reading');
  };
  const settled = (bookingId: string) =>
    waitFor(async () => {
      const row = await rowOf(bookingId);
      return row['wanted_revision'] === row['applied_revision'] && row['lease_token'] === null ? row : undefined;
    }, `${bookingId} to be settled`);
  const at = (booking: Booking, hours: number) => ({
    start_time: new Date(Date.parse(booking.start_time) + hours * hourMs).toISOString(),
    end_time: new Date(Date.parse(booking.end_time) + hours * hourMs).toISOString(),
  });
  const of = (booking: Booking) => (event: { readonly booking_id: string | null }) => event.booking_id === booking.booking_id;
  const detected = (booking: Booking) => service.stack.probe.seen(bookingChangeDetected).filter(of(booking));
  const move = (booking: Booking, id: string, hours: number): void => {
    const { start_time: start, end_time: end } = at(booking, hours);
    const event = { start: { dateTime: start, timeZone: 'UTC' }, end: { dateTime: end, timeZone: 'UTC' } };
    service.stack.google.people.changeEvent({ email, calendarId: 'primary', id, event });
  };
  const takeWholeDay = (id: string): void => {
    const day = (ms: number) => ({ date: new Date(ms).toISOString().slice(0, 'yyyy-mm-dd'.length), dateTime: null, timeZone: null });
    const event = { start: day(tomorrow), end: day(tomorrow + 24 * hourMs) };
    service.stack.google.people.changeEvent({ email, calendarId: 'primary', id, event });
  };
  const startOf = (id: string) =>
    (service.stack.ledger.entries({ provider: 'google', key: id }).at(-1)?.details as { start?: { date?: string; dateTime?: string } }).start;
  const remove = (id: string): void => service.stack.google.people.removeEvent({ email, calendarId: 'primary', id });

  /** An account with this policy, and a booking whose event was written and read. */
  const booked = async (policy: BookingChangePolicy, conferencing: Booking['conferencing'] = 'none') => {
    const { userId, connectionId } = await service.stack.connectAccount();
    await read(connectionId);
    const account = await service.requests.send(updateCalendarAccount, { id: connectionId, booking_change_policy: policy }, as(userId));
    const booking = await service.stack.book(userId, { conferencing, ...times });
    const { event_id: eventId } = await service.stack.probe.next(calendarEventCreated, of(booking));
    await settled(booking.booking_id);
    await read(connectionId);
    return { userId, connectionId, account, booking, eventId };
  };

  it('is announced with its old and new times, and otherwise left as it is', async () => {
    const { userId, connectionId, account, booking, eventId } = await booked('announce');

    move(booking, eventId, 2);
    await read(connectionId);

    expect(account.booking_change_policy).toBe('announce');
    expect(await service.stack.probe.next(bookingChangeDetected, of(booking))).toEqual({
      user_id: userId,
      booking_id: booking.booking_id,
      connection_id: connectionId,
      provider: 'google',
      calendar_id: email,
      event_id: eventId,
      change: 'moved',
      previous_start_time: booking.start_time,
      previous_end_time: booking.end_time,
      ...at(booking, 2),
      policy: 'announce',
      action: 'announced',
    });
    expect(await rowOf(booking.booking_id)).toMatchObject({ wanted: { start_time: booking.start_time }, is_cancelled: false });
  });

  it('is seen to go soon after it was written, though nobody had the calendar read in between', async () => {
    const { userId, connectionId } = await service.stack.connectAccount();
    await read(connectionId);
    const booking = await service.stack.book(userId, { conferencing: 'none', ...times });
    const { event_id: eventId } = await service.stack.probe.next(calendarEventCreated, of(booking));
    const stored = () => service.sql.query(`SELECT 1 FROM calendar_events WHERE event_id = $1`, [eventId]);
    await waitFor(async () => ((await stored()).rowCount === 1 ? true : undefined), 'what was written to be read back');

    remove(eventId);
    await read(connectionId);

    expect(await service.stack.probe.next(bookingChangeDetected, of(booking))).toMatchObject({ change: 'deleted', action: 'announced' });
  });

  it('follows, and goes where the product says afterwards', async () => {
    const { connectionId, booking, eventId } = await booked('follow');

    move(booking, eventId, 2);
    await read(connectionId);
    await service.stack.probe.next(bookingChangeDetected, of(booking));
    const followed = await rowOf(booking.booking_id);
    const later = { ...booking, ...at(booking, 5), previous_start_time: booking.start_time, previous_end_time: booking.end_time };
    await service.stack.probe.publish(bookingRescheduled, { data: later });
    await service.stack.probe.next(calendarEventUpdated, of(booking));
    await settled(booking.booking_id);
    await read(connectionId);
    await read(connectionId);

    expect(followed).toMatchObject({ wanted: at(booking, 2) });
    expect(detected(booking).map(({ change, action }) => [change, action])).toEqual([['moved', 'followed']]);
    expect(await rowOf(booking.booking_id)).toMatchObject({ wanted: at(booking, 5), announced: null });
  });

  it('does not follow what happens in the calendar of who organised it before, and goes from there when the product says something next', async () => {
    const { userId, connectionId, booking, eventId } = await booked('follow');
    const other = await service.stack.connectAccount();
    await read(other.connectionId);
    const given = { ...booking, organizer: { user_id: other.userId } };
    await service.sql.query('UPDATE bookings SET wanted = $2 WHERE booking_id = $1', [booking.booking_id, JSON.stringify(given)]);

    move(booking, eventId, 2);
    await read(connectionId);
    const told = await service.stack.probe.next(bookingChangeDetected, of(booking));
    const before = await rowOf(booking.booking_id);
    const later = { ...given, ...at(booking, 5), previous_start_time: booking.start_time, previous_end_time: booking.end_time };
    await service.stack.probe.publish(bookingRescheduled, { data: later });
    const written = await service.stack.probe.next(calendarEventCreated, (event) => of(booking)(event) && event.user_id === other.userId);
    const gone = await service.stack.probe.next(calendarEventDeleted, of(booking));

    expect([told.action, before['user_id']]).toEqual(['announced', userId]);
    expect([written.connection_id, gone.connection_id, gone.event_id]).toEqual([other.connectionId, connectionId, eventId]);
  });

  it('is cancelled when it follows its deletion, which is not ours to announce as one', async () => {
    const { connectionId, booking, eventId } = await booked('follow');

    remove(eventId);
    await read(connectionId);

    expect(await service.stack.probe.next(bookingChangeDetected, of(booking))).toMatchObject({
      change: 'deleted',
      start_time: null,
      action: 'followed',
    });
    expect(await rowOf(booking.booking_id)).toMatchObject({ is_cancelled: true, event_id: null });
    expect(service.stack.probe.seen(calendarEventDeleted).filter(of(booking))).toEqual([]);
  });

  it.each([
    ['moved', 'moved', (booking: Booking, id: string) => move(booking, id, 3)],
    ['made last a whole day', 'moved', (_booking: Booking, id: string) => takeWholeDay(id)],
    ['deleted', 'deleted', (_booking: Booking, id: string) => remove(id)],
  ])('is written back once when it was %s, and our own writing is no change', async (_what, change, harm) => {
    const { connectionId, booking, eventId } = await booked('restore');

    harm(booking, eventId);
    await read(connectionId);
    await service.stack.probe.next(bookingChangeDetected, of(booking));
    await settled(booking.booking_id);
    await read(connectionId);
    await read(connectionId);

    expect(detected(booking).map((event) => [event.change, event.action])).toEqual([[change, 'written_back']]);
    const { rows } = await service.sql.query(
      `SELECT event -> 'start' ->> 'dateTime' AS start, event ->> 'status' AS status FROM calendar_events JOIN calendars AS calendar
         ON calendar.id = calendar_id AND calendar.generation = calendar_events.generation
       WHERE event_id = $1 AND calendar.account_id = $2`,
      [eventId, connectionId],
    );
    expect(rows).toHaveLength(1);
    expect(Date.parse(startOf(eventId)?.dateTime ?? '')).toBe(tomorrow);
  });

  describe('when its link comes late', () => {
    const joinUrl = 'https://zoom.us/j/85746065';
    const link = ({ booking_id }: Booking, userId: string) => {
      const meeting = { connection_id: randomUUID(), provider: 'zoom', meeting_id: '85746065', join_url: joinUrl };
      return service.stack.probe.publish(meetingLinkCreated, { data: { user_id: userId, booking_id, ...meeting } });
    };

    it('stays where it was moved, with the link, until the product says another time', async () => {
      const { userId, connectionId, booking, eventId } = await booked('announce', 'auto');
      move(booking, eventId, 2);
      await read(connectionId);
      await service.stack.probe.next(bookingChangeDetected, of(booking));

      await link(booking, userId);
      const updated = await service.stack.probe.next(calendarEventUpdated, of(booking));
      await settled(booking.booking_id);
      await read(connectionId);
      await read(connectionId);
      const row = await rowOf(booking.booking_id);
      const start = startOf(eventId);
      const data = { ...booking, ...at(booking, 5), previous_start_time: booking.start_time, previous_end_time: booking.end_time };
      await service.stack.probe.publish(bookingRescheduled, { data });
      await waitFor(async () => ((await rowOf(booking.booking_id))['announced'] === null ? true : undefined), 'the product’s time');

      expect(updated.join_url).toBe(joinUrl);
      expect(new Date(start?.dateTime ?? '').toISOString()).toBe(at(booking, 2).start_time);
      expect(row).toMatchObject({ announced: { start: at(booking, 2).start_time, end: at(booking, 2).end_time } });
      expect(detected(booking).map(({ change }) => change)).toEqual(['moved']);
      expect(await rowOf(booking.booking_id)).toMatchObject({ written: { start: at(booking, 5).start_time } });
    });

    it('stays the whole day that it was made, with the link, until the product says another time', async () => {
      const { userId, connectionId, booking, eventId } = await booked('announce', 'auto');
      takeWholeDay(eventId);
      await read(connectionId);
      await service.stack.probe.next(bookingChangeDetected, of(booking));

      await link(booking, userId);
      await service.stack.probe.next(calendarEventUpdated, of(booking));
      await settled(booking.booking_id);
      await read(connectionId);
      await read(connectionId);
      const linked = startOf(eventId);
      const data = { ...booking, ...at(booking, 5), previous_start_time: booking.start_time, previous_end_time: booking.end_time };
      await service.stack.probe.publish(bookingRescheduled, { data });
      await waitFor(async () => ((await rowOf(booking.booking_id))['announced'] === null ? true : undefined), 'the product’s time');

      expect(linked).toEqual({ date: new Date(tomorrow).toISOString().slice(0, 'yyyy-mm-dd'.length) });
      expect(Date.parse(startOf(eventId)?.dateTime ?? '')).toBe(tomorrow + 5 * hourMs);
      expect(detected(booking).map(({ change }) => change)).toEqual(['moved']);
    });

    it('stays deleted', async () => {
      const { userId, connectionId, booking, eventId } = await booked('announce', 'auto');
      remove(eventId);
      await read(connectionId);
      await service.stack.probe.next(bookingChangeDetected, of(booking));
      const before = await rowOf(booking.booking_id);

      await link(booking, userId);

      const row = await waitFor(async () => {
        const found = await rowOf(booking.booking_id);
        return found['link_url'] === joinUrl ? found : undefined;
      }, 'the link');
      expect([row['wanted_revision'], row['applied_revision']]).toEqual([before['wanted_revision'], before['wanted_revision']]);
    });
  });

  it('stays with a policy that is none', async () => {
    const { userId, connectionId } = await service.stack.connectAccount(randomUUID());
    await read(connectionId);
    const input = { id: connectionId, booking_change_policy: 'undo' as BookingChangePolicy };

    await expect(service.requests.send(updateCalendarAccount, input, as(userId))).rejects.toMatchObject({ code: 'request_invalid' });
  });
});
