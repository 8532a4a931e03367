import { load, openReaders, type Measured, type Reader, type Readers } from './api-readers.js';
import type { BenchStack } from './bench-stack.js';
import { BenchDatabase } from './database.js';
import { DrainWatch, type Drained } from './drain-watch.js';
import { addEndpoint, removeEndpoint } from './endpoint.js';
import { beside, median, verdict, type Figure } from './figure.js';
import { seedDeliveries, unfinishedDeliveries } from './patchbay-webhooks.js';

/** How much is measured. */
export interface BacklogSize {
  readonly deliveries: number;
  /** How long Patchbay is read, and then the bare handler, and then Patchbay again. */
  readonly secondsPerRead: number;
}

const rowsPerStatement = 50_000;
/** Of the usual rate, below which it is not constant any more. */
const constantMin = 0.9;
const megabyte = 1e6;
const megabytesMax = 400;

type Reads = ReadonlyMap<Reader['name'], readonly Measured[]>;

/** How a large backlog drains while the API is read: at a constant rate, in constant memory, and without harm to those who read. */
export async function measureBacklog(bench: BenchStack, size: BacklogSize): Promise<readonly Figure[]> {
  const database = await BenchDatabase.open(bench.stack.databaseUrl);
  const endpointId = await addEndpoint(bench);
  const readers = await openReaders(bench, ['pg']);
  try {
    await seed(bench, { database, endpointId, count: size.deliveries });
    for (const reader of readers.all) await load(reader, size.secondsPerRead);
    await bench.receiver.ask('reset', { remembersIds: false });
    await bench.stack.restart('webhooks');
    const watch = new DrainWatch(bench, size.deliveries);
    const reading = readInTurn(readers, { watch, seconds: size.secondsPerRead });
    const [drained, reads] = await Promise.all([watch.untilDrained(), reading]);
    await database.untilNone(() => unfinishedDeliveries(database));
    await removeEndpoint(bench, endpointId);
    return figuresOf(drained, { reads, count: size.deliveries });
  } finally {
    readers.close();
    await database.close();
  }
}

function figuresOf({ rates, perSecond, residentBytesMax }: Drained, { reads, count }: { reads: Reads; count: number }): readonly Figure[] {
  const constancy = (rates.at(-1) ?? NaN) / median(rates);
  const of = (name: Reader['name'], key: keyof Measured): number => median((reads.get(name) ?? []).map((measured) => measured[key]));
  const [own, bare] = [of('patchbay', 'perSecond'), of('pg', 'perSecond')];
  const [ownP99, bareP99] = [of('patchbay', 'p99Ms'), of('pg', 'p99Ms')];
  const megabytes = Math.round(residentBytesMax / megabyte);
  const size = count.toLocaleString('en');
  return [
    {
      id: 'backlog',
      what: `${size} deliveries drain at a constant rate while the API is read: last tenth against the median of all`,
      value: `${constancy.toFixed(2)} (${Math.round(rates.at(-1) ?? NaN)} against ${Math.round(median(rates))}/s)`,
      target: `≥ ${constantMin}`,
      verdict: verdict(constancy >= constantMin),
    },
    beside('backlog', 'the whole of it; each tenth', `${Math.round(perSecond)}/s; ${rates.map((rate) => Math.round(rate)).join(', ')}`),
    {
      id: 'backlog',
      what: 'resident memory of webhooks meanwhile, at most',
      value: `${megabytes} MB`,
      target: `≤ ${megabytesMax} MB`,
      verdict: verdict(megabytes <= megabytesMax),
    },
    {
      id: 'backlog',
      what: 'P1 meanwhile: authenticated GET, throughput of bare Nest + Fastify + pg',
      value: `${(own / bare).toFixed(2)} (${Math.round(own)} of ${Math.round(bare)} requests/s)`,
      target: '≥ 0.45',
      verdict: verdict(own / bare >= 0.45),
    },
    {
      id: 'backlog',
      what: 'P1 meanwhile: p99 against bare Nest + Fastify + pg',
      value: `${(ownP99 / bareP99).toFixed(2)}× (${ownP99.toFixed(1)} ms against ${bareP99.toFixed(1)} ms)`,
      target: '≤ 2.5×',
      verdict: verdict(ownP99 / bareP99 <= 2.5),
    },
  ];
}

async function seed(
  bench: BenchStack,
  { database, endpointId, count }: { database: BenchDatabase; endpointId: string; count: number },
): Promise<void> {
  await bench.stack.halt('webhooks');
  for (let from = 0; from < count; from += rowsPerStatement) {
    await seedDeliveries(database, { userId: bench.user.id, endpointId, count: Math.min(rowsPerStatement, count - from) });
    if ((from / rowsPerStatement) % 5 === 4) bench.say(`backlog: ${(from + rowsPerStatement).toLocaleString('en')} deliveries wait`);
  }
  await database.tidy();
}

/** Both under the same drain: Patchbay and the bare handler by turns, for as long as it lasts. */
async function readInTurn({ all }: Readers, { watch, seconds }: { watch: DrainWatch; seconds: number }): Promise<Reads> {
  const results = new Map<Reader['name'], Measured[]>(all.map(({ name }) => [name, []]));
  await watch.begun;
  for (;;) {
    for (const reader of all) {
      const measured = await load(reader, seconds);
      // Part of it was beside no drain.
      if (watch.isOver) return results;
      results.get(reader.name)?.push(measured);
    }
  }
}
