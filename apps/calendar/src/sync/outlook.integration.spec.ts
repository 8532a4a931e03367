import { jest } from '@jest/globals';
import { waitFor } from '@patchbay/testing';
import pg from 'pg';
import type { CalendarStack } from '../testing/calendar-stack.js';
import { startWithOutlook, type Microsoft } from '../testing/outlook-person.js';

jest.setTimeout(60_000);

const email = 'olivia.organiser@example.com';
const dayFromNow = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
const onDay = (days: number) => ({
  start: { dateTime: `${dayFromNow(days)}T10:00:00`, timeZone: 'UTC' },
  end: { dateTime: `${dayFromNow(days)}T11:00:00`, timeZone: 'UTC' },
});

describe('the calendars of an Outlook account', () => {
  let microsoft: Microsoft;
  let stack: CalendarStack;
  let sql: pg.Pool;

  beforeAll(async () => {
    ({ microsoft, stack } = await startWithOutlook());
    sql = new pg.Pool({ connectionString: stack.database.url, options: '-c search_path=calendar', max: 2 });
    sql.on('error', () => undefined);
  });
  afterAll(async () => {
    await sql.end();
    await stack.stop();
    await microsoft.stop();
  });
  afterEach(() => {
    const { calendars } = microsoft.running.fake;
    for (const calendar of calendars.ofAccount(email))
      for (const event of calendar.events.values()) if (!event.isRemoved) calendars.remove({ calendar, event });
  });

  const mine = () => {
    const calendar = microsoft.running.fake.calendars.ofAccount(email).find(({ isDefault }) => isDefault);
    if (calendar === undefined) throw new Error('the fake has no calendar');
    return calendar;
  };
  const put = (subject: string, days: number, more: object = {}) =>
    microsoft.running.fake.calendars.add(mine(), { subject, ...onDay(days), ...more });
  const busy = async (accountId: string): Promise<readonly string[]> => {
    const { rows } = await sql.query<{ title: string }>(
      `SELECT busy.title FROM busy_ranges AS busy JOIN calendars ON calendars.id = busy.calendar_id AND calendars.generation = busy.generation
       WHERE account_id = $1 AND is_primary ORDER BY lower(during)`,
      [accountId],
    );
    return rows.map(({ title }) => title);
  };
  const shown = (accountId: string, expected: readonly string[]): Promise<true> =>
    waitFor(async () => (JSON.stringify(await busy(accountId)) === JSON.stringify(expected) ? true : undefined), expected.join(', '));
  const poll = async (accountId: string): Promise<void> => {
    await waitFor(async () => {
      const { rows } = await sql.query(`SELECT 1 FROM calendars WHERE account_id = $1 AND is_primary AND generation > 0 AND run_id IS NULL`, [
        accountId,
      ]);
      return rows.length > 0 ? true : undefined;
    }, 'the reading to end');
    await sql.query(`UPDATE calendars SET next_attempt_at = now() WHERE account_id = $1 AND is_selected`, [accountId]);
  };

  it('are read once it is connected, and follow what people do there, down to one occurrence of a series', async () => {
    const lunch = put('Lunch', 1);
    const standUp = put('Stand-up', 2, {
      recurrence: { pattern: { type: 'daily', interval: 1 }, range: { type: 'numbered', startDate: dayFromNow(2), numberOfOccurrences: 3 } },
    });
    const { connectionId } = await stack.connectAccount(undefined, undefined, 'outlook');
    await shown(connectionId, ['Lunch', 'Stand-up', 'Stand-up', 'Stand-up']);

    const { calendars } = microsoft.running.fake;
    const series = calendars.except({ calendar: mine(), event: standUp }, dayFromNow(3), 'deleted');
    calendars.change({ calendar: mine(), event: lunch }, { subject: 'Long lunch' });
    await poll(connectionId);
    await shown(connectionId, ['Long lunch', 'Stand-up', 'Stand-up']);

    calendars.remove({ calendar: mine(), event: series });
    await poll(connectionId);
    await shown(connectionId, ['Long lunch']);
  });

  it('are read anew when Exchange has forgotten the state behind the delta', async () => {
    const first = put('First', 1);
    const { connectionId } = await stack.connectAccount(undefined, undefined, 'outlook');
    await shown(connectionId, ['First']);
    put('Second', 2);
    microsoft.running.fake.calendars.remove({ calendar: mine(), event: first });

    microsoft.running.fake.forgetSyncStates();
    await poll(connectionId);

    await shown(connectionId, ['Second']);
  });

  it('keep their owner busy on a day off from midnight to midnight where it was written, not in UTC', async () => {
    const [day, dayAfter] = [dayFromNow(4), dayFromNow(5)];
    const midnight = (date: string) => ({ dateTime: `${date}T00:00:00`, timeZone: 'AUS Eastern Standard Time' });
    put('Day off', 4, { isAllDay: true, start: midnight(day), end: midnight(dayAfter) });
    const { connectionId } = await stack.connectAccount(undefined, undefined, 'outlook');
    await shown(connectionId, ['Day off']);

    const { rows } = await sql.query(
      `SELECT (lower(during) AT TIME ZONE 'Australia/Sydney')::text AS "from", (upper(during) AT TIME ZONE 'Australia/Sydney')::text AS "to"
       FROM busy_ranges AS busy JOIN calendars ON calendars.id = busy.calendar_id AND calendars.generation = busy.generation WHERE account_id = $1`,
      [connectionId],
    );
    expect(rows).toEqual([{ from: `${day} 00:00:00`, to: `${dayAfter} 00:00:00` }]);
  });

  it('get the bookings of their owner, once each', async () => {
    const { userId, connectionId } = await stack.connectAccount(undefined, undefined, 'outlook');
    await shown(connectionId, []);
    microsoft.running.faults.dropAfterExecuting(1, { method: 'POST', path: '/events' });

    await stack.book(userId, { start_time: `${dayFromNow(5)}T10:00:00Z`, end_time: `${dayFromNow(5)}T10:30:00Z` });

    const written = () => [...mine().events.values()].filter(({ isRemoved }) => !isRemoved);
    await waitFor(() => (written().length > 0 ? true : undefined), 'the event');
    await poll(connectionId);
    await waitFor(async () => ((await busy(connectionId)).length > 0 ? true : undefined), 'the busy time');
    expect([written().length, written()[0]?.fields.transactionId]).toEqual([1, expect.stringMatching(/^patchbay-/)]);
  });
});
