import { setTimeout as sleep } from 'node:timers/promises';
import { rmSync } from 'node:fs';
import { CalendarChaos, type CalendarsResult } from './calendars/run.js';
import { Harmer, type Recovery } from './harm.js';
import { runJobs, type JobsResult } from './jobs.js';
import type { ChaosOptions } from './options.js';
import { nameOf, planBooking, planRound } from './plan.js';
import { Publisher } from './publisher.js';
import { seededRandom } from './random.js';
import { PublicationRecord } from './record.js';
import { findStuck } from './stuck.js';
import { judge, type Verdict } from './verdict.js';
import { startWorld, stopWorld, type World } from './world.js';

/** What a run came to; null is what was not asked for. */
export interface ChaosResult {
  readonly bookings: BookingsResult | null;
  readonly jobs: JobsResult | null;
  /** Of calendars that changed meanwhile. */
  readonly calendars: CalendarsResult | null;
}

/** What became of the bookings. */
export interface BookingsResult {
  readonly verdict: Verdict;
  readonly record: PublicationRecord;
  readonly recoveries: readonly Recovery[];
  /** Answers the providers did not give although they had done what was asked. */
  readonly droppedAnswers: number;
  /** Receiver with a habit → how often it gave way to it. */
  readonly misbehaved: Readonly<Record<string, number>>;
  /** Processes that ended by themselves after they had been well. */
  readonly crashes: readonly string[];
  readonly stuck: readonly string[];
}

/** Publishing goes on at least this long, so that the harms of one round meet bookings on their way. */
const publishingMsMin = { all: 40_000, broker: 12_000 } as const;
const startMsMax = 10_000;
const droppedMax = 1_000_000;

/** How long to wait for what does not come. Without the outbox it is lost and waiting does not bring it, but recovery must have had its time before that is said. */
const patience = {
  stored: { canaryMs: 60_000, unchangedMs: 60_000, totalMs: 300_000 },
  unstored: { canaryMs: 8_000, unchangedMs: 20_000, totalMs: 60_000 },
} as const;

/** One run: a stack of its own, bookings, harm, silence, comparison; then the jobs. */
export async function runChaos(options: ChaosOptions, log: (line: string) => void): Promise<ChaosResult> {
  const world = await startWorld(options, (line) => log(`    ${line}`));
  try {
    const { bookings, calendars } = options.jobsOnly ? { bookings: null, calendars: null } : await runBookingsAndCalendars(world, options, log);
    // A job could not be told from what was lost before.
    const jobs = options.withoutOutbox ? null : await runJobs(world, log);
    return { bookings, jobs, calendars };
  } finally {
    await stopWorld(world);
    if (options.keep) log(`    Kept for inspection: ${world.dataDir}`);
    else rmSync(world.dataDir, { recursive: true, force: true });
  }
}

/** Calendars change and are read for as long as bookings are harmed. */
async function runBookingsAndCalendars(world: World, options: ChaosOptions, log: (line: string) => void): Promise<Omit<ChaosResult, 'jobs'>> {
  if (options.withoutOutbox) return { bookings: await runBookings(world, options, log), calendars: null };
  const calendars = await CalendarChaos.start(world, options);
  log('    Calendars at three providers are known and begin to change.');
  try {
    const bookings = await runBookings(world, { ...options, onQuiet: () => calendars.stop() }, log);
    return { bookings, calendars: await calendars.result() };
  } finally {
    await calendars.stop();
  }
}

type BookingsOptions = ChaosOptions & {
  /** Called when nothing is harmed any more. */
  readonly onQuiet?: () => Promise<void>;
};

async function runBookings(world: World, options: BookingsOptions, log: (line: string) => void): Promise<BookingsResult> {
  const ticker = new AbortController();
  try {
    const record = new PublicationRecord();
    const recoveries: Recovery[] = [];
    void reportProgress({ world, record, recoveries }, { log, signal: ticker.signal });
    await addFaults(world, options.seed);
    const publisher = new Publisher(world.product, world, record);
    const publishing = publishAll(publisher, options);
    await harmWhile(publishing, { harmer: new Harmer(world, publisher, patienceOf(options).canaryMs), options, recoveries });
    await publishing;
    const droppedAnswers = await countDropped(world);
    await options.onQuiet?.();
    await world.sandbox.clearFaults();
    log('    All is published; waiting until it is quiet.');
    const { verdict, stuck } = await untilQuiet(world, record, options);
    const misbehaved = Object.fromEntries(world.habitual.map(({ receiver, misbehaved: count }) => [receiver.name, count()]));
    return { verdict, record, recoveries, droppedAnswers, misbehaved, crashes: crashesAmong(world.ends), stuck };
  } finally {
    ticker.abort();
  }
}

/** Who starts while PostgreSQL is away may end and be started again; PostgreSQL itself ends as it is told to. */
const crashesAmong = (ends: World['ends']): readonly string[] =>
  ends
    .filter(({ name, reason, livedMs }) => name !== 'postgres' && reason !== 'signal SIGKILL' && livedMs > startMsMax)
    .map(({ name, reason }) => `${name} (${reason})`);

