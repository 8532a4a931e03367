import { untilArrived } from './arrivals.js';
import type { BarePosterApi } from './bare-poster.js';
import type { BenchStack } from './bench-stack.js';
import { openContest, type Contest } from './contest.js';
import { BenchDatabase, countStatements } from './database.js';
import { addEndpoint, removeEndpoint } from './endpoint.js';
import { beside, median, verdict, type Figure } from './figure.js';
import type { JobQueueApi, JobQueueName } from './job-queue.js';
import { seedDeliveries, unfinishedDeliveries } from './patchbay-webhooks.js';
import { startProgram } from './program.js';
import type { PublisherApi } from './publisher.js';

/** How much is measured. */
export interface BacklogSize {
  readonly deliveries: number;
  readonly rounds: number;
}

/** Fewer than a backlog: intake and bus are the slower part, and the rate is the same after some seconds. */
const eventsPublished = 15_000;

type Contender = 'patchbay' | 'patchbay, from the event on' | 'POST loop' | 'POST loop that signs' | JobQueueName;

interface Drained {
  /** From the first arrival until every outcome is written. */
  readonly perSecond: number;
  readonly statementsPerDelivery: number;
}

type Results = ReadonlyMap<Contender, readonly Drained[]>;

interface Course {
  readonly bench: BenchStack;
  readonly database: BenchDatabase;
  readonly endpointId: string;
  readonly count: number;
}

/** P2: how fast a backlog becomes logged attempts, against bare POSTs and against job queues that do the same work on the same PostgreSQL. */
export async function measureDeliveries(bench: BenchStack, { deliveries, rounds }: BacklogSize): Promise<readonly Figure[]> {
  await countStatements(bench.stack);
  const database = await BenchDatabase.open(bench.stack.databaseUrl);
  const endpointId = await addEndpoint(bench);
  const contest = await openContest(bench);
  try {
    const results = await drainInTurn({ course: { bench, database, endpointId, count: deliveries }, contest, rounds });
    await removeEndpoint(bench, endpointId);
    return [...figuresOf(results, contest.names), ...contest.absentees('P2')];
  } finally {
    await contest.close();
    await database.close();
  }
}

async function drainInTurn({ course, contest, rounds }: { course: Course; contest: Contest; rounds: number }): Promise<Results> {
  const runs: readonly (readonly [Contender, () => Promise<Drained>])[] = [
    ['POST loop', () => drainBare(course, false)],
    ['patchbay', () => drainPatchbay(course)],
    ['POST loop that signs', () => drainBare(course, true)],
    ...contest.names.map((name) => [name, () => drainJobQueue(course, { name, contest })] as const),
    ['patchbay, from the event on', () => publishAndDeliver({ ...course, count: eventsPublished })],
  ];
  const results = new Map<Contender, Drained[]>(runs.map(([name]) => [name, []]));
  for (let round = 1; round <= rounds; round += 1) {
    for (const [name, run] of runs) {
      const drained = await run();
      results.get(name)?.push(drained);
      const { perSecond, statementsPerDelivery } = drained;
      course.bench.say(`P2 round ${round}: ${name} ${Math.round(perSecond)} deliveries/s, ${statementsPerDelivery.toFixed(3)} SQL statements each`);
    }
  }
  return results;
}

