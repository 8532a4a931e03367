import { arrivalsOf } from './arrivals.js';
import type { BenchStack } from './bench-stack.js';
import { openContest, type Contest } from './contest.js';
import { BenchDatabase } from './database.js';
import { addEndpoint, removeEndpoint } from './endpoint.js';
import { median, quantile, verdict, type Figure } from './figure.js';
import type { JobQueueApi, JobQueueName } from './job-queue.js';
import type { Load, Offered } from './open-loop.js';
import { storedAt } from './patchbay-webhooks.js';
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
type Results = ReadonlyMap<Contender, readonly Measured[]>;

interface Offers {
  readonly database: BenchDatabase;
  readonly contest: Contest;
  readonly load: Load;
}

const perSecond = 300;
const warmUpSeconds = 3;
const share = 0.99;

/** P3: how soon an event is acknowledged, and how soon its webhook arrives, while events keep coming at a fixed rate. */
export async function measureLatency(bench: BenchStack, { secondsPerRound, rounds }: LatencySize): Promise<readonly Figure[]> {
  const database = await BenchDatabase.open(bench.stack.databaseUrl);
  await bench.stack.ready();
  const endpointId = await addEndpoint(bench);
  const contest = await openContest(bench);
  try {
    const offers: Offers = { database, contest, load: { perSecond, seconds: secondsPerRound } };
    const results = await offerInTurn(bench, { offers, rounds });
    await removeEndpoint(bench, endpointId);
    return [...figuresOf(results, contest.names), ...contest.absentees('P3')];
  } finally {
    await contest.close();
    await database.close();
  }
}

async function offerInTurn(bench: BenchStack, { offers, rounds }: { offers: Offers; rounds: number }): Promise<Results> {
  const runs: readonly (readonly [Contender, () => Promise<Measured>])[] = [
    ['patchbay', () => offerToPatchbay(bench, offers)],
    ...offers.contest.names.map((name) => [name, () => offerToJobQueue(bench, { ...offers, name })] as const),
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
  return results;
}

function figuresOf(results: Results, queues: readonly JobQueueName[]): readonly Figure[] {
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
    ...queues.map((name): Figure => {
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

async function offerToPatchbay(bench: BenchStack, { database, load }: Offers): Promise<Measured> {
  const program = startProgram<PublisherApi>('publisher');
  const { gatewayUrl, secrets } = bench.stack;
  const publisher = { gatewayUrl, apiKey: secrets.serviceApiKey, userIds: [bench.user.id] };
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

async function offerToJobQueue(bench: BenchStack, { name, contest, load }: Offers & { name: JobQueueName }): Promise<Measured> {
  const [producer, worker] = [startProgram<JobQueueApi>(name), startProgram<JobQueueApi>(name)];
  const userId = bench.user.id;
  try {
    await producer.ask('prepare', contest.stores);
    await worker.ask('prepare', contest.stores);
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
