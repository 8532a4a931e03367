import { integrationConnected } from '@patchbay/contracts';
import { createDatabase, type TestDatabase } from '@patchbay/testing';
import pg from 'pg';
import { pino } from 'pino';
import { Database, isDatabaseOutage } from './database.js';
import { PostgresRateLimiter } from './postgres-rate-limiter.js';

const log = pino({ level: 'silent' });
const data = {
  user_id: '0198f2a4-0000-7000-8000-000000000001',
  connection_id: '0198f2a4-0000-7000-8000-0000000000c1',
  provider: 'google',
  type: 'calendar' as const,
  provider_account_id: '1',
  provider_email: null,
};
const countOutbox = { name: 'spec-count', text: 'SELECT count(*)::int AS count FROM outbox' };

describe('Database', () => {
  let testDatabase: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    testDatabase = await createDatabase();
    database = await Database.open({ url: testDatabase.url, schema: 'video', entities: [], migrations: [], log });
  }, 30_000);

  afterAll(async () => {
    await database.close();
    await testDatabase.drop();
  });

  it('lets several replicas migrate at once', async () => {
    const open = (): Promise<Database> => Database.open({ url: testDatabase.url, schema: 'auth', entities: [], migrations: [], log });

    const replicas = await Promise.all([open(), open(), open()]);

    expect(await replicas[0]?.read(countOutbox)).toEqual([{ count: 0 }]);
    await Promise.all(replicas.map((replica) => replica.close()));
  }, 30_000);

  it('stores what a transaction announces with what it changes', async () => {
    let woken = 0;
    database.onAnnounced(() => (woken += 1));

    await database.transaction(async (tx) => {
      await tx.query('CREATE TABLE marks (id int)');
      tx.outbox.add(integrationConnected, data);
      tx.outbox.add(integrationConnected, data);
    });

    expect(await database.read(countOutbox)).toEqual([{ count: 2 }]);
    expect(woken).toBe(1);
  });

  it('refuses to announce what does not fit its contract, and changes nothing', async () => {
    const work = database.transaction(async (tx) => {
      await tx.query('INSERT INTO marks VALUES (7)');
      tx.outbox.add(integrationConnected, { ...data, user_id: 'no uuid' });
    });

    await expect(work).rejects.toThrow();
    expect(await database.read({ name: 'spec-marks', text: 'SELECT id FROM marks' })).toEqual([]);
  });

  it('answers the rows of an UPDATE with RETURNING', async () => {
    const rows = await database.transaction(async (tx) => {
      await tx.query('INSERT INTO marks VALUES (1), (2)');
      return tx.query<{ id: number }>('UPDATE marks SET id = id + 10 WHERE id = $1 RETURNING id', [2]);
    });

    expect(rows).toEqual([{ id: 12 }]);
  });

  it('tells an outage from a mistake', async () => {
    const mistake = await database.transaction((tx) => tx.query('SELECT nonsense')).catch((error: unknown) => error);
    const client = new pg.Client({ connectionString: 'postgres://127.0.0.1:1/none' });
    const outage = await client.connect().catch((error: unknown) => error);

    expect([isDatabaseOutage(mistake), isDatabaseOutage(outage)]).toEqual([false, true]);
  });
});

describe('PostgresRateLimiter', () => {
  let testDatabase: TestDatabase;
  let database: Database;
  const soon = (ms: number): Date => new Date(Date.now() + ms);

  beforeAll(async () => {
    testDatabase = await createDatabase();
    database = await Database.open({ url: testDatabase.url, schema: 'video', entities: [], migrations: [], log });
  }, 30_000);

  afterAll(async () => {
    await database.close();
    await testDatabase.drop();
  });

  it('lets a tenth through at once and then says when to come back, for all replicas together', async () => {
    const replicas = [new PostgresRateLimiter(database), new PostgresRateLimiter(database)];
    const rate = { limit: 50, perMs: 60_000 };

    const answers = [];
    for (let call = 0; call < 7; call += 1) answers.push(await replicas[call % 2]?.acquire('zoom', rate, soon(0)));

    expect(answers.slice(0, 5)).toEqual([null, null, null, null, null]);
    expect(answers[5]).toBeGreaterThan(1_000);
    expect(answers[5]).toBeLessThanOrEqual(1_305);
  });

  it('never lets more than the limit through, wherever the window begins', async () => {
    const limiter = new PostgresRateLimiter(database);
    const rate = { limit: 20, perMs: 500 };
    const passed: number[] = [];
    const end = Date.now() + 1_200;
    const caller = async (): Promise<void> => {
      while (Date.now() < end) if ((await limiter.acquire('quota', rate, soon(100))) === null) passed.push(performance.now());
    };

    await Promise.all([caller(), caller(), caller()]);

    const busiest = Math.max(...passed.map((from) => passed.filter((at) => at >= from && at < from + 450).length));
    expect(passed.length).toBeGreaterThan(20);
    expect(busiest).toBeLessThanOrEqual(20);
  });

  it('waits for a slot that comes before the deadline', async () => {
    const limiter = new PostgresRateLimiter(database);
    const rate = { limit: 1, perMs: 100 };
    await limiter.acquire('google', rate, soon(0));
    const began = performance.now();

    const answer = await limiter.acquire('google', rate, soon(1_000));

    expect(answer).toBeNull();
    expect(performance.now() - began).toBeGreaterThan(50);
  });

  it('keeps keys apart', async () => {
    const limiter = new PostgresRateLimiter(database);
    const rate = { limit: 1, perMs: 60_000 };

    expect(await Promise.all(['a', 'b'].map((key) => limiter.acquire(key, rate, soon(0))))).toEqual([null, null]);
  });
});