function figuresOf(results: Results, queues: readonly JobQueueName[]): readonly Figure[] {
  const of = (name: Contender, key: keyof Drained): number => median((results.get(name) ?? []).map((drained) => drained[key]));
  const rate = (name: Contender): number => of(name, 'perSecond');
  const rates = (name: Contender): readonly number[] => (results.get(name) ?? []).map(({ perSecond }) => perSecond);
  // Round by round, because what runs beside each other has the same machine.
  const ratio = (name: Contender, others: readonly Contender[]): number =>
    median(rates(name).map((own, round) => own / Math.max(...others.map((other) => rates(other)[round] ?? NaN))));
  const [own, bare] = [rate('patchbay'), rate('POST loop')];
  const [ofLoop, ofFastest] = [ratio('patchbay', ['POST loop']), ratio('patchbay', queues)];
  const statements = of('patchbay', 'statementsPerDelivery');
  const ofBare = (name: Contender): string => `${ratio(name, ['POST loop']).toFixed(2)} (${Math.round(rate(name))}/s)`;
  return [
    {
      id: 'P2',
      what: 'deliveries of a durable backlog, throughput of a bare undici POST loop',
      value: `${ofLoop.toFixed(2)} (${Math.round(own)} of ${Math.round(bare)}/s)`,
      target: '≥ 0.65',
      verdict: verdict(ofLoop >= 0.65),
    },
    {
      id: 'P2',
      what: 'deliveries of a durable backlog, against the fastest job queue',
      value: `${ofFastest.toFixed(2)}×`,
      target: '≥ 1.05×',
      verdict: verdict(ofFastest >= 1.05),
    },
    {
      id: 'P2',
      what: 'SQL statements per delivery while a backlog drains',
      value: statements.toFixed(3),
      target: '≤ 0.1',
      verdict: verdict(statements <= 0.1),
    },
    beside(
      'P2',
      'the same, of a POST loop that signs every body as well',
      `${ratio('patchbay', ['POST loop that signs']).toFixed(2)} (of ${Math.round(rate('POST loop that signs'))}/s)`,
    ),
    beside('P2', 'from the accepted event on, with bus and fan-out, of the POST loop', ofBare('patchbay, from the event on')),
    ...queues.map((name) =>
      beside(
        'P2',
        `${name} at the same work, of the POST loop`,
        `${ofBare(name)}, ${of(name, 'statementsPerDelivery').toFixed(2)} SQL statements each`,
      ),
    ),
  ];
}

async function drainBare({ bench, database, count }: Course, isSigned: boolean): Promise<Drained> {
  await database.settle();
  const poster = startProgram<BarePosterApi>('bare-poster');
  await bench.receiver.ask('reset');
  await poster.ask('post', { url: bench.receiverUrl, count, userId: bench.user.id, isSigned });
  const { firstAt, lastAt } = await bench.receiver.ask('seen');
  await poster.stop();
  return { perSecond: (count / (lastAt - firstAt)) * 1_000, statementsPerDelivery: 0 };
}

async function drainPatchbay(course: Course): Promise<Drained> {
  const { bench, database, endpointId, count } = course;
  await bench.stack.halt('webhooks');
  await seedDeliveries(database, { userId: bench.user.id, endpointId, count });
  return measureDrain(course, { begin: () => bench.stack.restart('webhooks'), unfinished: () => unfinishedDeliveries(database) });
}

async function drainJobQueue(course: Course, { name, contest }: { name: JobQueueName; contest: Contest }): Promise<Drained> {
  const { bench, count } = course;
  const [producer, worker] = [startProgram<JobQueueApi>(name), startProgram<JobQueueApi>(name)];
  try {
    await producer.ask('prepare', contest.stores);
    await producer.ask('seed', { count, userId: bench.user.id });
    await worker.ask('prepare', contest.stores);
    const begin = () => worker.ask('work', { receiverUrl: bench.receiverUrl, mode: 'backlog' });
    return await measureDrain(course, { begin, unfinished: () => producer.ask('unfinished') });
  } finally {
    await Promise.all([producer.stop(), worker.stop()]);
  }
}

async function publishAndDeliver(course: Course): Promise<Drained> {
  const { bench, database, count } = course;
  await bench.stack.ready(['webhooks']);
  const { gatewayUrl, secrets } = bench.stack;
  const publisher = startProgram<PublisherApi>('publisher');
  const who = { gatewayUrl, apiKey: secrets.serviceApiKey, userIds: [bench.user.id] };
  try {
    const begin = () => publisher.ask('publish', { publisher: who, count });
    return await measureDrain(course, { begin, unfinished: () => unfinishedDeliveries(database) });
  } finally {
    await publisher.stop();
  }
}

async function measureDrain(
  { bench, database, count }: Course,
  { begin, unfinished }: { begin: () => Promise<void>; unfinished: () => Promise<number> },
): Promise<Drained> {
  await database.settle();
  await bench.receiver.ask('reset');
  await begin();
  await untilArrived(bench, count);
  await database.untilNone(unfinished);
  const endedAt = Date.now();
  const { firstAt } = await bench.receiver.ask('seen');
  return { perSecond: (count / (endedAt - firstAt)) * 1_000, statementsPerDelivery: (await database.statements()) / count };
}
