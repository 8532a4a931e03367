import { Database } from '@patchbay/database';
import { createDatabase, type TestDatabase } from '@patchbay/testing';
import { createLogger } from '@patchbay/service-kit';
import pg from 'pg';
import { DeliveryRateRepository } from './delivery-rate.repository.js';

describe('permits in the database', () => {
  let testDatabase: TestDatabase;
  const databases: Database[] = [];
  let sql: pg.Pool;
  const replicas: DeliveryRateRepository[] = [];

  beforeAll(async () => {
    testDatabase = await createDatabase();
    sql = new pg.Pool({ connectionString: testDatabase.url });
    for (let count = 0; count < 3; count += 1) {
      const log = createLogger('webhooks', 'silent');
      const database = await Database.open({ url: testDatabase.url, schema: 'webhooks', entities: [], migrations: [], log });
      databases.push(database);
      replicas.push(new DeliveryRateRepository(database));
    }
  });
  afterAll(async () => {
    await sql.end();
    await Promise.all(databases.map((database) => database.close()));
    await testDatabase.drop();
  });

  const wish = (endpointId: string, intervalMs: number, count: number) => ({ endpointId, intervalMs, count });
  const lease = async (replica: number, ...wishes: readonly ReturnType<typeof wish>[]) => (await replicas[replica]?.lease(wishes)) ?? [];

  it('are as many as a second holds, with a second of rest, and the first may come later', async () => {
    const [first] = await lease(0, wish('one', 100, 1_000));
    const [second] = await lease(1, wish('one', 100, 1_000));
    const [third] = await lease(2, wish('one', 100, 1_000));

    expect(first?.count).toBe(20);
    expect(first?.firstInMs).toBeCloseTo(-900, -2);
    expect([second?.count, third?.count]).toEqual([1, 1]);
    // Nobody was rested by now: what they got comes after all of the first.
    expect(second?.firstInMs).toBeGreaterThan(900);
    expect(third?.firstInMs).toBeCloseTo((second?.firstInMs ?? 0) + 100, -2);
  });

  it('are no more than was asked for, of each endpoint by itself', async () => {
    const grants = await lease(0, wish('a', 10, 3), wish('b', 10, 7), wish('c', 60_000, 5));

    expect(grants.map(({ count }) => count)).toEqual([3, 7, 1]);
  });

  it('run out: an endpoint of one per minute gives none for a minute', async () => {
    await lease(0, wish('slow', 60_000, 1));

    const [none] = await lease(1, wish('slow', 60_000, 1));

    expect(none?.count).toBe(0);
    expect(none?.freeInMs).toBeGreaterThan(50_000);
  });

  it('are never given twice when replicas ask at the same moment, for several endpoints in any order', async () => {
    const names = ['p', 'q', 'r', 's'];
    const { rows: began } = await sql.query<{ now: Date }>('SELECT now()');
    const asked = Array.from({ length: 60 }, (_one, index) =>
      lease(index % 3, ...(index % 2 === 0 ? names : names.toReversed()).map((name) => wish(name, 10, 1 + (index % 5)))),
    );
    const grants = (await Promise.all(asked)).map((answers, index) => (index % 2 === 0 ? answers : answers.toReversed()));

    const { rows: taken } = await sql.query<{ slots: number }>(
      `SELECT (extract(epoch FROM next_slot_at - $1::timestamptz) * 100)::float8 AS slots FROM webhooks.rate_limits WHERE key = ANY($2) ORDER BY key`,
      [began[0]?.now, names.map((name) => `delivery:${name}`)],
    );
    for (const [index] of names.entries()) {
      const given = grants.reduce((sum, answers) => sum + (answers[index]?.count ?? 0), 0);
      // Each took the bucket further by what it got.
      expect(given).toBeLessThanOrEqual((taken[index]?.slots ?? 0) + 0.01);
      expect(given).toBeGreaterThanOrEqual(150);
    }
  });
});
