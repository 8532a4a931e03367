import { randomUUID } from 'node:crypto';
import { arrivalsOf } from './arrivals.js';
import type { BenchStack } from './bench-stack.js';
import { Customers, type Customer } from './customers.js';
import { BenchDatabase } from './database.js';
import { beside, median, quantile, verdict, type Figure } from './figure.js';
import type { Load } from './open-loop.js';
import { storedAt } from './patchbay-webhooks.js';
import { startProgram, type Program } from './program.js';
import type { PublisherApi } from './publisher.js';

/** How much is measured. */
export interface NeighboursSize {
  readonly secondsPerRound: number;
  readonly rounds: number;
}

/** Events for one endpoint, the silent one like the others. */
const perSecondEach = 3;
const warmUpSeconds = 3;
const share = 0.99;
const ratioMax = 1.2;

interface Street {
  readonly bench: BenchStack;
  readonly database: BenchDatabase;
  readonly publisher: Program<PublisherApi>;
  readonly customers: Customers;
  readonly healthy: readonly Customer[];
}

/** P4: whether the webhooks of 100 customers come later when there is one more, whose endpoint accepts and never answers. */
export async function measureNeighbours(bench: BenchStack, { secondsPerRound, rounds }: NeighboursSize): Promise<readonly Figure[]> {
  await bench.stack.ready();
  const database = await BenchDatabase.open(bench.stack.databaseUrl);
  const publisher = startProgram<PublisherApi>('publisher');
  const customers = await Customers.open(bench.stack);
  try {
    const healthy = await Promise.all(bench.customerUrls.map((url) => customers.add(randomUUID(), url)));
    const street: Street = { bench, database, publisher, customers, healthy };
    const times = { alone: [] as number[], beside: [] as number[] };
    for (let round = 1; round <= rounds; round += 1) {
      // The one that begins does so by turns: tables grow, and nobody shall always be the later one.
      for (const neighbour of round % 2 === 1 ? (['alone', 'beside'] as const) : (['beside', 'alone'] as const)) {
        const p99 = neighbour === 'alone' ? await offerTo(street, secondsPerRound, null) : await offerBesideSilence(street, secondsPerRound);
        times[neighbour].push(p99);
        bench.say(`P4 round ${round}: first byte after ${p99.toFixed(1)} ms (p99) ${neighbour === 'alone' ? 'alone' : 'beside a silent endpoint'}`);
      }
    }
    for (const customer of healthy) await customers.remove(customer);
    return figuresOf(times);
  } finally {
    await customers.close();
    await publisher.stop();
    await database.close();
  }
}

function figuresOf(times: { readonly alone: readonly number[]; readonly beside: readonly number[] }): readonly Figure[] {
  const [alone, besideSilence] = [median(times.alone), median(times.beside)];
  const ratio = besideSilence / alone;
  const listed = (values: readonly number[]): string => values.map((ms) => ms.toFixed(1)).join(', ');
  return [
    {
      id: 'P4',
      what: 'p99 of 100 healthy endpoints, stored → first byte: beside one that never answers, against without it',
      value: `${ratio.toFixed(2)}× (${besideSilence.toFixed(1)} ms against ${alone.toFixed(1)} ms)`,
      target: `≤ ${ratioMax}×`,
      verdict: verdict(ratio <= ratioMax),
    },
    beside('P4', 'the same in each round (ms)', `${listed(times.beside)} against ${listed(times.alone)}`),
  ];
}

/** With a new silent endpoint every time: one that is known to be slow would have been put aside already. */
async function offerBesideSilence(street: Street, seconds: number): Promise<number> {
  const { bench, customers } = street;
  const silent = await customers.add(randomUUID(), bench.silentUrl);
  const unansweredBefore = await bench.receiver.ask('unanswered');
  try {
    const p99 = await offerTo(street, seconds, silent);
    if ((await bench.receiver.ask('unanswered')) === unansweredBefore) throw new Error('nothing was sent to the silent endpoint');
    return p99;
  } finally {
    await customers.remove(silent);
  }
}

async function offerTo({ bench, database, publisher, healthy }: Street, seconds: number, silent: Customer | null): Promise<number> {
  const { gatewayUrl, secrets } = bench.stack;
  const all = silent === null ? healthy : [...healthy, silent];
  const who = { gatewayUrl, apiKey: secrets.serviceApiKey, userIds: all.map(({ userId }) => userId) };
  const load: Load = { perSecond: perSecondEach * all.length, seconds };
  await publisher.ask('offer', { publisher: who, load: { ...load, seconds: warmUpSeconds } });
  await bench.receiver.ask('reset');
  const since = new Date();
  const offered = await publisher.ask('offer', { publisher: who, load });
  const toHealthy = offered.filter((_, number) => number % all.length < healthy.length);
  const arrivals = await arrivalsOf(bench, toHealthy);
  const stored = await storedAt(database, since);
  const times = toHealthy.map(({ id }) => (arrivals.get(id) ?? NaN) - (stored.get(id) ?? NaN));
  return quantile(times, share);
}
