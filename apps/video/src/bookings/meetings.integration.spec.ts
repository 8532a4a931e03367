import { jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  activityRecorded,
  bookingCancelled,
  bookingCreated,
  bookingRescheduled,
  integrationDisconnected,
  meetingLinkCreated,
  meetingLinkDeleted,
  meetingLinkOmitted,
  meetingLinkUpdated,
} from '@patchbay/contracts';
import { aBooking, movedBooking, waitFor } from '@patchbay/testing';
import pg from 'pg';
import { startVideoStack, type VideoStack } from '../testing/video-stack.js';

jest.setTimeout(60_000);

describe('meetings of bookings', () => {
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
  });

  const rowOf = async (bookingId: string): Promise<Record<string, unknown>> =>
    (await sql.query<Record<string, unknown>>('SELECT * FROM bookings WHERE booking_id = $1', [bookingId])).rows[0] ?? {};
  const effects = async (bookingId: string, kind: string) => {
    const { id } = await rowOf(bookingId);
    return stack.ledger.entries({ provider: 'zoom', kind, key: String(id) });
  };
  const applied = (bookingId: string) =>
    waitFor(async () => {
      const row = await rowOf(bookingId);
      return row['wanted_revision'] === row['applied_revision'] && row['lease_token'] === null ? row : undefined;
    }, `${bookingId} to be settled`);
  const activeAccount = async () => {
    const account = await stack.connectAccount();
    await waitFor(
      async () => ((await sql.query('SELECT 1 FROM accounts WHERE id = $1', [account.connectionId])).rowCount === 1 ? true : undefined),
      'the account',
    );
    return account;
  };

  it('a booking gets a meeting, which moves and goes with it', async () => {
    const { userId, connectionId } = await activeAccount();

    const booking = await stack.book(userId);
    const created = await stack.probe.next(meetingLinkCreated, ({ booking_id: id }) => id === booking.booking_id);
    await stack.probe.publish(bookingRescheduled, { data: movedBooking(booking) });
    const updated = await stack.probe.next(meetingLinkUpdated, ({ booking_id: id }) => id === booking.booking_id);
    await stack.probe.publish(bookingCancelled, { data: { booking_id: booking.booking_id, organizer: booking.organizer } });
    await stack.probe.next(meetingLinkDeleted, ({ booking_id: id }) => id === booking.booking_id);

    expect(created).toMatchObject({ connection_id: connectionId, provider: 'zoom', join_url: expect.stringContaining('/j/') });
    expect(updated.join_url).toBe(created.join_url);
    for (const kind of ['meeting.created', 'meeting.changed', 'meeting.deleted']) expect(await effects(booking.booking_id, kind)).toHaveLength(1);
    const steps = stack.probe.seen(activityRecorded).filter(({ booking_id: id }) => id === booking.booking_id);
    expect(steps.map((step) => step.log_type)).toEqual(['video_link_created', 'video_link_updated', 'video_link_deleted']);
  });

  it("an account of a provider that cannot make meetings in this build stands in nobody's way", async () => {
    const { userId } = await stack.connectAccount(undefined, undefined, 'google');
    const { connectionId } = await stack.connectAccount(userId);
    await waitFor(async () => ((await sql.query('SELECT 1 FROM accounts WHERE user_id = $1', [userId])).rowCount === 2 ? true : undefined), 'both');

    const booking = await stack.book(userId);

    expect(await stack.probe.next(meetingLinkCreated, ({ booking_id: id }) => id === booking.booking_id)).toMatchObject({
      connection_id: connectionId,
      provider: 'zoom',
    });
  });

  it('an answer that Zoom loses after making the meeting makes no second one', async () => {
    const { userId } = await activeAccount();
    stack.faults.dropAfterExecuting(1, { method: 'POST', path: '/meetings' });

    const booking = await stack.book(userId);
    const link = await stack.probe.next(meetingLinkCreated, ({ booking_id: id }) => id === booking.booking_id);

    const made = await effects(booking.booking_id, 'meeting.created');
    expect(made.map(({ id }) => id)).toEqual([link.meeting_id]);
  });

  it('a process that died between the call and its record makes no second meeting', async () => {
    const { userId } = await activeAccount();
    const booking = await stack.book(userId);
    await stack.probe.next(meetingLinkCreated, ({ booking_id: id }) => id === booking.booking_id);
    await applied(booking.booking_id);

    // What the database holds when the process ends in mid-call: bound to the account, counted, and under a lease that nobody renews.
    await sql.query(
      `UPDATE bookings SET meeting_id = NULL, join_url = NULL, applied_revision = 0, attempts = 1, next_attempt_at = now(),
         lease_token = gen_random_uuid(), lease_until = now() + interval '300 ms' WHERE booking_id = $1`,
      [booking.booking_id],
    );
    const row = await applied(booking.booking_id);

    expect(row['meeting_id']).not.toBeNull();
    expect(await effects(booking.booking_id, 'meeting.created')).toHaveLength(1);
  });

  it('a meeting whose making was cut short goes when the booking is cancelled', async () => {
    const { userId } = await activeAccount();
    stack.faults.dropAfterExecuting(1, { method: 'POST', path: '/meetings' });

    const booking = await stack.book(userId);
    await waitFor(async () => ((await effects(booking.booking_id, 'meeting.created')).length > 0 ? true : undefined), 'the meeting');
    await stack.probe.publish(bookingCancelled, { data: { booking_id: booking.booking_id, organizer: booking.organizer } });

    await waitFor(async () => ((await effects(booking.booking_id, 'meeting.deleted')).length > 0 ? true : undefined), 'the meeting to go');
    expect(await effects(booking.booking_id, 'meeting.created')).toHaveLength(1);
  });

  it('events that come twice, late or in the wrong order end in the same meeting', async () => {
    const { userId } = await activeAccount();
    const booking = aBooking(userId);
    const later = movedBooking(booking);
    const created = { data: booking, id: randomUUID(), timestamp: '2026-11-21T10:00:00Z' };

    await stack.probe.publish(bookingRescheduled, { data: later, timestamp: '2026-11-21T11:00:00Z' });
    await stack.probe.next(meetingLinkCreated, ({ booking_id: id }) => id === booking.booking_id);
    await stack.probe.publish(bookingCreated, created);
    await stack.probe.publish(bookingCreated, { ...created, id: randomUUID() });
    await stack.probe.publish(bookingCancelled, { data: { booking_id: booking.booking_id, organizer: booking.organizer } });
    await stack.probe.next(meetingLinkDeleted, ({ booking_id: id }) => id === booking.booking_id);
    await stack.probe.publish(bookingRescheduled, { data: later, timestamp: '2026-11-21T12:00:00Z' });
    await stack.probe.publish(bookingCancelled, { data: { booking_id: booking.booking_id, organizer: booking.organizer } });
    const marker = await stack.book(userId);
    await stack.probe.next(meetingLinkCreated, ({ booking_id: id }) => id === marker.booking_id);

    const [made, ...more] = await effects(booking.booking_id, 'meeting.created');
    expect(made?.details['start_time']).toBe(`${later.start_time.slice(0, 19)}Z`);
    expect(more).toEqual([]);
    expect(await effects(booking.booking_id, 'meeting.changed')).toEqual([]);
    expect(await effects(booking.booking_id, 'meeting.deleted')).toHaveLength(1);
  });

  it('while Zoom is down the booking waits and the log says why, once; afterwards it gets its meeting', async () => {
    const { userId } = await activeAccount();
    const errorsOf = (bookingId: string) =>
      stack.probe.seen(activityRecorded).filter((step) => step.booking_id === bookingId && step.log_type === 'error');
    stack.faults.failNext({ status: 429, count: 3, retryAfter: 1, match: { method: 'POST' } });

    const booking = await stack.book(userId);
    await waitFor(async () => (Number((await rowOf(booking.booking_id))['attempts']) >= 2 ? true : undefined), 'a second attempt');
    await stack.probe.next(meetingLinkCreated, ({ booking_id: id }) => id === booking.booking_id);

    expect(errorsOf(booking.booking_id).map(({ message, details }) => [message, details])).toEqual([
      ['Zoom cannot be used at the moment; the meeting follows as soon as it can.', { reason: 'rate_limited' }],
    ]);
    expect(await effects(booking.booking_id, 'meeting.created')).toHaveLength(1);
  });

  it('a revoked grant makes the booking wait until the account is connected again', async () => {
    const { userId, connectionId } = await activeAccount();
    stack.tokens.answer = (connection) => (connection === connectionId ? { failure: 'connection_needs_reauth' } : stack.tokens.working());

    const booking = await stack.book(userId);
    const step = await stack.probe.next(activityRecorded, ({ booking_id: id }) => id === booking.booking_id);
    await stack.probe.publish(integrationDisconnected, {
      data: { user_id: userId, connection_id: connectionId, provider: 'zoom', type: 'video', reason: 'refused_by_provider' },
    });
    stack.tokens.answer = stack.tokens.working;
    await stack.connectAccount(userId, connectionId);
    await stack.probe.next(meetingLinkCreated, ({ booking_id: id }) => id === booking.booking_id);

    expect(step).toMatchObject({ log_type: 'error', message: 'Zoom must be connected again; the meeting waits for it.' });
    expect(await effects(booking.booking_id, 'meeting.created')).toHaveLength(1);
  });

  it('a token is not used any more once its account has ended', async () => {
    const { userId, connectionId } = await activeAccount();
    const booking = await stack.book(userId);
    await stack.probe.next(meetingLinkCreated, ({ booking_id: id }) => id === booking.booking_id);
    stack.tokens.answer = (connection) => (connection === connectionId ? { failure: 'connection_not_found' } : stack.tokens.working());

    const ended = { user_id: userId, connection_id: connectionId, provider: 'zoom', type: 'video', reason: 'by_user' } as const;
    await stack.probe.publish(integrationDisconnected, { data: ended });
    const hasEnded = () => sql.query(`SELECT 1 FROM accounts WHERE id = $1 AND status = 'disconnected'`, [connectionId]);
    await waitFor(async () => ((await hasEnded()).rowCount === 1 ? true : undefined), 'the account to end');
    await stack.probe.publish(bookingRescheduled, { data: movedBooking(booking) });
    await stack.probe.next(activityRecorded, (step) => step.booking_id === booking.booking_id && step.log_type === 'error');
    stack.tokens.answer = stack.tokens.working;

    expect(await effects(booking.booking_id, 'meeting.changed')).toEqual([]);
  });

  it('says so when no meeting will be made, and makes one after all when an account is connected in time', async () => {
    const userId = randomUUID();

    const unwanted = await stack.book(userId, { conferencing: 'none' });
    const booking = await stack.book(userId);
    const omitted = async (bookingId: string) => (await stack.probe.next(meetingLinkOmitted, ({ booking_id: id }) => id === bookingId)).reason;
    expect(await omitted(unwanted.booking_id)).toBe('not_wanted');
    expect(await omitted(booking.booking_id)).toBe('no_account');
    await stack.connectAccount(userId);

    await stack.probe.next(meetingLinkCreated, ({ booking_id: id }) => id === booking.booking_id);
    expect(await effects(unwanted.booking_id, 'meeting.created')).toEqual([]);
  });

  it('without an account a booking that names a provider is an error in the log, and one that takes what is there is none', async () => {
    const userId = randomUUID();

    const any = await stack.book(userId);
    await stack.probe.next(meetingLinkOmitted, ({ booking_id: id }) => id === any.booking_id);
    const named = await stack.book(userId, { conferencing: 'zoom' });
    await stack.probe.next(activityRecorded, ({ booking_id: id }) => id === named.booking_id);

    const steps = stack.probe.seen(activityRecorded).filter(({ user_id: id }) => id === userId);
    expect(steps.map(({ booking_id: id, log_type: type }) => [id, type])).toEqual([[named.booking_id, 'error']]);
  });

  it('two replicas under load make one meeting for each booking', async () => {
    const { userId } = await activeAccount();
    await stack.start();
    stack.faults.add({ effect: { kind: 'drop_after_executing' }, match: { method: 'POST', path: '/meetings' }, count: null, probability: 0.2 });

    const bookings = await Promise.all(Array.from({ length: 40 }, () => stack.book(userId)));
    for (const booking of bookings) await stack.probe.next(meetingLinkCreated, ({ booking_id: id }) => id === booking.booking_id);

    const made = await Promise.all(bookings.map(async ({ booking_id: id }) => (await effects(id, 'meeting.created')).length));
    expect(made).toEqual(bookings.map(() => 1));
  });
});
