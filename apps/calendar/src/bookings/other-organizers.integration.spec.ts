import { jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  bookingCancelled,
  bookingCreated,
  bookingRescheduled,
  calendarEventCreated,
  calendarEventDeleted,
  calendarEventUpdated,
  getBusyTimes,
  integrationDisconnected,
  listConflicts,
  meetingLinkCreated,
  type Booking,
} from '@patchbay/contracts';
import { aBooking, movedBooking, waitFor } from '@patchbay/testing';
import { as, openCallers, type CalendarCallers } from '../testing/calendar-callers.js';
import type { CalendarStack } from '../testing/calendar-stack.js';
import { startWithOutlook, type Microsoft } from '../testing/outlook-person.js';

jest.setTimeout(60_000);

const dayMs = 86_400_000;

describe('the calendar event of a booking that gets another organiser', () => {
  let microsoft: Microsoft;
  let stack: CalendarStack;
  let callers: CalendarCallers;
  /** Connections that must be connected again; those of Outlook. */
  let ended = new Set<string>();
  const atOutlook = new Set<string>();

  beforeAll(async () => {
    ({ microsoft, stack } = await startWithOutlook());
    callers = await openCallers(stack);
    stack.tokens.answer = (id) => {
      if (ended.has(id)) return { failure: 'connection_needs_reauth' };
      return atOutlook.has(id) ? { token: microsoft.token.value } : stack.tokens.working();
    };
  });
  afterAll(async () => {
    await callers.close();
    await stack.stop();
    await microsoft.stop();
  });
  afterEach(() => {
    stack.faults.clear();
    ended = new Set();
  });

  /** The event of a booking was read in its calendar, which makes its owner busy, too. */
  const isReadBack = (booking: Booking) =>
    waitFor(async () => {
      const known = `SELECT 1 FROM calendar_events WHERE event ->> 'key' = (SELECT id::text FROM bookings WHERE booking_id = $1)`;
      return (await callers.sql.query(known, [booking.booking_id])).rowCount === 0 ? undefined : true;
    }, 'the event to be read');
  const isRead = (id: string) => callers.sql.query(`SELECT 1 FROM accounts WHERE id = $1 AND calendar_id IS NOT NULL AND status = 'active'`, [id]);
  /** An organiser with a calendar that bookings are written to. */
  const host = async (provider: 'google' | 'outlook' = 'google') => {
    const connectionId = randomUUID();
    if (provider === 'outlook') atOutlook.add(connectionId);
    const account = await stack.connectAccount(randomUUID(), connectionId, provider);
    await waitFor(async () => ((await isRead(connectionId)).rowCount === 1 ? true : undefined), 'the account');
    return account;
  };
  const at = (booking: Booking, userId: string) => (event: { readonly booking_id: string | null; readonly user_id: string }) =>
    event.booking_id === booking.booking_id && event.user_id === userId;
  const givenTo = (userId: string, booking: Booking, timestamp = new Date().toISOString()) =>
    stack.probe.publish(bookingRescheduled, { data: { ...movedBooking(booking), organizer: { user_id: userId } }, timestamp });
  const rowsOf = async ({ booking_id: id }: Booking) =>
    (await callers.sql.query<{ id: string; user_id: string; event_id: string | null }>('SELECT * FROM bookings WHERE booking_id = $1', [id])).rows;
  /** Events of a booking that were made, and that went. */
  const effects = async (booking: Booking) => {
    const keys = (await rowsOf(booking)).map(({ id }) => id.replaceAll('-', ''));
    const of = (kind: string) => keys.flatMap((key) => stack.ledger.entries({ provider: 'google', kind, key })).length;
    return [of('event.created'), of('event.deleted')];
  };
  const settled = (booking: Booking) =>
    waitFor(async () => {
      const open = `SELECT 1 FROM bookings WHERE booking_id = $1 AND applied_revision < wanted_revision`;
      return (await callers.sql.query(open, [booking.booking_id])).rowCount === 0 ? true : undefined;
    }, 'everything to be done');
  const busyTimes = async (userId: string, { start_time: from }: Booking) => {
    const to = new Date(Date.parse(from) + dayMs).toISOString();
    const { items } = await callers.requests.send(getBusyTimes, { from, to }, as(userId));
    return items[0]?.busy ?? [];
  };
  const conflictsOf = async (userId: string, { start_time: from }: Booking) => {
    const to = new Date(Date.parse(from) + dayMs).toISOString();
    return (await callers.requests.send(listConflicts, { from, to, limit: 50 }, as(userId))).items;
  };
  /** In so many days, when nothing else of this suite takes place. */
  const inDays = (days: number) => {
    const startsAt = Date.now() + days * dayMs;
    return { start_time: new Date(startsAt).toISOString(), end_time: new Date(startsAt + 1_800_000).toISOString() };
  };
  const linked = (userId: string, { booking_id }: Booking, number: string) =>
    stack.probe.publish(meetingLinkCreated, {
      data: {
        user_id: userId,
        booking_id,
        connection_id: randomUUID(),
        provider: 'zoom',
        meeting_id: number,
        join_url: `https://zoom.us/j/${number}`,
      },
    });

  it('goes from the calendar of the first and is written in the other’s, and so does the time that they are busy', async () => {
    const [first, other] = [await host(), await host('outlook')];
    const booking = await stack.book(first.userId, { conferencing: 'none', ...inDays(10) });
    const before = await stack.probe.next(calendarEventCreated, at(booking, first.userId));
    await isReadBack(booking);
    expect(await busyTimes(first.userId, booking)).toHaveLength(1);

    await givenTo(other.userId, booking);
    const written = await stack.probe.next(calendarEventCreated, at(booking, other.userId));
    const gone = await stack.probe.next(calendarEventDeleted, at(booking, first.userId));

    expect([written.connection_id, gone.connection_id, gone.event_id]).toEqual([other.connectionId, first.connectionId, before.event_id]);
    expect(await busyTimes(other.userId, booking)).toEqual([{ start: movedBooking(booking).start_time, end: movedBooking(booking).end_time }]);
    await waitFor(async () => ((await busyTimes(first.userId, booking)).length === 0 ? true : undefined), 'the first to be free');
    expect(await conflictsOf(first.userId, booking)).toEqual([]);
  });

  it('is made once and goes once for each, also when answers are lost', async () => {
    const [first, other] = [await host(), await host()];
    const booking = await stack.book(first.userId, { conferencing: 'none' });
    const before = await stack.probe.next(calendarEventCreated, at(booking, first.userId));
    stack.faults.dropAfterExecuting(4, { path: '/events' });

    await givenTo(other.userId, booking);
    const written = await stack.probe.next(calendarEventCreated, at(booking, other.userId));
    await stack.probe.next(calendarEventDeleted, at(booking, first.userId));
    await settled(booking);

    expect(written.event_id).not.toBe(before.event_id);
    expect(await effects(booking)).toEqual([2, 1]);
    expect(stack.probe.seen(calendarEventUpdated).filter(({ booking_id: id }) => id === booking.booking_id)).toEqual([]);
  });

  it('is removed where an attempt may have written it', async () => {
    const [first, other] = [await host(), await host()];
    stack.faults.dropAfterExecuting(4, { method: 'POST', path: '/events' });
    const booking = await stack.book(first.userId, { conferencing: 'none' });
    const attempted = () => callers.sql.query(`SELECT 1 FROM bookings WHERE booking_id = $1 AND last_error IS NOT NULL`, [booking.booking_id]);
    await waitFor(async () => ((await attempted()).rowCount === 1 ? true : undefined), 'the attempt');

    await givenTo(other.userId, booking);
    await stack.probe.next(calendarEventCreated, at(booking, other.userId));
    await settled(booking);

    expect(await effects(booking)).toEqual([2, 1]);
  });

  it('does not wait for the account of the first, and goes from there once that is connected again', async () => {
    const [first, other] = [await host(), await host()];
    const booking = await stack.book(first.userId, { conferencing: 'none' });
    await stack.probe.next(calendarEventCreated, at(booking, first.userId));
    ended.add(first.connectionId);
    const refused = { user_id: first.userId, connection_id: first.connectionId, provider: 'google', type: 'calendar' } as const;
    await stack.probe.publish(integrationDisconnected, { data: { ...refused, reason: 'refused_by_provider' } });
    await waitFor(async () => ((await isRead(first.connectionId)).rowCount === 0 ? true : undefined), 'the end of the grant');

    await givenTo(other.userId, booking);
    await stack.probe.next(calendarEventCreated, at(booking, other.userId));
    const before = await effects(booking);
    ended.clear();
    await stack.connectAccount(first.userId, first.connectionId);
    await stack.probe.next(calendarEventDeleted, at(booking, first.userId));

    expect([before, await effects(booking)]).toEqual([
      [2, 0],
      [2, 1],
    ]);
  });

  it('has the link of the meeting that the other one makes, whichever is heard of first', async () => {
    const [first, other] = [await host(), await host()];
    const booking = await stack.book(first.userId);
    await linked(first.userId, booking, '1');
    const before = await stack.probe.next(calendarEventCreated, at(booking, first.userId));

    await linked(other.userId, booking, '2');
    await givenTo(other.userId, booking);
    await linked(first.userId, booking, '3');
    const written = await stack.probe.next(calendarEventCreated, at(booking, other.userId));
    await settled(booking);

    expect([before.join_url, written.join_url]).toEqual(['https://zoom.us/j/1', 'https://zoom.us/j/2']);
    expect(stack.probe.seen(calendarEventUpdated).filter(at(booking, other.userId))).toEqual([]);
  });

  it('has the link of the other one that was heard of before the booking was', async () => {
    const [first, other] = [await host(), await host()];
    const booking = aBooking(first.userId);
    const links = 'SELECT other_links FROM bookings WHERE booking_id = $1 AND user_id = $2';
    const isOf = (userId: string) =>
      waitFor(async () => ((await callers.sql.query(links, [booking.booking_id, userId])).rowCount === 1 ? true : undefined), 'the row');

    await linked(other.userId, booking, '2');
    await isOf(other.userId);
    await stack.probe.publish(bookingCreated, { data: booking });
    await isOf(first.userId);
    await givenTo(other.userId, booking);
    const written = await stack.probe.next(calendarEventCreated, at(booking, other.userId));

    expect(written.join_url).toBe('https://zoom.us/j/2');
  });

  it('has the link of the third, however many were told of meanwhile', async () => {
    const [first, second, third] = [await host(), await host(), await host()];
    const booking = await stack.book(first.userId);
    await linked(first.userId, booking, '1');
    await stack.probe.next(calendarEventCreated, at(booking, first.userId));
    await linked(second.userId, booking, '2');
    await linked(third.userId, booking, '3');
    const known = `SELECT 1 FROM bookings WHERE booking_id = $1 AND other_links ?& $2`;
    const ids = [second.userId, third.userId];
    await waitFor(async () => ((await callers.sql.query(known, [booking.booking_id, ids])).rowCount === 1 ? true : undefined), 'both links');

    await givenTo(second.userId, booking);
    const middle = await stack.probe.next(calendarEventCreated, at(booking, second.userId));
    await givenTo(third.userId, booking, new Date(Date.now() + 1_000).toISOString());
    const last = await stack.probe.next(calendarEventCreated, at(booking, third.userId));

    expect([middle.join_url, last.join_url]).toEqual(['https://zoom.us/j/2', 'https://zoom.us/j/3']);
  });

  it('has no link of a meeting that went, back with the first', async () => {
    const [first, other] = [await host(), await host()];
    const booking = await stack.book(first.userId);
    await linked(first.userId, booking, '1');
    const before = await stack.probe.next(calendarEventCreated, at(booking, first.userId));

    await givenTo(other.userId, booking);
    await stack.probe.next(calendarEventDeleted, at(booking, first.userId));
    await givenTo(first.userId, booking, new Date(Date.now() + 1_000).toISOString());
    const after = await stack.probe.next(calendarEventCreated, (event) => at(booking, first.userId)(event) && event.event_id !== before.event_id);
    await linked(first.userId, booking, '4');
    const updated = await stack.probe.next(calendarEventUpdated, at(booking, first.userId));

    expect([before.join_url, after.join_url, updated.join_url]).toEqual(['https://zoom.us/j/1', null, 'https://zoom.us/j/4']);
  });

  it('comes back to the first, and goes with the booking', async () => {
    const [first, other] = [await host(), await host()];
    const booking = await stack.book(first.userId, { conferencing: 'none' });
    await stack.probe.next(calendarEventCreated, at(booking, first.userId));
    const later = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString();

    await givenTo(other.userId, booking, later(1));
    await stack.probe.next(calendarEventCreated, at(booking, other.userId));
    await givenTo(first.userId, booking, later(2));
    await stack.probe.next(calendarEventDeleted, at(booking, other.userId));
    await settled(booking);
    await stack.probe.publish(bookingCancelled, { data: { booking_id: booking.booking_id, organizer: { user_id: first.userId } } });
    await waitFor(async () => ((await effects(booking))[1] === 3 ? true : undefined), 'all events to be gone');

    expect(await effects(booking)).toEqual([3, 3]);
  });

  it('stands once, with the other one, for each of many that are given away while they are written by two replicas that lose answers', async () => {
    const [first, other] = [await host(), await host()];
    await stack.start();
    stack.faults.add({ effect: { kind: 'drop_after_executing' }, match: { path: '/events' }, count: null, probability: 0.2 });

    const bookings = await Promise.all(Array.from({ length: 20 }, () => stack.book(first.userId, { conferencing: 'none' })));
    for (const booking of bookings) await givenTo(other.userId, booking, new Date(Date.now() + 1_000).toISOString());
    for (const booking of bookings) await stack.probe.next(calendarEventCreated, at(booking, other.userId));
    for (const booking of bookings) await settled(booking);

    const standing = await Promise.all(
      bookings.map(async (booking) => {
        const [created = 0, deleted = 0] = await effects(booking);
        return { count: created - deleted, of: (await rowsOf(booking)).filter(({ event_id: id }) => id !== null).map(({ user_id: id }) => id) };
      }),
    );
    expect(standing).toEqual(bookings.map(() => ({ count: 1, of: [other.userId] })));
  });
});
