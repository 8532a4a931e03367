import { jest } from '@jest/globals';
import {
  bookingCancelled,
  bookingCreated,
  bookingRescheduled,
  integrationDisconnected,
  meetingLinkCreated,
  meetingLinkDeleted,
  type Booking,
} from '@patchbay/contracts';
import { aBooking, movedBooking, waitFor } from '@patchbay/testing';
import pg from 'pg';
import { startVideoStack, type VideoStack } from '../testing/video-stack.js';

jest.setTimeout(60_000);

describe('the meeting of a booking that goes elsewhere', () => {
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
  afterEach(() => {
    stack.faults.clear();
    stack.tokens.answer = stack.tokens.working;
  });

  const isConnected = async (id: string) => {
    const isKnown = () => sql.query('SELECT 1 FROM accounts WHERE id = $1', [id]);
    await waitFor(async () => ((await isKnown()).rowCount === 1 ? true : undefined), 'the account');
  };
  const host = async () => {
    const account = await stack.connectAccount();
    await isConnected(account.connectionId);
    return account;
  };
  const at = (booking: Booking, userId: string) => (event: { readonly booking_id: string | null; readonly user_id: string }) =>
    event.booking_id === booking.booking_id && event.user_id === userId;
  const given = (booking: Booking, userId: string) => ({ ...movedBooking(booking), organizer: { user_id: userId } });
  const rowsOf = async ({ booking_id: id }: Booking) =>
    (await sql.query<{ id: string; user_id: string; meeting_id: string | null }>('SELECT * FROM bookings WHERE booking_id = $1', [id])).rows;
  /** Meetings of a booking that were made, and that went. */
  const effects = async (booking: Booking) => {
    const keys = (await rowsOf(booking)).map(({ id }) => id);
    const of = (kind: string) => keys.flatMap((key) => stack.ledger.entries({ provider: 'zoom', kind, key })).length;
    return [of('meeting.created'), of('meeting.deleted')];
  };
  const settled = (booking: Booking) =>
    waitFor(async () => {
      const { rows } = await sql.query('SELECT 1 FROM bookings WHERE booking_id = $1 AND applied_revision < wanted_revision', [booking.booking_id]);
      return rows.length === 0 ? true : undefined;
    }, 'everything to be done');

  it('is made with another account of its organiser where its own was disconnected, and goes from that when it is connected again', async () => {
    const first = await host();
    const booking = await stack.book(first.userId);
    const before = await stack.probe.next(meetingLinkCreated, at(booking, first.userId));
    const other = await stack.connectAccount(first.userId);
    await isConnected(other.connectionId);
    stack.tokens.answer = (id) => (id === first.connectionId ? { failure: 'connection_not_found' } : stack.tokens.working());
    const ended = { user_id: first.userId, connection_id: first.connectionId, provider: 'zoom', type: 'video', reason: 'by_user' } as const;
    await stack.probe.publish(integrationDisconnected, { data: ended });
    const hasEnded = () => sql.query(`SELECT 1 FROM accounts WHERE id = $1 AND status = 'disconnected'`, [first.connectionId]);
    await waitFor(async () => ((await hasEnded()).rowCount === 1 ? true : undefined), 'the account to end');

    await stack.probe.publish(bookingRescheduled, { data: movedBooking(booking) });
    const made = await stack.probe.next(meetingLinkCreated, (event) => at(booking, first.userId)(event) && event.meeting_id !== before.meeting_id);
    stack.tokens.answer = stack.tokens.working;
    await stack.connectAccount(first.userId, first.connectionId);
    const gone = await stack.probe.next(meetingLinkDeleted, at(booking, first.userId));

    expect([made.connection_id, gone.connection_id, gone.meeting_id]).toEqual([other.connectionId, first.connectionId, before.meeting_id]);
    expect(await effects(booking)).toEqual([2, 1]);
  });

  it('goes from the account of the first organiser and is made with the account of the other, once each', async () => {
    const [first, other] = [await host(), await host()];
    const booking = await stack.book(first.userId);
    const before = await stack.probe.next(meetingLinkCreated, at(booking, first.userId));

    await stack.probe.publish(bookingRescheduled, { data: given(booking, other.userId) });
    const made = await stack.probe.next(meetingLinkCreated, at(booking, other.userId));
    const gone = await stack.probe.next(meetingLinkDeleted, at(booking, first.userId));
    await settled(booking);

    expect([made.connection_id, gone.connection_id]).toEqual([other.connectionId, first.connectionId]);
    expect(gone.meeting_id).toBe(before.meeting_id);
    expect(await effects(booking)).toEqual([2, 1]);
  });

  it('comes back to the first, and goes with the booking', async () => {
    const [first, other] = [await host(), await host()];
    const booking = await stack.book(first.userId);
    await stack.probe.next(meetingLinkCreated, at(booking, first.userId));
    const later = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString();

    await stack.probe.publish(bookingRescheduled, { data: given(booking, other.userId), timestamp: later(1) });
    await stack.probe.next(meetingLinkCreated, at(booking, other.userId));
    await stack.probe.publish(bookingRescheduled, { data: given(booking, first.userId), timestamp: later(2) });
    await stack.probe.next(meetingLinkDeleted, at(booking, other.userId));
    await settled(booking);
    await stack.probe.publish(bookingCancelled, { data: { booking_id: booking.booking_id, organizer: { user_id: first.userId } } });
    await waitFor(async () => ((await effects(booking))[1] === 3 ? true : undefined), 'all meetings to be gone');

    expect(await effects(booking)).toEqual([3, 3]);
  });

  it('is found and removed where the answer to its making was lost', async () => {
    const [first, other] = [await host(), await host()];
    stack.faults.dropAfterExecuting(1, { method: 'POST', path: '/meetings' });

    const booking = await stack.book(first.userId);
    await waitFor(async () => ((await effects(booking))[0] === 1 ? true : undefined), 'the meeting to be made');
    await stack.probe.publish(bookingRescheduled, { data: given(booking, other.userId) });
    await stack.probe.next(meetingLinkCreated, at(booking, other.userId));
    await settled(booking);

    expect(await effects(booking)).toEqual([2, 1]);
  });

  it('does not wait for the account of the first, and goes from it once that is connected again', async () => {
    const [first, other] = [await host(), await host()];
    const booking = await stack.book(first.userId);
    await stack.probe.next(meetingLinkCreated, at(booking, first.userId));
    stack.tokens.answer = (id) => (id === first.connectionId ? { failure: 'connection_needs_reauth' } : stack.tokens.working());
    const ended = {
      user_id: first.userId,
      connection_id: first.connectionId,
      provider: 'zoom',
      type: 'video',
      reason: 'refused_by_provider',
    } as const;
    await stack.probe.publish(integrationDisconnected, { data: ended });
    const isKnown = () => sql.query(`SELECT 1 FROM accounts WHERE id = $1 AND status = 'needs_reauth'`, [first.connectionId]);
    await waitFor(async () => ((await isKnown()).rowCount === 1 ? true : undefined), 'the end of the grant');

    await stack.probe.publish(bookingRescheduled, { data: given(booking, other.userId) });
    await stack.probe.next(meetingLinkCreated, at(booking, other.userId));
    const before = await effects(booking);
    stack.tokens.answer = stack.tokens.working;
    await stack.connectAccount(first.userId, first.connectionId);
    await stack.probe.next(meetingLinkDeleted, at(booking, first.userId));

    expect([before, await effects(booking)]).toEqual([
      [2, 0],
      [2, 1],
    ]);
  });

  it('is one in the end, in whatever order the organisers are told of and however often', async () => {
    const [first, other] = [await host(), await host()];
    const booking = aBooking(first.userId);
    const timestamp = new Date(Date.now() + 60_000).toISOString();

    await stack.probe.publish(bookingRescheduled, { data: given(booking, other.userId), timestamp });
    await Promise.all([1, 2, 3].map(() => stack.probe.publish(bookingCreated, { data: booking })));
    await stack.probe.publish(bookingRescheduled, { data: given(booking, other.userId), timestamp });
    await stack.probe.next(meetingLinkCreated, at(booking, other.userId));
    await settled(booking);

    // Whoever is told of first may have one for a moment.
    const [made = 0, gone] = await effects(booking);
    expect(gone).toBe(made - 1);
    expect((await rowsOf(booking)).filter(({ meeting_id: id }) => id !== null)).toMatchObject([{ user_id: other.userId }]);
  });
});
