import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchStack } from './bench-stack.js';
import { BenchDatabase } from './database.js';
import { beside, median, quantile, verdict, type Figure } from './figure.js';
import { residentBytes } from './footprint.js';
import { countOf } from './metrics.js';
import { storePolledCalendars } from './polled-calendars.js';
import { startProgram } from './program.js';
import type { SlowCaldavApi } from './slow-caldav.js';

/** How much is measured. */
export interface PollsSize {
  readonly calendars: number;
  readonly seconds: number;
}

const answerMs = 100;
const intervalMinutes = 5;
const lateMsMax = 1_000;
const memoryRatioMax = 1.1;
const sampleMs = 1_000;
/** Every calendar is due again after four minutes at the earliest, so each plan is seen. */
const planEvery = 5;
const drainPatienceMs = 300_000;
const mebibyte = 2 ** 20;

interface Field {
  readonly bench: BenchStack;
  readonly database: BenchDatabase;
  readonly size: PollsSize;
}

/** What was seen of readings that were due by themselves. */
interface Watched {
  readonly polls: number;
  readonly failed: number;
  readonly perSecond: number;
  readonly duePerSecond: number;
  readonly lateMs: readonly number[];
  readonly requests: number;
  /** Of the calendar service, once a second. */
  readonly memory: readonly number[];
}

/** How one replica keeps thousands of calendars up to date, and how many it could. */
export async function measurePolls(bench: BenchStack, size: PollsSize): Promise<readonly Figure[]> {
  const server = startProgram<SlowCaldavApi>('slow-caldav');
  const database = await BenchDatabase.open(bench.stack.databaseUrl);
  const field: Field = { bench, database, size };
  try {
    await bench.stack.ready();
    await server.ask('listen', { port: bench.caldavPort, answerMs });
    bench.say(`polls: storing ${size.calendars} calendars`);
    await storePolledCalendars(database, { count: size.calendars, origin: `http://127.0.0.1:${bench.caldavPort}`, intervalMinutes });
    const firstPerSecond = await untilNoneIsDue(field, new Date());
    bench.say(`polls: all were read for the first time, ${firstPerSecond.toFixed(0)}/s; watching for ${size.seconds} s`);
    const watched = await watch(field);
    bench.say(`polls: ${watched.perSecond.toFixed(1)}/s, ${quantile(watched.lateMs, 0.99).toFixed(0)} ms late (p99); now all at once`);
    const perSecond = await drain(field);
    bench.say(`polls: ${perSecond.toFixed(0)}/s when all are due`);
    return figuresOf(watched, perSecond, size);
  } finally {
    // Whatever is measured next shall not be disturbed by them.
    await database.rows(`UPDATE calendar.calendars SET next_attempt_at = NULL WHERE provider = 'caldav'`).catch(() => undefined);
    await database.close();
    await server.stop();
  }
}

async function watch({ bench, database, size: { seconds } }: Field): Promise<Watched> {
  await database.rows(`UPDATE calendar.calendars SET next_attempt_at = now() + random() * $1 * interval '1 minute' WHERE provider = 'caldav'`, [
    intervalMinutes,
  ]);
  const pid = bench.stack.pids()['calendar'] ?? 0;
  const plans = new Map<string, Set<number>>();
  const memory: number[] = [];
  const attemptsBefore = await attempts(bench);
  const [{ since } = { since: new Date() }] = await database.rows<{ since: Date }>('SELECT now() AS since');
  for (let second = 0; second < seconds; second += 1) {
    if (second % planEvery === 0) await notePlans(database, plans);
    memory.push(residentBytes(pid));
    await sleep(sampleMs);
  }
  const [{ until } = { until: new Date() }] = await database.rows<{ until: Date }>('SELECT now() AS until');
  const runs = await database.rows<{ calendar_id: string; started_at: Date; status: string; error: string | null }>(
    `SELECT calendar_id, started_at, status, error FROM calendar.sync_runs JOIN calendar.calendars ON calendars.id = calendar_id
     WHERE calendars.provider = 'caldav' AND started_at >= $1 AND started_at < $2`,
    [since, until],
  );
  const [fault] = runs.flatMap(({ error }) => error ?? []);
  if (fault !== undefined) bench.say(`polls: one failed with ${fault}`);
  const elapsed = (until.getTime() - since.getTime()) / 1_000;
  const due = [...plans.values()].flatMap((moments) => [...moments]).filter((moment) => moment >= since.getTime() && moment < until.getTime());
  return {
    polls: runs.length,
    failed: runs.filter(({ status }) => status === 'failed').length,
    perSecond: runs.length / elapsed,
    duePerSecond: due.length / elapsed,
    lateMs: runs.flatMap(({ calendar_id: id, started_at: at }) => latenessOf(at.getTime(), plans.get(id))),
    requests: (await attempts(bench)) - attemptsBefore,
    memory,
  };
}

