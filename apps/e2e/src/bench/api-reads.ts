import type { BenchStack } from './bench-stack.js';
import { load, openReaders, type Measured, type Reader } from './api-readers.js';
import { median, verdict, type Figure } from './figure.js';

const rounds = 5;

/** P1: an authenticated read through gateway, NATS, service and PostgreSQL against the same query in one bare process. */
export async function measureApiReads(bench: BenchStack, secondsPerRound: number): Promise<readonly Figure[]> {
  const readers = await openReaders(bench, ['pg', 'typeorm']);
  try {
    for (const reader of readers.all) await load(reader, 2);
    const results = new Map<Reader['name'], Measured[]>(readers.all.map(({ name }) => [name, []]));
    // In turn, so that a machine that speeds up or slows down does so for all of them.
    for (let round = 0; round < rounds; round += 1) {
      for (const reader of readers.all) results.get(reader.name)?.push(await load(reader, secondsPerRound));
    }
    return figuresOf(results);
  } finally {
    readers.close();
  }
}

function figuresOf(results: ReadonlyMap<Reader['name'], readonly Measured[]>): readonly Figure[] {
  const of = (name: Reader['name'], key: keyof Measured): number => median((results.get(name) ?? []).map((measured) => measured[key]));
  const rate = { own: of('patchbay', 'perSecond'), pg: of('pg', 'perSecond'), typeorm: of('typeorm', 'perSecond') };
  const p99 = { own: of('patchbay', 'p99Ms'), pg: of('pg', 'p99Ms') };
  const ratio = (value: number, base: number): number => value / base;
  return [
    {
      id: 'P1',
      what: 'authenticated GET, throughput of bare Nest + Fastify + pg',
      value: `${ratio(rate.own, rate.pg).toFixed(2)} (${Math.round(rate.own)} of ${Math.round(rate.pg)} requests/s)`,
      target: '≥ 0.45',
      verdict: verdict(ratio(rate.own, rate.pg) >= 0.45),
    },
    {
      id: 'P1',
      what: 'authenticated GET, throughput of bare Nest + Fastify + TypeORM',
      value: `${ratio(rate.own, rate.typeorm).toFixed(2)} (${Math.round(rate.own)} of ${Math.round(rate.typeorm)} requests/s)`,
      target: '≥ 0.85',
      verdict: verdict(ratio(rate.own, rate.typeorm) >= 0.85),
    },
    {
      id: 'P1',
      what: 'authenticated GET, p99 against bare Nest + Fastify + pg',
      value: `${ratio(p99.own, p99.pg).toFixed(2)}× (${p99.own.toFixed(1)} ms against ${p99.pg.toFixed(1)} ms)`,
      target: '≤ 2.5×',
      verdict: verdict(ratio(p99.own, p99.pg) <= 2.5),
    },
  ];
}
