import { randomUUID } from 'node:crypto';
import { Database } from '@patchbay/database';
import { createLogger } from '@patchbay/service-kit';
import { createDatabase, type TestDatabase } from '@patchbay/testing';
import pg from 'pg';
import { StatisticsRepository } from '../statistics/statistics.repository.js';
import { webhooksService } from '../webhooks.service-definition.js';
import { DeliveryLogRepository, type DeliveryFilter } from './delivery-log.repository.js';

const stored = 1_000_000;
/** How PostgreSQL plans a prepared statement. */
const planModes = ['force_custom_plan', 'force_generic_plan'];
const limit = 51;
/** Deliveries that a search looks at for one page. */
const lookedAt = 20_000;
const nothing: DeliveryFilter = { status: null, eventTypeLike: null, fromId: null, toId: null, text: null, exactId: null };

interface Plan {
  readonly 'Node Type': string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly Plan[];
}

/** What a statement looked at to give its answer. */
interface Looked {
  readonly rows: number;
  readonly pages: number;
}

describe('the log of an endpoint with a million deliveries', () => {
  const [endpointId, otherId, userId] = [randomUUID(), randomUUID(), randomUUID()];
  let testDatabase: TestDatabase;
  let client: pg.Client;
  let looked: Looked[] = [];

  beforeAll(async () => {
    testDatabase = await createDatabase();
    const { entities, migrations } = webhooksService;
    const database = await Database.open({
      url: testDatabase.url,
      schema: 'webhooks',
      entities: [...entities],
      migrations: [...migrations],
      log: createLogger('webhooks', 'silent'),
    });
    await database.close();
    client = new pg.Client({ connectionString: testDatabase.url, options: '-c search_path=webhooks' });
    await client.connect();
    for (const statement of seed(endpointId, otherId, userId)) await client.query(statement);
  }, 240_000);
  afterAll(async () => {
    await client.end();
    await testDatabase.drop();
  });

  /** Runs what a repository asks for, and remembers what was looked at. */
  const explaining = {
    read: async ({ name, text }: { name: string; text: string }, values: readonly unknown[]) => {
      await client.query(`PREPARE "${name}" AS ${text}`).catch((error: unknown) => {
        // Prepared by an earlier look.
        if (!String(error).includes('already exists')) throw error;
      });
      const call = `"${name}"(${values.map((value) => (value === null ? 'NULL' : client.escapeLiteral(String(value)))).join(', ')})`;
      for (const mode of planModes) {
        await client.query(`SET plan_cache_mode = ${mode}`);
        const { rows } = await client.query<{ 'QUERY PLAN': readonly [{ Plan: Plan }] }>(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE ${call}`);
        const plan = rows[0]?.['QUERY PLAN'][0].Plan;
        if (plan !== undefined) looked.push({ rows: rowsOf(plan), pages: plan['Shared Hit Blocks'] + plan['Shared Read Blocks'] });
      }
      return (await client.query(`EXECUTE ${call}`)).rows;
    },
  } as unknown as Database;
  const log = new DeliveryLogRepository(explaining);
  const statistics = new StatisticsRepository(explaining);

  /** The most that was looked at. */
  const most = async (work: () => Promise<unknown>): Promise<Looked> => {
    looked = [];
    await work();
    return { rows: Math.max(...looked.map(({ rows }) => rows)), pages: Math.max(...looked.map(({ pages }) => pages)) };
  };
  const idAt = async (position: number): Promise<string> => {
    const { rows } = await client.query<{ id: string }>('SELECT id FROM deliveries WHERE endpoint_id = $1 ORDER BY id DESC OFFSET $2 LIMIT 1', [
      endpointId,
      position,
    ]);
    return rows[0]?.id ?? '';
  };

  it('is really that long', async () => {
    const { rows } = await client.query<{ n: number }>('SELECT count(*)::int AS n FROM deliveries WHERE endpoint_id = $1', [endpointId]);

    expect(rows[0]?.n).toBe(stored);
  });

  it.each([0, 500_000, 999_000])('is read page by page at the same cost, also after %i', async (position) => {
    const after = position === 0 ? null : await idAt(position);
    let count = 0;
    const cost = await most(async () => (count = (await log.list(endpointId, { limit, after }, nothing)).rows.length));

    expect(count).toBe(limit);
    expect(cost.rows).toBeLessThan(30 * limit);
    expect(cost.pages).toBeLessThan(100 * limit);
  });

  it('is read in a range of time at the cost of the page', async () => {
    const [from, to] = [await idAt(600_000), await idAt(500_000)];
    let count = 0;
    const filter = { ...nothing, fromId: from, toId: to };
    const cost = await most(async () => (count = (await log.list(endpointId, { limit, after: null }, filter)).rows.length));

    expect(count).toBe(limit);
    expect(cost.rows).toBeLessThan(30 * limit);
    expect(cost.pages).toBeLessThan(100 * limit);
  });

  it.each([
    ['a status that is rare', { status: 'failed' }],
    ['a type that is not there', { eventTypeLike: 'payment%' }],
    ['a word that is not there', { text: 'nowhere' }],
  ])(
    'is searched for %s in steps, which cost what they look at',
    async (_what, wanted) => {
      let lookedUpTo: string | null = null;
      const cost = await most(async () => (lookedUpTo = (await log.list(endpointId, { limit, after: null }, { ...nothing, ...wanted })).lookedUpTo));

      expect(lookedUpTo).not.toBeNull();
      // Each delivery that is looked at costs some pages of each table, however many there are.
      expect(cost.pages).toBeLessThan(15 * lookedAt);
    },
    60_000,
  );

  it('is searched for one id at the cost of that one', async () => {
    const id = await idAt(700_000);
    let found: readonly string[] = [];
    const cost = await most(async () => {
      const { rows } = await log.list(endpointId, { limit, after: null }, { ...nothing, exactId: id });
      found = rows.map((row) => row.id);
    });

    expect(found).toEqual([id]);
    expect(cost.rows).toBeLessThan(100);
    expect(cost.pages).toBeLessThan(1_000);
  });

  it('has statistics that are as cheap as those of any other', async () => {
    let days = 0;
    const cost = await most(async () => (days = (await statistics.list(endpointId, '2026-10-01')).length));

    expect(days).toBe(30);
    expect(cost.rows).toBeLessThanOrEqual(60);
    expect(cost.pages).toBeLessThan(50);
  });

  it('makes no other endpoint dear', async () => {
    const cost = await most(async () => log.list(otherId, { limit, after: null }, nothing));

    expect(cost.rows).toBeLessThan(30 * limit);
  });
});

/** Rows that the scans of a plan produced or threw away. */
function rowsOf(plan: Plan): number {
  const inner = (plan.Plans ?? []).reduce((sum, child) => sum + rowsOf(child), 0);
  if (plan['Relation Name'] === undefined) return inner;
  const each = plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0) + (plan['Rows Removed by Index Recheck'] ?? 0);
  return inner + Math.round(each * plan['Actual Loops']);
}

/** A million deliveries of the last days, of which each thousandth failed, and a few of another endpoint; thirty days of statistics for either. */
const seed = (endpointId: string, otherId: string, userId: string): readonly string[] => [
  `SET synchronous_commit = off`,
  `CREATE TEMP TABLE made AS
     SELECT encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) placing
       substring(int8send((extract(epoch FROM now()) * 1000 - n)::bigint) FROM 3) FROM 1 FOR 6), 52, 1), 53, 1), 'hex')::uuid AS key, n
     FROM generate_series(1, ${stored}) AS t(n)`,
  `INSERT INTO events (key, id, user_id, type, version, payload) SELECT key, key, '${userId}', 'booking_created', 1, '{}' FROM made`,
  `INSERT INTO event_ids (id, event_key) SELECT key, key FROM made WHERE n % 1000 = 0`,
  `INSERT INTO deliveries (endpoint_id, id, event_key) SELECT '${endpointId}', delivery_id(key, '${endpointId}'), key FROM made`,
  `INSERT INTO deliveries (endpoint_id, id, event_key) SELECT '${otherId}', delivery_id(key, '${otherId}'), key FROM made WHERE n % 10000 = 0`,
  `INSERT INTO delivery_attempts (delivery_id, attempt, attempted_at, status_code, duration_ms, error)
     SELECT delivery_id(key, '${endpointId}'), 1, now(), CASE WHEN n % 1000 = 0 THEN 503 ELSE 200 END, 5, CASE WHEN n % 1000 = 0 THEN 'status_not_2xx' END FROM made`,
  `INSERT INTO endpoint_days (endpoint_id, day, tenant_id, succeeded, failed, latencies)
     SELECT id, date '2026-10-31' - d, 'default', 1000, 1, '{1}' FROM generate_series(1, 30) d, unnest('{${endpointId},${otherId}}'::uuid[]) id`,
  `ANALYZE`,
];
