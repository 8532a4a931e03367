import { jest } from '@jest/globals';
import type { SourceEvent } from '@patchbay/capabilities';
import type { Transaction } from '@patchbay/database';
import { pino } from 'pino';
import { anEvent } from '../testing/calendars.fake.js';
import { busyBatches, busyTimesMax, TooManyOccurrencesError } from './busy-batches.js';
import { BusyRangesRepository } from './busy-ranges.repository.js';
import { busyTimesOf } from './busy-times.js';
import { ContentsRepository, type Contents } from './contents.repository.js';
import { FaultsRepository } from './faults.repository.js';

const window = { from: new Date('2026-12-01T00:00:00Z'), to: new Date('2027-12-01T00:00:00Z') };
const hourly = (id: string): SourceEvent => anEvent(id, { recurrence: ['RRULE:FREQ=HOURLY'] });
const expand = (events: readonly SourceEvent[]) => busyTimesOf(events, window, { zone: 'UTC', tentative_policy: 'busy' }).busy;

async function* told(series: readonly (readonly SourceEvent[])[]) {
  yield* series;
}

describe('the expansion of many series', () => {
  it('holds no more than some thousand busy times at once, and loses none', async () => {
    const series = Array.from({ length: 300 }, (_, index) => [anEvent(`${index}`, { recurrence: ['RRULE:FREQ=DAILY;COUNT=100'] })]);
    const sizes: number[] = [];

    for await (const batch of busyBatches(told(series), expand)) sizes.push(batch.length);

    expect(sizes).toEqual(Array.from({ length: 6 }, () => 5_000));
  });

  it('gives other work its turn after each series that takes its time, also where none of them takes place', async () => {
    const series = Array.from({ length: 20 }, (_, index) => [anEvent(`${index}`)]);
    let turns = 0;
    let timer = setImmediate(function turn() {
      turns += 1;
      timer = setImmediate(turn);
    });

    const expandSlowly = () => {
      for (const untilMs = performance.now() + 3; performance.now() < untilMs;);
      return [];
    };
    const batches = [];
    for await (const batch of busyBatches(told(series), expandSlowly)) batches.push(batch);
    clearImmediate(timer);

    expect(batches.flat()).toEqual([]);
    expect(turns).toBeGreaterThanOrEqual(19);
  });
});

describe('an expansion that finds nothing', () => {
  it('tells so now and then, as its database connection must not rest', async () => {
    const series = Array.from({ length: 4 }, (_, index) => [anEvent(`${index}`)]);
    const clock = jest.spyOn(performance, 'now');
    let ms = 0;
    clock.mockImplementation(() => (ms += 400));
    const batches: (readonly unknown[])[] = [];

    for await (const batch of busyBatches(told(series), () => [])) batches.push(batch);
    clock.mockRestore();

    expect(batches.length).toBeGreaterThan(0);
    expect(batches.flat()).toEqual([]);
  });
});

describe('a calendar with more busy times than are kept', () => {
  const contents = {
    calendar: { id: 'work', zone: 'UTC', tentative_policy: 'busy' as const, tenant_id: 'default', user_id: 'ada' },
    generation: 1,
    window,
  } satisfies Contents;
  /** A database with so many busy times of other series, and hourly events for every series that is asked for. */
  const databaseWith = (count: number) => {
    const inserted: number[] = [];
    const query = (sql: string, values: readonly unknown[]) => {
      if (sql.includes('count(*)')) return Promise.resolve([{ count }]);
      if (sql.includes('INSERT')) inserted.push((JSON.parse(values[4] as string) as readonly unknown[]).length);
      if (!sql.startsWith('SELECT series_id')) return Promise.resolve([]);
      return Promise.resolve((values[2] as readonly string[]).map((id) => ({ series_id: id, event: hourly(id) })));
    };
    return { tx: { query } as unknown as Transaction, inserted };
  };
  const expanding = (tx: Transaction, series: number) =>
    new ContentsRepository(pino({ level: 'silent' }), new FaultsRepository(), new BusyRangesRepository()).expand(tx, contents, {
      series: new Set(Array.from({ length: series }, (_, index) => `${index}`)),
    });
  const total = (inserted: readonly number[]) => inserted.reduce((sum, count) => sum + count, 0);

  it('is not expanded further than that, however many series are still to come', async () => {
    const { tx, inserted } = databaseWith(0);

    await expect(expanding(tx, 1_000)).rejects.toThrow(TooManyOccurrencesError);
    expect(total(inserted)).toBeLessThanOrEqual(busyTimesMax);
    expect(total(inserted)).toBeGreaterThan(busyTimesMax - 20_000);
  });

  it('is told by what earlier pages brought, too', async () => {
    const { tx, inserted } = databaseWith(busyTimesMax - 1);

    await expect(expanding(tx, 1)).rejects.toThrow(TooManyOccurrencesError);
    expect(inserted).toEqual([]);
  });

  it('is not what a calendar is that has room for all of them', async () => {
    const { tx, inserted } = databaseWith(busyTimesMax - 10_000);

    await expanding(tx, 1);

    expect(total(inserted)).toBe(expand([hourly('0')]).length);
  });
});
