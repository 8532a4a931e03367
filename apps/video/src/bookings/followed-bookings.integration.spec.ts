import { jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  bookingChangeDetected,
  bookingCreated,
  bookingRescheduled,
  meetingLinkCreated,
  meetingLinkDeleted,
  meetingLinkUpdated,
  type Booking,
  type BookingChange,
  type BookingChangeAction,
} from '@patchbay/contracts';
import { aBooking, movedBooking, waitFor } from '@patchbay/testing';
import pg from 'pg';
import { startVideoStack, type VideoStack } from '../testing/video-stack.js';

jest.setTimeout(60_000);

const hourMs = 3_600_000;

describe('the meeting of a booking whose event somebody moves or deletes in a calendar', () => {
  let stack: VideoStack;
  let sql: pg.Pool;

  beforeAll(async () => {
    stack = await startVideoStack();
    sql = new pg.Pool({ connectionString: stack.database.url, options: '-c search_path=video', max: 2 });
    sql.on('error', () => undefined);
  });
  afterAll(async () => {
    await sql.end();
    await stack.stop();
  });

  const of = (booking: Booking) => (event: { readonly booking_id: string | null }) => event.booking_id === booking.booking_id;
  const booked = async (): Promise<Booking> => {
    const { userId, connectionId } = await stack.connectAccount();
    await waitFor(
      async () => ((await sql.query('SELECT 1 FROM accounts WHERE id = $1', [connectionId])).rowCount === 1 ? true : undefined),
      'the account',
    );
    const booking = await stack.book(userId);
    await stack.probe.next(meetingLinkCreated, of(booking));
    return booking;
  };
  const at = (booking: Booking, hours: number) => ({
    start_time: new Date(Date.parse(booking.start_time) + hours * hourMs).toISOString(),
    end_time: new Date(Date.parse(booking.end_time) + hours * hourMs).toISOString(),
  });
  /** Something happened in the calendar at a time; null: the event is gone. */
  const detect = (booking: Booking, hours: number | null, more: { readonly action?: BookingChangeAction; readonly timestamp?: string } = {}) => {
    const change: BookingChange = hours === null ? 'deleted' : 'moved';
    const data = {
      user_id: booking.organizer.user_id,
      booking_id: booking.booking_id,
      connection_id: randomUUID(),
      provider: 'google',
      calendar_id: 'primary',
      event_id: 'e1',
      change,
      previous_start_time: booking.start_time,
      previous_end_time: booking.end_time,
      ...(hours === null ? { start_time: null, end_time: null } : at(booking, hours)),
      policy: 'follow' as const,
      action: more.action ?? ('followed' as const),
    };
    return stack.probe.publish(bookingChangeDetected, { data, ...(more.timestamp === undefined ? {} : { timestamp: more.timestamp }) });
  };
  const startOf = async (booking: Booking): Promise<unknown> => {
    const { rows } = await sql.query<{ start: string }>(`SELECT wanted ->> 'start_time' AS start FROM bookings WHERE booking_id = $1`, [
      booking.booking_id,
    ]);
    return rows[0]?.start;
  };
  const changed = async (booking: Booking) => {
    const { rows } = await sql.query<{ id: string }>(`SELECT id FROM bookings WHERE booking_id = $1`, [booking.booking_id]);
    return stack.ledger.entries({ provider: 'zoom', kind: 'meeting.changed', key: rows[0]?.id ?? '' });
  };

  it('moves with it', async () => {
    const booking = await booked();

    await detect(booking, 2);
    await stack.probe.next(meetingLinkUpdated, of(booking));

    expect(await startOf(booking)).toBe(at(booking, 2).start_time);
    expect(await changed(booking)).toHaveLength(1);
  });

  it('goes with it', async () => {
    const booking = await booked();

    await detect(booking, null);

    expect(await stack.probe.next(meetingLinkDeleted, of(booking))).toMatchObject({ provider: 'zoom' });
  });

  it('stays where it is when the change was only announced, or the event is written back', async () => {
    const booking = await booked();

    await detect(booking, 2, { action: 'announced' });
    await detect(booking, null, { action: 'written_back' });
    await detect(booking, 3);
    await stack.probe.next(meetingLinkUpdated, of(booking));

    expect(await startOf(booking)).toBe(at(booking, 3).start_time);
    expect(await changed(booking)).toHaveLength(1);
  });

  it('moves also when that is heard of before the booking itself', async () => {
    const { userId } = await stack.connectAccount();
    const booking = aBooking(userId);

    await detect(booking, 4, { timestamp: new Date(Date.now() + 60_000).toISOString() });
    await stack.probe.publish(bookingCreated, { data: booking });

    await waitFor(async () => ((await startOf(booking)) === at(booking, 4).start_time ? true : undefined), 'the booking to be moved', 40_000);
  });

  it('is where the product said last, whichever is heard of first', async () => {
    const booking = await booked();
    const product = movedBooking(booking);
    const [sooner, later] = [new Date(Date.now() + 60_000), new Date(Date.now() + 120_000)].map((moment) => moment.toISOString());

    await stack.probe.publish(bookingRescheduled, { data: product, timestamp: later ?? '' });
    await detect(booking, 5, { timestamp: sooner ?? '' });
    const other = await booked();
    await detect(other, 5, { timestamp: sooner ?? '' });
    await stack.probe.publish(bookingRescheduled, { data: movedBooking(other), timestamp: later ?? '' });
    await waitFor(async () => ((await startOf(other)) === movedBooking(other).start_time ? true : undefined), 'the second one to be moved');

    expect(await startOf(booking)).toBe(product.start_time);
  });
});
