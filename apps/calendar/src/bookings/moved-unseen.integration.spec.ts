import { jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  bookingCancelled,
  bookingChangeDetected,
  bookingRescheduled,
  calendarEventCreated,
  calendarEventDeleted,
  calendarEventUpdated,
  meetingLinkCreated,
  type Booking,
} from '@patchbay/contracts';
import { aBooking, waitFor } from '@patchbay/testing';
import { useCalendarService } from '../testing/calendar-callers.js';

jest.setTimeout(60_000);

const email = 'olivia.organiser@example.com';
const work = 'olivia-organiser-at-example-com-work@group.calendar.google.com';
const hourMs = 3_600_000;
/** Providers keep whole seconds. */
const tomorrow = (Math.floor(Date.now() / hourMs) + 24) * hourMs;
const at = (hour: number) => ({ start_time: momentOf(hour), end_time: momentOf(hour + 1) });
const momentOf = (hour: number): string => new Date(tomorrow + hour * hourMs).toISOString();

describe('a booking whose event somebody moved or deleted in Google, which was not read yet', () => {
  const service = useCalendarService();

  const of =
    ({ booking_id: id }: Pick<Booking, 'booking_id'>) =>
    (event: { readonly booking_id: string | null }) =>
      event.booking_id === id;
  const linkedTo = (booking: Booking, joinUrl: string) => (event: { readonly booking_id: string; readonly join_url: string | null }) =>
    of(booking)(event) && event.join_url === joinUrl;
  const settled = (bookingId: string) =>
    waitFor(async () => {
      const { rows } = await service.sql.query<Record<string, unknown>>(
        `SELECT * FROM bookings
         WHERE booking_id = $1 AND wanted_revision = applied_revision AND lease_token IS NULL AND wanted IS NOT NULL AND link_url IS NOT NULL`,
        [bookingId],
      );
      return rows[0];
    }, `${bookingId} to be settled`);
  /** Has the calendars of an account read, to the end. */
  const read = async (accountId: string): Promise<void> => {
    const wish = `UPDATE calendars SET wanted_revision = wanted_revision + 1, next_attempt_at = now() WHERE account_id = $1 AND is_selected RETURNING id`;
    await waitFor(async () => (((await service.sql.query(wish, [accountId])).rowCount ?? 0) > 0 ? true : undefined), 'the calendars');
    const isPending = `SELECT 1 FROM calendars WHERE account_id = $1 AND is_selected AND (applied_revision < wanted_revision OR lease_token IS NOT NULL)`;
    await waitFor(async () => ((await service.sql.query(isPending, [accountId])).rowCount === 0 ? true : undefined), 'the readings');
  };
  /** A booking whose event was written and read back, and nobody reads anything from now on but the test. */
  const booked = async (change: Partial<Booking> = {}) => {
    const { userId, connectionId } = await service.stack.connectAccount();
    await read(connectionId);
    const booking = aBooking(userId, { conferencing: 'auto', ...at(0), ...change });
    await link(booking, 'https://zoom.us/j/1');
    await service.stack.book(userId, booking);
    const { event_id: id } = await service.stack.probe.next(calendarEventCreated, of(booking));
    await settled(booking.booking_id);
    // Other accounts of the same person may have read it as well.
    const stored = `SELECT 1 FROM calendar_events JOIN calendars AS calendar ON calendar.id = calendar_id WHERE event_id = $1 AND account_id = $2`;
    await waitFor(
      async () => ((await service.sql.query(stored, [id, connectionId])).rowCount ?? 0) > 0 || undefined,
      'what was written to be read back',
    );
    await read(connectionId);
    return { userId, connectionId, booking, id };
  };
  const link = ({ booking_id, organizer }: Booking, joinUrl: string) => {
    const meeting = { connection_id: randomUUID(), provider: 'zoom', meeting_id: '85746065', join_url: joinUrl };
    return service.stack.probe.publish(meetingLinkCreated, { data: { user_id: organizer.user_id, booking_id, ...meeting } });
  };
  const reschedule = (booking: Booking, hour: number) => {
    const previous = { previous_start_time: booking.start_time, previous_end_time: booking.end_time };
    return service.stack.probe.publish(bookingRescheduled, { data: { ...booking, ...at(hour), ...previous } });
  };
  const drag = (id: string, hour: number): void => {
    const { start_time: start, end_time: end } = at(hour);
    const event = { start: { dateTime: start, timeZone: 'UTC' }, end: { dateTime: end, timeZone: 'UTC' } };
    service.stack.google.people.changeEvent({ email, calendarId: 'primary', id, event });
  };
  const putIntoWork = (id: string): void => service.stack.google.people.moveEvent({ email, calendarId: 'primary', id, to: work });
  const remove = (id: string): void => service.stack.google.people.removeEvent({ email, calendarId: 'primary', id });
  const standing = (id: string) =>
    service.stack.google
      .accounts()
      .flatMap(({ collections }) => collections)
      .flatMap((collection) =>
        collection.items.filter((item) => item.id === id && item.status !== 'cancelled').map((item) => [collection.id, item.starts]),
      );
  const detected = (booking: Booking) =>
    service.stack.probe
      .seen(bookingChangeDetected)
      .filter(of(booking))
      .map(({ change, previous_start_time: from, start_time: to }) => [change, from, to]);

  describe('in another calendar', () => {
    it('stands nowhere any more when the booking is cancelled', async () => {
      const { booking, id } = await booked();
      putIntoWork(id);

      await service.stack.probe.publish(bookingCancelled, { data: { booking_id: booking.booking_id, organizer: booking.organizer } });
      await service.stack.probe.next(calendarEventDeleted, of(booking));

      expect(standing(id)).toEqual([]);
    });

    it('stands there only when the booking moves, and is its event', async () => {
      const { connectionId, booking, id } = await booked();
      putIntoWork(id);

      await reschedule(booking, 3);
      const updated = await service.stack.probe.next(calendarEventUpdated, (event) => of(booking)(event) && event.calendar_id === work);
      const row = await settled(booking.booking_id);
      await read(connectionId);
      await read(connectionId);

      expect(updated.event_id).toBe(id);
      expect(standing(id)).toEqual([[work, expect.anything()]]);
      expect(row).toMatchObject({ calendar_id: work, event_id: id });
      expect(detected(booking)).toEqual([]);
    });

    it('gets its link there', async () => {
      const { booking, id } = await booked();
      putIntoWork(id);

      await link(booking, 'https://zoom.us/j/2');
      const updated = await service.stack.probe.next(calendarEventUpdated, linkedTo(booking, 'https://zoom.us/j/2'));

      expect(updated).toMatchObject({ calendar_id: work, event_id: id });
      expect(standing(id).map(([calendar]) => calendar)).toEqual([work]);
    });

    it('is looked for again while that calendar cannot be asked', async () => {
      const { booking, id } = await booked();
      putIntoWork(id);
      service.stack.faults.failNext({ status: 503, count: 4, match: { method: 'DELETE', path: 'group.calendar.google.com' } });

      await service.stack.probe.publish(bookingCancelled, { data: { booking_id: booking.booking_id, organizer: booking.organizer } });
      await service.stack.probe.next(calendarEventDeleted, of(booking));

      expect([service.stack.faults.active(), standing(id)]).toEqual([[], []]);
    });

    it('goes as soon as it is read there, when that calendar would not have it removed before', async () => {
      const { connectionId, booking, id } = await booked();
      putIntoWork(id);
      service.stack.faults.failNext({ status: 400, match: { method: 'DELETE', path: 'group.calendar.google.com' } });

      await service.stack.probe.publish(bookingCancelled, { data: { booking_id: booking.booking_id, organizer: booking.organizer } });
      await service.stack.probe.next(calendarEventDeleted, of(booking));
      const left = standing(id).map(([calendar]) => calendar);
      await read(connectionId);
      await waitFor(() => (standing(id).length === 0 ? true : undefined), 'what was left to go');

      expect(left).toEqual([work]);
      expect(await settled(booking.booking_id)).toMatchObject({ connection_id: null, calendar_id: null });
      expect(service.stack.probe.seen(calendarEventDeleted).filter(of(booking))).toHaveLength(1);
    });

    it('is made again when it stands in none and the booking moves', async () => {
      const { booking, id } = await booked();
      remove(id);

      await reschedule(booking, 3);
      const created = () => service.stack.probe.seen(calendarEventCreated).filter(of(booking));
      await waitFor(() => (created().length > 1 ? true : undefined), 'the event to be made again');

      expect(created()).toMatchObject([{ event_id: id }, { event_id: id, calendar_id: email }]);
      expect(standing(id).map(([calendar]) => calendar)).toEqual([email]);
    });
  });

  describe('when its link comes', () => {
    it('stays where it was moved, which is announced when it is read', async () => {
      const { connectionId, booking, id } = await booked();
      drag(id, 5);

      await link(booking, 'https://zoom.us/j/2');
      await service.stack.probe.next(calendarEventUpdated, linkedTo(booking, 'https://zoom.us/j/2'));
      await settled(booking.booking_id);
      await read(connectionId);

      await service.stack.probe.next(bookingChangeDetected, of(booking));
      expect(detected(booking)).toEqual([['moved', momentOf(0), momentOf(5)]]);
    });

    it('stays deleted, which is announced', async () => {
      const { connectionId, booking, id } = await booked();
      remove(id);

      await link(booking, 'https://zoom.us/j/2');
      const linked = () => service.sql.query(`SELECT 1 FROM bookings WHERE booking_id = $1 AND link_url LIKE '%/2'`, [booking.booking_id]);
      await waitFor(async () => ((await linked()).rowCount === 1 ? true : undefined), 'the link');
      await settled(booking.booking_id);
      await read(connectionId);

      await service.stack.probe.next(bookingChangeDetected, of(booking));
      expect(detected(booking)).toEqual([['deleted', momentOf(0), null]]);
      expect(standing(id)).toEqual([]);
    });

    it('stays where it was moved while the link before is being written', async () => {
      const { connectionId, booking, id } = await booked();
      drag(id, 5);
      await read(connectionId);
      await service.stack.probe.next(bookingChangeDetected, of(booking));
      service.stack.faults.add({ effect: { kind: 'delay', ms: 1_000 }, match: { method: 'PATCH', path: id }, count: 1, probability: 1 });

      await link(booking, 'https://zoom.us/j/2');
      const leased = () => service.sql.query(`SELECT 1 FROM bookings WHERE booking_id = $1 AND lease_token IS NOT NULL`, [booking.booking_id]);
      await waitFor(async () => ((await leased()).rowCount === 1 ? true : undefined), 'the first write');
      await link(booking, 'https://zoom.us/j/3');
      await service.stack.probe.next(calendarEventUpdated, linkedTo(booking, 'https://zoom.us/j/3'));
      await settled(booking.booking_id);
      await read(connectionId);
      const known = detected(booking);
      const row = await settled(booking.booking_id);
      await reschedule(booking, 7);
      const isWritten = () => service.sql.query(`SELECT 1 FROM bookings WHERE booking_id = $1 AND announced IS NULL`, [booking.booking_id]);
      await waitFor(async () => ((await isWritten()).rowCount === 1 ? true : undefined), 'the product’s time');

      expect(known).toEqual([['moved', momentOf(0), momentOf(5)]]);
      expect(row).toMatchObject({ announced: { start: momentOf(5) }, written: { start: momentOf(0) } });
      expect(await settled(booking.booking_id)).toMatchObject({ written: { start: momentOf(7) } });
    });
  });
});
