import { jest } from '@jest/globals';
import {
  bookingChangeDetected,
  calendarEventCreated,
  createBlock,
  listCalendarEvents,
  listConflicts,
  updateCalendarEvent,
  type Booking,
  type CalendarEvent,
  type InputOf,
} from '@patchbay/contracts';
import { createCaldavFake, startFake } from '@patchbay/providers/testing';
import { waitFor } from '@patchbay/testing';
import { as, openCallers, type CalendarCallers } from '../testing/calendar-callers.js';
import type { CalendarStack } from '../testing/calendar-stack.js';
import { startWithOutlook, type Microsoft } from '../testing/outlook-person.js';

jest.setTimeout(60_000);

const hourMs = 3_600_000;
/** Providers keep whole seconds. */
const tomorrow = (Math.floor(Date.now() / hourMs) + 24) * hourMs;
const at = (hours: number): string => new Date(tomorrow + hours * hourMs).toISOString();
const weekHours = 7 * 24;
const providers = ['google', 'outlook', 'caldav'] as const;

describe.each(providers)('the event of a booking at %s', (provider) => {
  let microsoft: Microsoft;
  let caldav: Awaited<ReturnType<typeof startCaldav>>;
  let stack: CalendarStack;
  let callers: CalendarCallers;

  const startCaldav = async () => {
    const running = await startFake(createCaldavFake());
    return { running, token: JSON.stringify(running.fake.credentialsOf('olivia.organiser@example.com', running.url)) };
  };
  beforeAll(async () => {
    caldav = await startCaldav();
    ({ microsoft, stack } = await startWithOutlook({ WEBHOOKS_EGRESS_ALLOW: [new URL(caldav.running.url).host] }));
    const tokens = { google: stack.tokens.working, outlook: () => ({ token: microsoft.token.value }), caldav: () => ({ token: caldav.token }) };
    stack.tokens.answer = tokens[provider];
    callers = await openCallers(stack);
  });
  afterAll(async () => {
    await callers.close();
    await stack.stop();
    await microsoft.stop();
    await caldav.running.stop();
  });

  /** Has all calendars read once more, to the end, and what was told looked at. */
  const read = async (accountId: string): Promise<void> => {
    const sql = `UPDATE calendars SET wanted_revision = wanted_revision + 1, next_attempt_at = now() WHERE account_id = $1 AND is_selected RETURNING id`;
    await waitFor(async () => ((await callers.sql.query(sql, [accountId])).rowCount === 0 ? undefined : true), 'the calendars');
    await waitFor(async () => {
      const open = `SELECT 1 FROM calendars WHERE account_id = $1 AND is_selected AND (applied_revision < wanted_revision OR lease_token IS NOT NULL)
        UNION ALL SELECT 1 FROM booking_tellings JOIN calendars ON calendars.id = calendar_id WHERE account_id = $1`;
      return (await callers.sql.query(open, [accountId])).rowCount === 0 ? true : undefined;
    }, 'the reading');
  };

  /** Somebody, and what they do. */
  const begin = async () => {
    const { userId, connectionId: id } = await stack.connectAccount(undefined, undefined, provider);
    const user = as(userId);
    await read(id);
    const book = async (hours: number): Promise<Booking> => {
      const booking = await stack.book(userId, { title: `Demo ${hours}`, conferencing: 'none', start_time: at(hours), end_time: at(hours + 1) });
      await stack.probe.next(calendarEventCreated, (event) => event.booking_id === booking.booking_id);
      await read(id);
      return booking;
    };
    const events = async (booking: Booking): Promise<readonly CalendarEvent[]> => {
      const { calendar_id } = await stack.probe.next(calendarEventCreated, (event) => event.booking_id === booking.booking_id);
      const query = { id, calendar_id, from: at(-24), to: at(5 * weekHours), limit: 50 };
      const { items } = await callers.requests.send(listCalendarEvents, query, user);
      return items.filter(({ title }) => title === booking.title);
    };
    const change = async ({ id: event_id, calendar_id }: CalendarEvent, wanted: Partial<InputOf<typeof updateCalendarEvent>>): Promise<void> => {
      await callers.requests.send(updateCalendarEvent, { id, calendar_id, event_id, ...wanted }, user);
      await read(id);
    };
    const block = (hours: number) => {
      const time = { start_time: at(hours), end_time: at(hours + 1), time_zone: 'UTC', is_all_day: false, recurrence: [] };
      return callers.requests.send(createBlock, { title: 'Focus', note: null, ...time }, user);
    };
    /** The titles of both sides, and when the later one begins. */
    const conflicts = async () => {
      const { items } = await callers.requests.send(listConflicts, { from: at(-24), limit: 50 }, user);
      return items.map(({ sides, overlap }) => [...sides.map(({ type, title }) => `${type} ${title}`), overlap.start]);
    };
    return { id, book, events, change, block, conflicts };
  };
  const moved = (hours: number) => ({ start_time: at(hours), end_time: at(hours + 1), time_zone: 'UTC' });

  it('is never in a conflict, wherever it is moved: the booking is', async () => {
    const { book, events, change, block, conflicts } = await begin();
    const booking = await book(0);
    await block(0.5);
    const before = await conflicts();
    const [event] = await events(booking);
    if (event === undefined) throw new Error('there is no event');

    await change(event, moved(0.25));

    await waitFor(() => stack.probe.seen(bookingChangeDetected).find((told) => told.booking_id === booking.booking_id), 'the move');
    expect([before, await conflicts()]).toEqual(Array(2).fill([['booking Demo 0', 'manual_block Focus', at(0.5)]]));
  });

  it('is not in a conflict at its first time when it is made to repeat, moved alone or not, and is at the others', async () => {
    const { book, events, change, conflicts } = await begin();
    const booking = await book(2);
    const [single] = await events(booking);
    if (single === undefined) throw new Error('there is no event');
    await change(single, { recurrence: 'RRULE:FREQ=WEEKLY;COUNT=4' });
    await book(weekHours + 2.5);
    const repeated = await conflicts();

    const [first, second] = await events(booking);
    if (first === undefined || second === undefined) throw new Error('there is no series');
    await change(first, moved(2.5));
    const firstMoved = await conflicts();
    await change(second, moved(weekHours + 3));
    const bothMoved = await conflicts();
    await change(second, moved(weekHours + 8));

    const other = `booking Demo ${weekHours + 2.5}`;
    expect([repeated, firstMoved]).toEqual(Array(2).fill([[other, 'synced_block Demo 2', at(weekHours + 2.5)]]));
    expect([bothMoved, await conflicts()]).toEqual([[[other, 'synced_block Demo 2', at(weekHours + 3)]], []]);
  });
});