const patienceOf = ({ withoutOutbox }: ChaosOptions): (typeof patience)['stored' | 'unstored'] => patience[withoutOutbox ? 'unstored' : 'stored'];

// Providers are slow at times, and at times they do what was asked and their answer is lost.
async function addFaults({ sandbox }: World, seed: number): Promise<void> {
  for (const [provider, path] of [
    ['zoom', '/meetings'],
    ['google', '/events'],
  ] as const) {
    await sandbox.addFault({ provider, path, drop_after_executing: true, probability: 0.06, count: droppedMax, seed });
    await sandbox.addFault({ provider, path, delay_ms: 700, probability: 0.25 });
  }
}

async function countDropped({ sandbox }: World): Promise<number> {
  const dropping = (await sandbox.faults()).filter((fault) => fault.drop_after_executing === true);
  return dropping.reduce((sum, { count }) => sum + droppedMax - (count ?? droppedMax), 0);
}

async function publishAll(publisher: Publisher, { bookings, rate, seed, harms }: ChaosOptions): Promise<void> {
  const random = seededRandom(seed).branch('bookings');
  const everyMs = Math.max(1000 / rate, publishingMsMin[harms] / bookings);
  const running: Promise<void>[] = [];
  const startedAt = performance.now();
  for (let index = 0; index < bookings; index += 1) {
    const publishing = publisher.publishBooking(planBooking(index, random));
    // Awaited below; until then nobody else may take a failure for an unhandled one.
    publishing.catch(() => undefined);
    running.push(publishing);
    await sleep(Math.max(0, startedAt + (index + 1) * everyMs - performance.now()));
  }
  await Promise.all(running);
}

type Harming = { readonly harmer: Harmer; readonly options: ChaosOptions; readonly recoveries: Recovery[] };

/** Round after round until all is published; the first one always to its end. */
async function harmWhile(publishing: Promise<void>, { harmer, options, recoveries }: Harming): Promise<void> {
  const random = seededRandom(options.seed).branch('harm');
  let isPublishing = true;
  void publishing.catch(() => undefined).finally(() => (isPublishing = false));
  for (let round = 0; round === 0 || isPublishing; round += 1) {
    for (const harm of planRound(round, random, options.harms)) {
      if (round > 0 && !isPublishing) return;
      const recovery = await harmer.inflict(harm);
      recoveries.push(recovery);
      // Without the outbox one loss proves the point, and every further one would only be waited for.
      if (options.withoutOutbox && recovery.ms === null) return;
    }
    if (options.withoutOutbox) return;
  }
}

async function untilQuiet(world: World, record: PublicationRecord, options: ChaosOptions): Promise<Pick<BookingsResult, 'verdict' | 'stuck'>> {
  const { unchangedMs, totalMs } = patienceOf(options);
  const deadline = performance.now() + totalMs;
  const habitual = world.habitual.map(({ receiver }) => ({ name: receiver.name, ledger: receiver, userIds: world.userIds }));
  let changedAt = performance.now();
  let heardBefore = 0;
  for (;;) {
    const heard = world.habitual.reduce((sum, { receiver }) => sum + receiver.webhooks().length, 0);
    if ((await world.farEnd.refresh()) > 0 || heard > heardBefore) changedAt = performance.now();
    heardBefore = heard;
    const silentMs = performance.now() - changedAt;
    const verdict = judge(record, world.farEnd, habitual);
    const isLate = silentMs > unchangedMs || performance.now() > deadline;
    // A moment of silence even when all is there: a second delivery of something might still be on its way.
    if (isLate || (verdict.lost.length === 0 && silentMs > 2_000)) {
      const stuck = options.withoutOutbox ? [] : await findStuck(world);
      if (isLate || stuck.length === 0) return { verdict, stuck };
    }
    await sleep(300);
  }
}

type Progress = { readonly world: World; readonly record: PublicationRecord; readonly recoveries: readonly Recovery[] };

async function reportProgress(
  { world, record, recoveries }: Progress,
  { log, signal }: { log: (line: string) => void; signal: AbortSignal },
): Promise<void> {
  const startedAt = performance.now();
  while (!signal.aborted) {
    await sleep(5_000, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    const { bookings, acknowledgedCount, retries } = record;
    const settled = bookings.filter((booking) => booking.isDone).length;
    const last = recoveries.at(-1);
    log(
      `    ${((performance.now() - startedAt) / 1000).toFixed(0).padStart(4)} s: ${bookings.length} bookings begun, ${settled} published, ` +
        `${acknowledgedCount} events acknowledged (${retries} calls repeated), ${world.farEnd.webhooks().length} webhooks, ${recoveries.length} harms` +
        (last === undefined ? '' : `, last ${nameOf(last.harm)} ${last.ms === null ? 'not recovered' : `${(last.ms / 1000).toFixed(1)} s`}`),
    );
  }
}
