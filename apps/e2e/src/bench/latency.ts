import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchStack } from './bench-stack.js';
import { BenchDatabase } from './database.js';
import { median, quantile, verdict, type Figure } from './figure.js';
import { jobQueues, type JobQueueApi, type JobQueueName } from './job-queue.js';
import type { Load, Offered } from './open-loop.js';
import { addEndpoint, storedAt } from './patchbay-webhooks.js';
import { startProgram } from './program.js';
import type { PublisherApi } from './publisher.js';

/** How much is measured. */
export interface LatencySize {
  readonly secondsPerRound: number;
  readonly rounds: number;
}

interface Measured {
  /** From when an event was due to be sent until it was acknowledged. */
  readonly acknowledgedMs: number;
  /** From the commit until the receiver saw the webhook. */
  readonly firstByteMs: number;
}

type Contender = 'patchbay' | JobQueueName;

const perSecond = 300;
const warmUpSeconds = 3;
const share = 0.99;

/** P3: how soon an event is acknowledged, and how soon its webhook arrives, while events keep coming at a fixed rate. */
export async function measureLatency(bench: BenchStack, { secondsPerRound, rounds }: LatencySize): Promise<readonly Figure[]> {
  const database = await BenchDatabase.open(bench.stack.databaseUrl);
  await bench.stack.ready();
  await addEndpoint(bench);
  const load: Load = { perSecond, seconds: secondsPerRound };
  const runs: readonly (readonly [Contender, () => Promise<Measured>])[] = [
    ['patchbay', () => offerToPatchbay(bench, { database, load })],
    ...jobQueues.map((name) => [name, () => offerToJobQueue(bench, { name, load })] as const),
  ];
  const results = new Map<Contender, Measured[]>(runs.map(([name]) => [name, []]));
  for (let round = 1; round <= rounds; round += 1) {
    for (const [name, run] of runs) {
      const measured = await run();
      results.get(name)?.push(measured);
      const { acknowledgedMs, firstByteMs } = measured;
      bench.say(`P3 round ${round}: ${name} acknowledges in ${acknowledgedMs.toFixed(1)} ms, first byte after ${firstByteMs.toFixed(1)} ms (p99)`);
    }
  }
  await database.close();
  return figuresOf(results);
}

function figuresOf(results: ReadonlyMap<Contender, readonly Measured[]>): readonly Figure[] {
  const of = (name: Contender, key: keyof Measured): number => median((results.get(name) ?? []).map((measured) => measured[key]));
  const [acknowledged, own] = [of('patchbay', 'acknowledgedMs'), of('patchbay', 'firstByteMs')];
  return [
    {
      id: 'P3',
      what: `${perSecond} events/s offered: acknowledgement p99`,
      value: `${acknowledged.toFixed(1)} ms`,
      target: '≤ 15 ms',
      verdict: verdict(acknowledged <= 15),
    },
    {
      id: 'P3',
      what: `${perSecond} events/s offered: stored → first byte at the receiver, p99`,
      value: `${own.toFixed(1)} ms`,
      target: '≤ 25 ms',
      verdict: verdict(own <= 25),
    },
    ...jobQueues.map((name): Figure => {
      const theirs = of(name, 'firstByteMs');
      return {
        id: 'P3',
        what: `the same, against ${name}`,
        value: `${own.toFixed(1)} ms against ${theirs.toFixed(1)} ms`,
        target: 'below',
        verdict: verdict(own < theirs),
      };
    }),
  ];
}

async function offerToPatchbay(bench: BenchStack, { database, load }: { database: BenchDatabase; load: Load }): Promise<Measured> {
  const program = startProgram<PublisherApi>('publisher');
  const { gatewayUrl, secrets } = bench.stack;
  const publisher = { gatewayUrl, apiKey: secrets.serviceApiKey, userId: bench.user.id };
  try {
    await program.ask('offer', { publisher, load: { ...load, seconds: warmUpSeconds } });
    await bench.receiver.ask('reset');
    const since = new Date();
    const offered = await program.ask('offer', { publisher, load });
    const arrivals = await arrivalsOf(bench, offered);
    const stored = await storedAt(database, since);
    // Counted from when the row was written, which is before its commit.
    return measuredOf(offered, ({ id }) => (arrivals.get(id) ?? NaN) - (stored.get(id) ?? NaN));
  } finally {
    await program.stop();
  }
}

async function offerToJobQueue(bench: BenchStack, { name, load }: { name: JobQueueName; load: Load }): Promise<Measured> {
  const [producer, worker] = [startProgram<JobQueueApi>(name), startProgram<JobQueueApi>(name)];
  const userId = bench.user.id;
  try {
    await producer.ask('prepare', bench.stack.databaseUrl);
    await worker.ask('prepare', bench.stack.databaseUrl);
    await worker.ask('work', { receiverUrl: bench.receiverUrl, mode: 'trickle' });
    await producer.ask('offer', { userId, load: { ...load, seconds: warmUpSeconds } });
    await bench.receiver.ask('reset');
    const offered = await producer.ask('offer', { userId, load });
    const arrivals = await arrivalsOf(bench, offered);
    // Counted from when the producer knew of the commit, which is after it: their first byte may even come before.
    return measuredOf(offered, ({ id, doneAt }) => (arrivals.get(id) ?? NaN) - doneAt);
  } finally {
    await Promise.all([producer.stop(), worker.stop()]);
  }
}

function measuredOf(offered: readonly Offered[], firstByteMs: (event: Offered) => number): Measured {
  return {
    acknowledgedMs: quantile(
      offered.map(({ dueAt, doneAt }) => doneAt - dueAt),
      share,
    ),
    firstByteMs: quantile(offered.map(firstByteMs), share),
  };
}

async function arrivalsOf({ receiver }: BenchStack, offered: readonly Offered[]): Promise<ReadonlyMap<string, number>> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const arrivals = await receiver.ask('firstArrivals');
    const missing = offered.filter(({ id }) => !arrivals.has(id)).length;
    if (missing === 0) return arrivals;
    if (Date.now() > deadline) throw new Error(`${missing} of ${offered.length} webhooks did not arrive`);
    await sleep(100);
  }
}
