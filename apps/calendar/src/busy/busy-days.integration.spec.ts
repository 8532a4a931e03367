import { jest } from '@jest/globals';
import { createDatabase, type TestDatabase } from '@patchbay/testing';
import { Database } from '@patchbay/database';
import { pino } from 'pino';
import { randomUUID } from 'node:crypto';
import { calendarService } from '../calendar.module.js';
import { BusyRepository } from './busy.repository.js';

jest.setTimeout(60_000);

/** The same numbers every time. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return Math.floor((state / 0x80000000) * sides);
  };
}

/** Where a range is stored. */
interface Place {
  readonly series: string;
  readonly generation: number;
  readonly calendar: string;
}

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const beginMs = Date.parse('2026-12-01T00:00:00Z');

describe('days that are merged as ranges come and go', () => {
  let testDatabase: TestDatabase;
  let database: Database;
  let busy: BusyRepository;
  const [tenantId, userId, accountId, calendarId] = ['default', randomUUID(), randomUUID(), randomUUID()];

  beforeAll(async () => {
    testDatabase = await createDatabase();
    const migrations = [...calendarService.migrations];
    database = await Database.open({ url: testDatabase.url, schema: 'calendar', entities: [], migrations, log: pino({ level: 'silent' }) });
    busy = new BusyRepository(database);
    await database.pool.query(
      `INSERT INTO accounts (id, user_id, provider, status, status_at, created_at) VALUES ($1, $2, 'google', 'active', now(), now())`,
      [accountId, userId],
    );
    await database.pool.query(
      `INSERT INTO calendars (id, tenant_id, user_id, account_id, provider, remote_id, name, is_primary, is_writable, is_selected, conflict_policy, generation)
       VALUES ($1, $2, $3, $4, 'google', 'r', 'R', true, true, true, 'block', 1)`,
      [calendarId, tenantId, userId, accountId],
    );
  });
  afterAll(async () => {
    await database.close();
    await testDatabase.drop();
  });
  beforeEach(() => database.pool.query('DELETE FROM busy_ranges'));

  const add = (ranges: readonly (readonly [number, number])[], { series = 's', generation = 1, calendar = calendarId }: Partial<Place> = {}) =>
    database.pool.query(
      `INSERT INTO busy_ranges (calendar_id, generation, series_id, event_id, tenant_id, user_id, during, is_all_day, state, title)
       SELECT $1, $2, $3, 'e', $4, $5, tstzrange(starts_at, ends_at), false, 'busy', '' FROM unnest($6::timestamptz[], $7::timestamptz[]) AS t (starts_at, ends_at)`,
      [calendar, generation, series, tenantId, userId, ranges.map(([start]) => new Date(start)), ranges.map(([, end]) => new Date(end))],
    );
  const remove = (series: string, generation = 1) =>
    database.pool.query(`DELETE FROM busy_ranges WHERE series_id = $1 AND generation = $2`, [series, generation]);
  const asked = async (fromMs: number, toMs: number): Promise<readonly (readonly [number, number])[]> => {
    const [row] = await busy.ofUsers(tenantId, [userId], { from: new Date(fromMs), to: new Date(toMs) });
    return (row?.busy ?? []).map(([from, to]) => [Date.parse(from), Date.parse(to)] as const);
  };
  /** The same from the ranges themselves, one by one. */
  const expected = async (fromMs: number, toMs: number): Promise<readonly (readonly [number, number])[]> => {
    const { rows } = await database.pool.query<{ from: Date; to: Date }>(
      `SELECT lower(range) AS from, upper(range) AS to FROM (
         SELECT unnest(range_agg(during) * tstzmultirange(tstzrange($1, $2))) AS range FROM busy_ranges WHERE generation = 1) AS merged ORDER BY 1`,
      [new Date(fromMs), new Date(toMs)],
    );
    return rows.map(({ from, to }) => [from.getTime(), to.getTime()] as const);
  };
  const dayCount = async (): Promise<number> =>
    (await database.pool.query<{ count: number }>('SELECT count(*)::int AS count FROM busy_days')).rows[0]?.count ?? NaN;

  it.each([1, 2, 3, 4, 5])('tell the same as the ranges themselves, whatever happened to those (%i)', async (seed) => {
    const roll = dice(seed * 7_919);
    const lengths = [15 * minuteMs, 60 * minuteMs, dayMs, 3 * dayMs, 31 * dayMs, 40 * dayMs, 1];
    const aRange = (): readonly [number, number] => {
      const start = beginMs + roll(60 * 24 * 4) * 15 * minuteMs;
      return [start, start + (lengths[roll(lengths.length)] ?? minuteMs)];
    };

    for (let step = 0; step < 60; step += 1) {
      if (roll(3) === 0) await remove(`s${roll(8)}`);
      else await add(Array.from({ length: 1 + roll(6) }, aRange), { series: `s${roll(8)}` });
      const fromMs = beginMs + roll(70 * 24 * 60) * minuteMs;
      const toMs = fromMs + minuteMs * (1 + roll(40 * 24 * 60));
      expect(await asked(fromMs, toMs)).toEqual(await expected(fromMs, toMs));
    }
    for (let series = 0; series < 8; series += 1) await remove(`s${series}`);

    expect(await dayCount()).toBe(0);
  });

  it('of other contents of the same calendar stay as they are', async () => {
    await add([[beginMs, beginMs + dayMs]], { series: 's', generation: 1 });
    await add([[beginMs, beginMs + 2 * dayMs]], { series: 's', generation: 2 });

    await remove('s', 2);

    expect([await asked(beginMs, beginMs + 7 * dayMs), await dayCount()]).toEqual([[[beginMs, beginMs + dayMs]], 1]);
  });

  it('are those of other contents as soon as these are shown, and of none when the calendar is gone', async () => {
    const show = (generation: number) => database.pool.query('UPDATE calendars SET generation = $2 WHERE id = $1', [calendarId, generation]);
    const days = async () => [await asked(beginMs, beginMs + 7 * dayMs), await dayCount()];
    await add([[beginMs, beginMs + dayMs]], { series: 's', generation: 1 });
    await add([[beginMs + dayMs, beginMs + 2 * dayMs]], { series: 'r', generation: 2 });
    await add([[beginMs + dayMs, beginMs + 3 * dayMs]], { series: 's', generation: 2 });
    const before = await days();

    await show(2);
    const after = await days();
    await remove('s', 1);
    await remove('r', 2);
    const later = await days();
    await show(3);
    const without = await days();
    await show(1);

    const [first, others] = [[beginMs, beginMs + dayMs] as const, [beginMs + dayMs, beginMs + 3 * dayMs] as const];
    expect({ before, after, later, without }).toEqual({ before: [[first], 1], after: [[others], 2], later: [[others], 2], without: [[], 0] });
  });

  it('are gone with their calendar', async () => {
    const other = randomUUID();
    await database.pool.query(
      `INSERT INTO calendars (id, tenant_id, user_id, account_id, provider, remote_id, name, is_primary, is_writable, is_selected, conflict_policy, generation)
       SELECT $2, tenant_id, user_id, account_id, provider, 'other', name, is_primary, is_writable, is_selected, conflict_policy, 1 FROM calendars WHERE id = $1`,
      [calendarId, other],
    );
    await add([[beginMs, beginMs + dayMs]], { calendar: other });
    const before = await dayCount();

    await database.pool.query('DELETE FROM calendars WHERE id = $1', [other]);

    expect([before, await dayCount()]).toEqual([1, 0]);
  });

  it('are few for an event of a thousand years', async () => {
    await add([[beginMs - dayMs, beginMs + 365_000 * dayMs]]);

    expect([await asked(beginMs, beginMs + dayMs), await dayCount()]).toEqual([[[beginMs, beginMs + dayMs]], 0]);
  });
});
