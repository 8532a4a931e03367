import { jest } from '@jest/globals';
import { calendarEventsChanged, integrationDisconnected } from '@patchbay/contracts';
import { waitFor } from '@patchbay/testing';
import pg from 'pg';
import { startCalendarStack, type CalendarStack } from '../testing/calendar-stack.js';

jest.setTimeout(60_000);

const email = 'olivia.organiser@example.com';
const onDay = (day: string, summary: string) => ({
  summary,
  start: { dateTime: `${day}T10:00:00Z`, timeZone: 'UTC' },
  end: { dateTime: `${day}T11:00:00Z`, timeZone: 'UTC' },
});
const dayFromNow = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

describe('the calendars of a Google account', () => {
  let stack: CalendarStack;
  let sql: pg.Pool;
  const placed: string[] = [];

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
    for (const id of placed.splice(0)) stack.google.people.removeEvent({ email, calendarId: 'primary', id });
  });

  const put = (summary: string, days: number, more: object = {}): string => {
    const id = stack.google.people.putEvent({ email, calendarId: 'primary', event: { ...onDay(dayFromNow(days), summary), ...more } });
    placed.push(id);
    return id;
  };
  const remove = (id: string): void => {
    stack.google.people.removeEvent({ email, calendarId: 'primary', id });
    if (placed.includes(id)) placed.splice(placed.indexOf(id), 1);
  };
  const titles = async (accountId: string): Promise<readonly string[]> => {
    const { rows } = await sql.query<{ title: string }>(
      `SELECT busy.title FROM busy_ranges AS busy JOIN calendars ON calendars.id = busy.calendar_id AND calendars.generation = busy.generation
       WHERE account_id = $1 AND is_primary ORDER BY lower(during)`,
      [accountId],
    );
    return rows.map(({ title }) => title);
  };
  const shown = (accountId: string, expected: readonly string[]): Promise<true> =>
    waitFor(async () => (JSON.stringify(await titles(accountId)) === JSON.stringify(expected) ? true : undefined), expected.join(', '));
  /** Waits until the primary calendar was read, and nobody reads it. */
  const settled = (accountId: string): Promise<true> =>
    waitFor(async () => {
      const { rows } = await sql.query(`SELECT 1 FROM calendars WHERE account_id = $1 AND is_primary AND generation > 0 AND run_id IS NULL`, [
        accountId,
      ]);
      return rows.length > 0 ? true : undefined;
    }, 'the reading to end');
  const poll = async (accountId: string): Promise<void> => {
    await settled(accountId);
    await sql.query(`UPDATE calendars SET next_attempt_at = now() WHERE account_id = $1 AND is_selected`, [accountId]);
  };

  it('are read once it is connected, and follow what people do there', async () => {
    const lunch = put('Lunch', 1);
    const standUp = put('Stand-up', 2, { recurrence: ['RRULE:FREQ=DAILY;COUNT=3'] });
    const { connectionId } = await stack.connectAccount();
    await shown(connectionId, ['Lunch', 'Stand-up', 'Stand-up', 'Stand-up']);

    const second = `${standUp}_${dayFromNow(3).replaceAll('-', '')}T100000Z`;
    remove(second);
    stack.google.people.putEvent({ email, calendarId: 'primary', id: lunch, event: onDay(dayFromNow(1), 'Long lunch') });
    await poll(connectionId);
    await shown(connectionId, ['Long lunch', 'Stand-up', 'Stand-up']);
    remove(standUp);
    await poll(connectionId);
    await shown(connectionId, ['Long lunch']);

    const events = () =>
      stack.probe.seen(calendarEventsChanged).filter((event) => event.connection_id === connectionId && event.calendar_id === email);
    await waitFor(() => (events().length >= 3 ? true : undefined), 'the announcements');
    expect(events().map((event) => event.is_full)).toEqual([true, false, false]);
  });

  it('are read anew when Google has forgotten the sync token', async () => {
    const first = put('First', 1);
    const { connectionId } = await stack.connectAccount();
    await shown(connectionId, ['First']);
    put('Second', 2);
    remove(first);

    stack.google.expireSyncTokens();
    await poll(connectionId);

    await shown(connectionId, ['Second']);
  });

  it('wait while Google is down, and are as they should be afterwards', async () => {
    const { connectionId } = await stack.connectAccount();
    await settled(connectionId);
    // All attempts of one call.
    stack.faults.failNext({ status: 503, count: 4, match: { method: 'GET', path: /olivia\.organiser%40.*\/events/ } });
    put('Afterwards', 1);
    await poll(connectionId);

    await shown(connectionId, ['Afterwards']);
    await settled(connectionId);
    const { rows } = await sql.query(
      `SELECT status, error FROM sync_runs JOIN calendars ON calendars.id = calendar_id
      WHERE calendars.account_id = $1 AND is_primary ORDER BY sync_runs.id`,
      [connectionId],
    );
    expect(rows).toMatchObject([{ status: 'succeeded' }, { status: 'failed', error: 'unavailable' }, { status: 'succeeded' }]);
  });

  it('leave nothing here when their user disconnects the account, and come back with it', async () => {
    put('Private', 1);
    const account = await stack.connectAccount();
    await shown(account.connectionId, ['Private']);
    await stack.probe.publish(integrationDisconnected, {
      data: { user_id: account.userId, connection_id: account.connectionId, provider: 'google', type: 'calendar', reason: 'by_user' },
    });
    await shown(account.connectionId, []);
    const stored = await sql.query(`SELECT 1 FROM calendar_events WHERE user_id = $1 UNION ALL SELECT 1 FROM busy_ranges WHERE user_id = $1`, [
      account.userId,
    ]);

    await stack.connectAccount(account.userId, account.connectionId);

    await shown(account.connectionId, ['Private']);
    expect(stored.rowCount).toBe(0);
  });
});
