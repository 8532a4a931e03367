import { createDatabase, type TestDatabase } from '@patchbay/testing';
import pg from 'pg';
import { idOfTime } from './id-time.js';
import { TimePartitions, type SqlRunner } from './time-partitions.js';

let database: TestDatabase;
let client: pg.Client;
let sql: SqlRunner;

beforeAll(async () => {
  database = await createDatabase();
}, 60_000);

afterAll(() => database.drop());

beforeEach(async () => {
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  sql = { query: async (text, values) => (await client.query(text, values)).rows };
  await client.query(`DROP TABLE IF EXISTS letters, stamps`);
  for (const table of ['letters', 'stamps']) await client.query(`CREATE TABLE ${table} (id uuid PRIMARY KEY) PARTITION BY RANGE (id)`);
});

afterEach(() => client.end());

const partitions = new TimePartitions(['letters', 'stamps']);
const day = (number: number): Date => new Date(Date.UTC(2026, 10, number));
const inTransaction = async <Result>(work: () => Promise<Result>): Promise<Result> => {
  await client.query('BEGIN');
  const result = await work();
  await client.query('COMMIT');
  return result;
};
const cover = (from: Date, to: Date, days = 1) => inTransaction(() => partitions.cover(sql, { from, to, days }));
const put = (time: Date) => client.query(`INSERT INTO letters VALUES ($1)`, [idOfTime(time)]);
const neededNever = () => Promise.resolve(false);
const boundsOf = async () => (await partitions.list(sql)).map(({ from, to }) => [from, to]);

describe('partitions of time', () => {
  it('begin with the day and reach past the end, in every table, without a gap and whatever the width', async () => {
    await cover(new Date('2026-11-20T13:00:00Z'), day(22));
    await cover(day(22), new Date('2026-11-23T01:00:00Z'), 3);

    expect(await boundsOf()).toEqual([
      [day(20), day(21)],
      [day(21), day(22)],
      [day(22), day(25)],
    ]);
    await put(new Date('2026-11-24T23:59:59.999Z'));
    await expect(put(day(25))).rejects.toMatchObject({ code: '23514' });
    await client.query(`INSERT INTO stamps VALUES ($1)`, [idOfTime(day(24))]);
  });

  it('are made once, by however many processes at a time', async () => {
    const others = await Promise.all(
      [1, 2, 3].map(async () => {
        const other = new pg.Client({ connectionString: database.url });
        await other.connect();
        return other;
      }),
    );
    const runner = (other: pg.Client): SqlRunner => ({ query: async (text, values) => (await other.query(text, values)).rows });

    await Promise.all(
      others.map(async (other) => {
        await other.query('BEGIN');
        await partitions.cover(runner(other), { from: day(1), to: day(4), days: 1 });
        await other.query('COMMIT');
        await other.end();
      }),
    );

    expect(await boundsOf()).toHaveLength(3);
  });

  it('are dropped from the oldest on, whole, when their last moment is over', async () => {
    await cover(day(1), day(4));
    await put(day(1));
    await put(day(2));

    const dropped: boolean[] = [];
    for (let times = 0; times < 3; times += 1) dropped.push(await inTransaction(() => partitions.dropOldest(sql, day(3), neededNever)));

    expect(dropped).toEqual([true, true, false]);
    expect(await boundsOf()).toEqual([[day(3), day(4)]]);
    expect((await client.query('SELECT * FROM letters')).rows).toEqual([]);
  });

  it('stay while something in them is needed', async () => {
    await cover(day(1), day(3));
    await put(day(1));
    const asked: Date[] = [];

    const isDropped = await inTransaction(() => partitions.dropOldest(sql, day(9), ({ from }) => (asked.push(from), Promise.resolve(true))));

    expect([isDropped, asked]).toEqual([false, [day(1)]]);
    expect(await boundsOf()).toHaveLength(2);
  });

  it('do not make everybody wait when one of the tables is in use', async () => {
    await cover(day(1), day(3));
    const reader = new pg.Client({ connectionString: database.url });
    await reader.connect();
    await reader.query('BEGIN');
    await reader.query('SELECT * FROM letters');

    await client.query('BEGIN');
    await expect(partitions.dropOldest(sql, day(9), neededNever)).rejects.toMatchObject({ code: '55P03' });
    await client.query('ROLLBACK');
    await reader.end();

    expect(await boundsOf()).toHaveLength(2);
  });
});
