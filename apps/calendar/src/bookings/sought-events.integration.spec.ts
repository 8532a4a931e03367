import { jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  bookingCancelled,
  bookingRescheduled,
  calendarEventCreated,
  calendarEventDeleted,
  calendarEventUpdated,
  meetingLinkCreated,
  type Booking,
} from '@patchbay/contracts';
import { aBooking, movedBooking, waitFor } from '@patchbay/testing';
import { useCalendarService } from '../testing/calendar-callers.js';

jest.setTimeout(60_000);

const email = 'olivia.organiser@example.com';
const work = 'olivia-organiser-at-example-com-work@group.calendar.google.com';

describe('the event of a booking that is not where it was written', () => {
  const service = useCalendarService();
  afterEach(() => service.stack.faults.clear());

  const of =
    ({ booking_id: id }: Pick<Booking, 'booking_id'>) =>
    (event: { readonly booking_id: string | null }) =>
      event.booking_id === id;
  const rowOf = async ({ booking_id: id }: Booking) =>
    (await service.sql.query<EventColumns>('SELECT * FROM bookings WHERE booking_id = $1', [id])).rows[0];
  const rowWith = (booking: Booking, has: (row: EventColumns) => boolean) =>
    waitFor(async () => {
      const row = await rowOf(booking);
      return row !== undefined && has(row) ? row : undefined;
    }, `what is written down of ${booking.booking_id}`);
  /** As if that much of time had passed, and it is tried again now. */
  const age = ({ booking_id: id }: Booking, column: 'sought_since' | 'link_missed_at', minutes: number) =>
    service.sql.query(`UPDATE bookings SET ${column} = ${column} - $2 * interval '1 minute' WHERE booking_id = $1`, [id, minutes]);
  const tryNow = ({ booking_id: id }: Booking) =>
    service.sql.query(`UPDATE bookings SET next_attempt_at = now() WHERE booking_id = $1 AND next_attempt_at IS NOT NULL`, [id]);
  const read = async (accountId: string): Promise<void> => {
    const wish = `UPDATE calendars SET wanted_revision = wanted_revision + 1, next_attempt_at = now() WHERE account_id = $1 AND is_selected RETURNING id`;
    await waitFor(async () => (((await service.sql.query(wish, [accountId])).rowCount ?? 0) > 0 ? true : undefined), 'the calendars');
    const isPending = `SELECT 1 FROM calendars WHERE account_id = $1 AND is_selected AND (applied_revision < wanted_revision OR lease_token IS NOT NULL)`;
    await waitFor(async () => ((await service.sql.query(isPending, [accountId])).rowCount === 0 ? true : undefined), 'the readings');
  };
  const link = ({ booking_id, organizer }: Booking, joinUrl: string) => {
    const meeting = { connection_id: randomUUID(), provider: 'zoom', meeting_id: '85746065', join_url: joinUrl };
    return service.stack.probe.publish(meetingLinkCreated, { data: { user_id: organizer.user_id, booking_id, ...meeting } });
  };
  const move = (booking: Booking) => service.stack.probe.publish(bookingRescheduled, { data: movedBooking(booking) });
  const cancel = ({ booking_id, organizer }: Booking) => service.stack.probe.publish(bookingCancelled, { data: { booking_id, organizer } });
  const booked = async () => {
    const { userId, connectionId } = await service.stack.connectAccount();
    await read(connectionId);
    const booking = aBooking(userId, { conferencing: 'auto' });
    await link(booking, 'https://zoom.us/j/1');
    await service.stack.book(userId, booking);
    const { event_id: id } = await service.stack.probe.next(calendarEventCreated, of(booking));
    await read(connectionId);
    return { connectionId, booking, id };
  };
  const people = () => service.stack.google.people;
  const standing = (id: string) =>
    service.stack.google
      .accounts()
      .flatMap(({ collections }) => collections)
      .flatMap((collection) => collection.items.filter((item) => item.id === id && item.status !== 'cancelled').map(() => collection.id));
  /** The account can write the calendar of a guest of the booking. */
  const putGuestCopy = (id: string): void => {
    const at = (time: string) => ({ dateTime: `2030-03-01T${time}:00Z` });
    people().putEvent({
      email,
      calendarId: work,
      id,
      invitedBy: 'host@example.org',
      event: { summary: 'Consultation', start: at('10:00'), end: at('10:30') },
    });
  };
  const doneInWork = (id: string) =>
    service.stack.ledger
      .entries({ provider: 'google' })
      .flatMap((entry) => (entry.id === id && entry.details['calendar_id'] === work ? [entry.kind] : []));

  describe('while a guest has a copy in another calendar', () => {
    it('leaves the copy where it is when the booking is cancelled', async () => {
      const { booking, id } = await booked();
      people().removeEvent({ email, calendarId: 'primary', id });
      putGuestCopy(id);

      await cancel(booking);
      await service.stack.probe.next(calendarEventDeleted, of(booking));

      expect(standing(id)).toEqual([work]);
      expect(await rowWith(booking, ({ event_id }) => event_id === null)).toMatchObject({ calendar_id: email });
    });

    it('is made again where it was when the booking moves', async () => {
      const { booking, id } = await booked();
      people().removeEvent({ email, calendarId: 'primary', id });
      putGuestCopy(id);

      await move(booking);
      const created = () => service.stack.probe.seen(calendarEventCreated).filter(of(booking));
      await waitFor(() => (created().length > 1 ? true : undefined), 'the event to be made again');

      expect(standing(id).toSorted()).toEqual([work, email].toSorted());
      expect(doneInWork(id)).toEqual(['event.created']);
    });
  });

  describe('while another calendar cannot be asked', () => {
    const silence = (): void => service.stack.faults.failNext({ status: 503, count: 10_000, match: { path: 'group.calendar.google.com' } });

    it('is made again after some minutes when the booking moves', async () => {
      const { booking, id } = await booked();
      people().removeEvent({ email, calendarId: 'primary', id });
      silence();

      await move(booking);
      const waiting = await rowWith(booking, ({ sought_since, last_error }) => sought_since !== null && last_error === 'unavailable');
      const before = standing(id);
      await age(booking, 'sought_since', 5);
      const created = () => service.stack.probe.seen(calendarEventCreated).filter(of(booking));
      await waitFor(async () => {
        await tryNow(booking);
        return created().length > 1 ? true : undefined;
      }, 'the event to be made again');

      expect([waiting.event_id, before, standing(id)]).toEqual([id, [], [email]]);
      expect(await rowOf(booking)).toMatchObject({ sought_since: null, last_error: null, calendar_id: email });
    });

    it('is done with after some minutes when the booking is cancelled, and goes as soon as it is read there', async () => {
      const { connectionId, booking, id } = await booked();
      people().moveEvent({ email, calendarId: 'primary', id, to: work });
      silence();

      await cancel(booking);
      await rowWith(booking, ({ sought_since }) => sought_since !== null);
      await age(booking, 'sought_since', 5);
      await waitFor(async () => {
        await tryNow(booking);
        return service.stack.probe.seen(calendarEventDeleted).some(of(booking)) || undefined;
      }, 'the cancellation to be done with');
      const left = standing(id);
      service.stack.faults.clear();
      await waitFor(async () => {
        await read(connectionId);
        return standing(id).length === 0 || undefined;
      }, 'what was left to go');

      expect(left).toEqual([work]);
    });
  });

  describe('when its link comes, and is taken out of the bin', () => {
    const lacking = (booking: Booking) => rowWith(booking, ({ link_missed_at, lease_token }) => link_missed_at !== null && lease_token === null);
    const linkedTo = (booking: Booking, joinUrl: string) => (event: { readonly booking_id: string; readonly join_url: string | null }) =>
      of(booking)(event) && event.join_url === joinUrl;
    const undo = (id: string): void => people().changeEvent({ email, calendarId: 'primary', id, event: { status: 'confirmed' } });

    it('gets the link when it is read, also when nobody read that it was gone', async () => {
      const { connectionId, booking, id } = await booked();
      people().removeEvent({ email, calendarId: 'primary', id });
      await link(booking, 'https://zoom.us/j/2');
      await lacking(booking);
      undo(id);
      await age(booking, 'link_missed_at', 1);

      await read(connectionId);
      await service.stack.probe.next(calendarEventUpdated, linkedTo(booking, 'https://zoom.us/j/2'));

      expect(await rowWith(booking, ({ link_missed_at }) => link_missed_at === null)).toMatchObject({ calendar_id: email, event_id: id });
    });

    it('gets the link also after it was announced as deleted', async () => {
      const { connectionId, booking, id } = await booked();
      people().removeEvent({ email, calendarId: 'primary', id });
      await waitFor(async () => {
        await read(connectionId);
        return (await rowOf(booking))?.announced === null ? undefined : true;
      }, 'the deletion to be announced');
      await link(booking, 'https://zoom.us/j/2');
      await lacking(booking);
      await age(booking, 'link_missed_at', 1);
      undo(id);

      await read(connectionId);
      const updated = await service.stack.probe.next(calendarEventUpdated, linkedTo(booking, 'https://zoom.us/j/2'));

      expect(updated).toMatchObject({ calendar_id: email, event_id: id });
    });
  });
});

interface EventColumns {
  readonly event_id: string | null;
  readonly calendar_id: string | null;
  readonly sought_since: Date | null;
  readonly link_missed_at: Date | null;
  readonly last_error: string | null;
  readonly lease_token: string | null;
  readonly announced: unknown;
}
