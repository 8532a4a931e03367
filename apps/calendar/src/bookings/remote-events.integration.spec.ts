import { jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  activityRecorded,
  bookingCancelled,
  bookingCreated,
  bookingRescheduled,
  calendarEventCreated,
  calendarEventDeleted,
  calendarEventUpdated,
  integrationDisconnected,
  meetingLinkCreated,
  meetingLinkOmitted,
} from '@patchbay/contracts';
import { aBooking, movedBooking, waitFor } from '@patchbay/testing';
import pg from 'pg';
import { startCalendarStack, type CalendarStack } from '../testing/calendar-stack.js';

jest.setTimeout(60_000);

describe('calendar events of bookings', () => {
  let stack: CalendarStack;
  let sql: pg.Pool;

  beforeAll(async () => {
    stack = await startCalendarStack();
    sql = new pg.Pool({ connectionString: stack.database.url, options: '-c search_path=calendar', max: 2 });
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
    return stack.ledger.entries({ provider: 'google', kind, key: String(id).replaceAll('-', '') });
  };
  const applied = (bookingId: string) =>
    waitFor(async () => {
      const row = await rowOf(bookingId);
      return row['wanted_revision'] === row['applied_revision'] && row['lease_token'] === null ? row : undefined;
    }, `${bookingId} to be settled`);
  const activeAccount = async () => {
    const account = await stack.connectAccount();
    const isRead = async () =>
      (await sql.query('SELECT 1 FROM accounts WHERE id = $1 AND calendar_id IS NOT NULL', [account.connectionId])).rowCount === 1;
    await waitFor(async () => ((await isRead()) ? true : undefined), 'the account');
    return account;
  };
  const cancel = (booking: ReturnType<typeof aBooking>) =>
    stack.probe.publish(bookingCancelled, { data: { booking_id: booking.booking_id, organizer: booking.organizer } });
  const aLink = (userId: string, bookingId: string) => ({
    user_id: userId,
    booking_id: bookingId,
    connection_id: randomUUID(),
    provider: 'zoom',
    meeting_id: '85746065',
    join_url: 'https://zoom.us/j/85746065',
  });
  const of = (bookingId: string) => (event: { readonly booking_id: string | null }) => event.booking_id === bookingId;

  it('a booking is written with its link and attendees, moves, and goes', async () => {
    const { userId, connectionId } = await activeAccount();
    const booking = aBooking(userId);

    await stack.probe.publish(meetingLinkCreated, { data: aLink(userId, booking.booking_id) });
    await stack.probe.publish(bookingCreated, { data: booking });
    const created = await stack.probe.next(calendarEventCreated, of(booking.booking_id));
    await stack.probe.publish(bookingRescheduled, { data: movedBooking(booking) });
    await stack.probe.next(calendarEventUpdated, of(booking.booking_id));
    await cancel(booking);
    await stack.probe.next(calendarEventDeleted, of(booking.booking_id));

    expect(created).toMatchObject({ connection_id: connectionId, provider: 'google', join_url: 'https://zoom.us/j/85746065' });
    const [written] = await effects(booking.booking_id, 'event.created');
    expect(JSON.stringify(written?.details)).toContain('https://zoom.us/j/85746065');
    expect(JSON.stringify(written?.details)).toContain('adam@example.com');
    for (const kind of ['event.created', 'event.changed', 'event.deleted']) expect(await effects(booking.booking_id, kind)).toHaveLength(1);
    const steps = stack.probe.seen(activityRecorded).filter(of(booking.booking_id));
    expect(steps.map((step) => step.log_type)).toEqual(['calendar_event_created', 'calendar_event_updated', 'calendar_event_deleted']);
  });

  it('waits a moment for the link, goes on without it, and adds the one that comes later', async () => {
    const { userId } = await activeAccount();

    const booking = await stack.book(userId);
    const created = await stack.probe.next(calendarEventCreated, of(booking.booking_id));
    await stack.probe.publish(meetingLinkCreated, { data: aLink(userId, booking.booking_id) });
    const updated = await stack.probe.next(calendarEventUpdated, of(booking.booking_id));

    expect([created.join_url, updated.join_url]).toEqual([null, 'https://zoom.us/j/85746065']);
    const { created_at: _, ...row } = await rowOf(booking.booking_id);
    expect(row['link_grace_until']).not.toBeNull();
  });

  it('does not wait when no link is wanted, nor when none will come', async () => {
    const { userId } = await activeAccount();
    const startedMs = Date.now();

    const unwanted = await stack.book(userId, { conferencing: 'none' });
    const omitted = await stack.book(userId);
    await stack.probe.publish(meetingLinkOmitted, { data: { user_id: userId, booking_id: omitted.booking_id, reason: 'no_account' } });
    await stack.probe.next(calendarEventCreated, of(unwanted.booking_id));
    await stack.probe.next(calendarEventCreated, of(omitted.booking_id));

    expect(Date.now() - startedMs).toBeLessThan(stack.graceMs);
  });

  it('an answer that Google loses after writing the event makes no second one', async () => {
    const { userId } = await activeAccount();
    stack.faults.dropAfterExecuting(4, { method: 'POST', path: '/events' });

    const booking = await stack.book(userId, { conferencing: 'none' });
    await stack.probe.next(calendarEventCreated, of(booking.booking_id));

    expect(await effects(booking.booking_id, 'event.created')).toHaveLength(1);
  });

  it('a process that died between the call and its record makes no second event, also when the user chose another calendar meanwhile', async () => {
    const { userId, connectionId } = await activeAccount();
    const booking = await stack.book(userId, { conferencing: 'none' });
    await stack.probe.next(calendarEventCreated, of(booking.booking_id));
    await applied(booking.booking_id);

    // What the database holds when the process ends in mid-call: bound to the calendar, counted, and under a lease that nobody renews.
    await sql.query(`UPDATE accounts SET calendar_id = 'another' WHERE id = $1`, [connectionId]);
    await sql.query(
      `UPDATE bookings SET event_id = NULL, applied_revision = 0, attempts = 1, next_attempt_at = now(),
         lease_token = gen_random_uuid(), lease_until = now() + interval '300 ms' WHERE booking_id = $1`,
      [booking.booking_id],
    );
    const row = await applied(booking.booking_id);

    expect(row['event_id']).not.toBeNull();
    expect(await effects(booking.booking_id, 'event.created')).toHaveLength(1);
  });

  it('events that come twice, late or in the wrong order end in the same calendar event', async () => {
    const { userId } = await activeAccount();
    const booking = aBooking(userId, { conferencing: 'none' });
    const later = movedBooking(booking);

    await stack.probe.publish(bookingRescheduled, { data: later, timestamp: '2026-11-21T11:00:00Z' });
    await stack.probe.next(calendarEventCreated, of(booking.booking_id));
    await stack.probe.publish(bookingCreated, { data: booking, timestamp: '2026-11-21T10:00:00Z' });
    await stack.probe.publish(bookingCreated, { data: booking, timestamp: '2026-11-21T10:00:00Z' });
    await cancel(booking);
    await stack.probe.next(calendarEventDeleted, of(booking.booking_id));
    await stack.probe.publish(bookingRescheduled, { data: later, timestamp: '2026-11-21T12:00:00Z' });
    await cancel(booking);
    const marker = await stack.book(userId, { conferencing: 'none' });
    await stack.probe.next(calendarEventCreated, of(marker.booking_id));

    expect(await effects(booking.booking_id, 'event.created')).toHaveLength(1);
    expect(await effects(booking.booking_id, 'event.changed')).toEqual([]);
    expect(await effects(booking.booking_id, 'event.deleted')).toHaveLength(1);
  });

  it('while Google is down the booking waits and the log says why, once; afterwards it is written', async () => {
    const { userId } = await activeAccount();
    stack.faults.failNext({ status: 503, count: 4, match: { method: 'POST', path: '/events' } });

    const booking = await stack.book(userId, { conferencing: 'none' });
    await stack.probe.next(calendarEventCreated, of(booking.booking_id));

    const errors = stack.probe.seen(activityRecorded).filter((step) => step.booking_id === booking.booking_id && step.log_type === 'error');
    expect(errors.map(({ message }) => message)).toEqual(['Google cannot be used at the moment; the calendar event follows as soon as it can.']);
    expect(await effects(booking.booking_id, 'event.created')).toHaveLength(1);
  });

  it('a revoked grant makes the booking wait until the account is connected again', async () => {
    const { userId, connectionId } = await activeAccount();
    stack.tokens.answer = (connection) => (connection === connectionId ? { failure: 'connection_needs_reauth' } : stack.tokens.working());

    const reconnect = { user_id: userId, connection_id: connectionId, provider: 'google', type: 'calendar', reason: 'refused_by_provider' } as const;
    await stack.probe.publish(integrationDisconnected, { data: reconnect });
    const isKnown = async () => (await sql.query(`SELECT 1 FROM accounts WHERE id = $1 AND status = 'needs_reauth'`, [connectionId])).rowCount === 1;
    await waitFor(async () => ((await isKnown()) ? true : undefined), 'the end of the grant');
    const booking = await stack.book(userId, { conferencing: 'none' });
    const step = await stack.probe.next(activityRecorded, of(booking.booking_id));
    stack.tokens.answer = stack.tokens.working;
    await stack.connectAccount(userId, connectionId);
    await stack.probe.next(calendarEventCreated, of(booking.booking_id));

    expect(step).toMatchObject({ log_type: 'error', message: 'Google must be connected again; the calendar event waits for it.' });
  });

  it('a token is not used any more once its account has ended', async () => {
    const { userId, connectionId } = await activeAccount();
    const booking = await stack.book(userId, { conferencing: 'none' });
    await stack.probe.next(calendarEventCreated, of(booking.booking_id));
    stack.tokens.answer = (connection) => (connection === connectionId ? { failure: 'connection_not_found' } : stack.tokens.working());

    const ended = { user_id: userId, connection_id: connectionId, provider: 'google', type: 'calendar', reason: 'by_user' } as const;
    await stack.probe.publish(integrationDisconnected, { data: ended });
    const hasEnded = () => sql.query(`SELECT 1 FROM accounts WHERE id = $1 AND status = 'disconnected'`, [connectionId]);
    await waitFor(async () => ((await hasEnded()).rowCount === 1 ? true : undefined), 'the account to end');
    await stack.probe.publish(bookingRescheduled, { data: movedBooking(booking) });
    await stack.probe.next(activityRecorded, (step) => step.booking_id === booking.booking_id && step.log_type === 'error');
    stack.tokens.answer = stack.tokens.working;

    expect(await effects(booking.booking_id, 'event.changed')).toEqual([]);
  });

  it('a booking that was never written at a revoked account is written at the one that is connected in its place', async () => {
    const [userId, revoked] = [randomUUID(), randomUUID()];
    stack.tokens.answer = (connection) => (connection === revoked ? { failure: 'connection_needs_reauth' } : stack.tokens.working());
    await stack.connectAccount(userId, revoked);
    // Its calendars were read once; no token of it is at hand any more.
    const choose = () => sql.query(`UPDATE accounts SET calendar_id = 'primary' WHERE id = $1 AND last_error IS NOT NULL`, [revoked]);
    await waitFor(async () => ((await choose()).rowCount === 1 ? true : undefined), 'the account');

    const booking = await stack.book(userId, { conferencing: 'none' });
    await stack.probe.next(activityRecorded, of(booking.booking_id));
    const ended = { user_id: userId, connection_id: revoked, provider: 'google', type: 'calendar', reason: 'refused_by_provider' } as const;
    await stack.probe.publish(integrationDisconnected, { data: ended });
    const { connectionId } = await stack.connectAccount(userId);
    const created = await stack.probe.next(calendarEventCreated, of(booking.booking_id));
    stack.tokens.answer = stack.tokens.working;

    expect(created.connection_id).toBe(connectionId);
    expect(await effects(booking.booking_id, 'event.created')).toHaveLength(1);
  });

  it('a booking that may have been written stays with its calendar, also when the next attempt is refused', async () => {
    const { userId, connectionId } = await activeAccount();
    const failedWith = (reason: string) =>
      waitFor(async () => {
        const row = await rowOf(booking.booking_id);
        return row['last_error'] === reason ? row : undefined;
      }, `the failure ${reason}`);
    stack.faults.dropAfterExecuting(4, { method: 'POST', path: '/events' });

    const booking = await stack.book(userId, { conferencing: 'none' });
    await failedWith('unavailable');
    stack.faults.failNext({ status: 400, match: { method: 'POST', path: '/events' } });
    const row = await failedWith('invalid_request');

    expect(row).toMatchObject({ connection_id: connectionId, event_id: null });
    expect(await effects(booking.booking_id, 'event.created')).toHaveLength(1);
  });

  it('without a calendar the log says so, and a booking that is still to come is written once one is connected', async () => {
    const userId = randomUUID();
    const over = { start_time: '2026-01-01T10:00:00Z', end_time: '2026-01-01T10:30:00Z' };

    const past = await stack.book(userId, { conferencing: 'none', ...over });
    const booking = await stack.book(userId, { conferencing: 'none' });
    const step = await stack.probe.next(activityRecorded, of(booking.booking_id));
    await stack.probe.next(activityRecorded, of(past.booking_id));
    await stack.connectAccount(userId);
    await stack.probe.next(calendarEventCreated, of(booking.booking_id));

    expect(step).toMatchObject({ log_type: 'error', details: { reason: 'no_account' } });
    expect(await effects(past.booking_id, 'event.created')).toEqual([]);
  });

  it('two replicas under load write one event for each booking', async () => {
    const { userId } = await activeAccount();
    await stack.start();
    stack.faults.add({ effect: { kind: 'drop_after_executing' }, match: { method: 'POST', path: '/events' }, count: null, probability: 0.2 });

    const bookings = await Promise.all(Array.from({ length: 40 }, () => stack.book(userId, { conferencing: 'none' })));
    for (const booking of bookings) await stack.probe.next(calendarEventCreated, of(booking.booking_id));

    const written = await Promise.all(bookings.map(async ({ booking_id: id }) => (await effects(id, 'event.created')).length));
    expect(written).toEqual(bookings.map(() => 1));
  });
});