async function notePlans(database: BenchDatabase, plans: Map<string, Set<number>>): Promise<void> {
  const rows = await database.rows<{ id: string; at: Date }>(
    `SELECT id, next_attempt_at AS at FROM calendar.calendars WHERE provider = 'caldav' AND next_attempt_at IS NOT NULL`,
  );
  for (const { id, at } of rows) {
    const known = plans.get(id) ?? new Set<number>();
    known.add(at.getTime());
    plans.set(id, known);
  }
}

/** After the last moment at which it was due; clocks differ by a millisecond. */
function latenessOf(startedMs: number, plans: ReadonlySet<number> = new Set()): readonly number[] {
  const before = [...plans].filter((moment) => moment <= startedMs + 1);
  return before.length === 0 ? [] : [Math.max(0, startedMs - Math.max(...before))];
}

const attempts = ({ stack }: BenchStack): Promise<number> =>
  countOf(stack.metrics['calendar'], 'patchbay_provider_attempts_total', { provider: 'caldav' });

/** All are due at once. @returns readings per second until none is. */
async function drain(field: Field): Promise<number> {
  const [{ since } = { since: new Date() }] = await field.database.rows<{ since: Date }>(
    `WITH due AS (UPDATE calendar.calendars SET next_attempt_at = now() WHERE provider = 'caldav') SELECT now() AS since`,
  );
  return untilNoneIsDue(field, since);
}

async function untilNoneIsDue({ database, size }: Field, since: Date): Promise<number> {
  const deadline = performance.now() + drainPatienceMs;
  for (;;) {
    const [seen] = await database.rows<{ waiting: number; last: Date | null }>(
      `SELECT (SELECT count(*)::int FROM calendar.calendars WHERE provider = 'caldav' AND next_attempt_at <= $1::timestamptz + interval '1 ms') AS waiting,
         (SELECT max(finished_at) FROM calendar.sync_runs) AS last`,
      [since],
    );
    if (seen?.waiting === 0) return size.calendars / (((seen.last?.getTime() ?? NaN) - since.getTime()) / 1_000);
    if (performance.now() > deadline) throw new Error(`${seen?.waiting} calendars still wait to be read`);
    await sleep(100);
  }
}

function figuresOf({ polls, failed, lateMs, memory, ...watched }: Watched, perSecond: number, { calendars }: PollsSize): readonly Figure[] {
  const tenth = Math.ceil(memory.length / 10);
  const [last, usual] = [median(memory.slice(-tenth)), median(memory)];
  const late = quantile(lateMs, 0.99);
  const inMebibytes = (bytes: number): string => `${Math.round(bytes / mebibyte)} MiB`;
  return [
    {
      id: 'polls',
      what: `${calendars.toLocaleString('en')} calendars read every ${intervalMinutes} minutes by one replica, answers after ${answerMs} ms: lateness p99`,
      value: `${late.toFixed(0)} ms (median ${median(lateMs).toFixed(0)} ms)`,
      target: `≤ ${lateMsMax} ms`,
      verdict: verdict(late <= lateMsMax && failed === 0),
    },
    beside(
      'polls',
      'the same: readings',
      `${watched.perSecond.toFixed(1)}/s of ${watched.duePerSecond.toFixed(1)}/s due; ${failed} of ${polls} failed`,
    ),
    beside('polls', 'the same: requests per reading, one in twenty with a change', (watched.requests / polls).toFixed(2)),
    {
      id: 'polls',
      what: 'the same: resident memory of the service, last tenth against the median',
      value: `${(last / usual).toFixed(2)}× (${inMebibytes(last)} against ${inMebibytes(usual)})`,
      target: `≤ ${memoryRatioMax}×`,
      verdict: verdict(last / usual <= memoryRatioMax),
    },
    beside('polls', 'readings when all of them are due at once', `${perSecond.toFixed(0)}/s`),
  ];
}
