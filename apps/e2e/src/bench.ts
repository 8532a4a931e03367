import { loadavg } from 'node:os';
import { writeReport } from './bench/report.js';
import { measureApiReads } from './bench/api-reads.js';
import { measureBacklog } from './bench/backlog.js';
import { measureBusy } from './bench/busy.js';
import { measureCalendarSync } from './bench/calendar-sync.js';
import { machine, startBenchStack, type BenchStack } from './bench/bench-stack.js';
import { measureDeliveries } from './bench/deliveries.js';
import { tableOf, type Figure } from './bench/figure.js';
import { measureFootprint } from './bench/footprint.js';
import { measureIngress } from './bench/ingress.js';
import { measureKeyRotation } from './bench/key-rotation.js';
import { measureLatency } from './bench/latency.js';
import { measureNeighbours } from './bench/neighbours.js';
import { measurePolls } from './bench/polls.js';
import { measureRecurrence } from './bench/recurrence.js';
import { measureVault } from './bench/vault.js';
import { parseOptions, type Options } from './bench/options.js';

async function measure(bench: BenchStack, { only, isQuick }: Options): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  if (only.has('p1') || only.has('p8')) {
    bench.say('P1: 64 connections read one account, in turn with the bare handlers');
    const reads = await measureApiReads(bench, isQuick ? 1 : 3);
    if (only.has('p1')) figures.push(...reads);
    // Memory is looked at after this load and before any other.
    if (only.has('p8')) figures.push(...measureFootprint(bench));
  }
  if (only.has('p2'))
    figures.push(...(await measureDeliveries(bench, isQuick ? { deliveries: 20_000, rounds: 1 } : { deliveries: 40_000, rounds: 3 })));
  if (only.has('p3'))
    figures.push(...(await measureLatency(bench, isQuick ? { secondsPerRound: 5, rounds: 1 } : { secondsPerRound: 20, rounds: 3 })));
  if (only.has('p4'))
    figures.push(...(await measureNeighbours(bench, isQuick ? { secondsPerRound: 5, rounds: 2 } : { secondsPerRound: 18, rounds: 3 })));
  if (only.has('p5')) {
    const size = isQuick ? { events: 2_000, rounds: 1, changesPerRound: 4 } : { events: 10_000, rounds: 3, changesPerRound: 10 };
    figures.push(...(await measureCalendarSync(bench, size)));
  }
  if (only.has('p5b')) figures.push(...(await measureRecurrence(bench.say, isQuick ? 3 : 9)));
  if (only.has('p6')) figures.push(...(await measureBusy(bench, isQuick ? { secondsPerRound: 5, rounds: 1 } : { secondsPerRound: 20, rounds: 3 })));
  if (only.has('p9'))
    figures.push(...(await measureIngress(bench, isQuick ? { secondsPerRound: 5, rounds: 1 } : { secondsPerRound: 20, rounds: 3 })));
  if (only.has('aut6')) figures.push(...(await measureKeyRotation(bench, isQuick ? 20_000 : 100_000)));
  if (only.has('aut7'))
    figures.push(...(await measureVault(bench, isQuick ? { secondsPerRound: 5, rounds: 1 } : { secondsPerRound: 20, rounds: 3 })));
  if (only.has('polls'))
    figures.push(...(await measurePolls(bench, isQuick ? { calendars: 1_000, seconds: 30 } : { calendars: 5_000, seconds: 300 })));
  // Last, because nothing is as quick beside the tables it leaves.
  if (only.has('backlog'))
    figures.push(
      ...(await measureBacklog(bench, isQuick ? { deliveries: 100_000, secondsPerRead: 1 } : { deliveries: 1_000_000, secondsPerRead: 2 })),
    );
  return figures.toSorted((a, b) => a.id.localeCompare(b.id));
}

const options = parseOptions(process.argv.slice(2));
const [load = 0] = loadavg();
const startedAt = performance.now();
const say = (line: string): void => console.log(`${String(Math.round((performance.now() - startedAt) / 1_000)).padStart(4)} s  ${line}`);
console.log(machine());
if (load > 0.7) say(`others are at work on this machine (load ${load.toFixed(1)}): the figures will suffer`);
const bench = await startBenchStack(say, options);
try {
  const figures = await measure(bench, options);
  console.log(`\n${tableOf(figures)}\n`);
  if (options.write) console.log(`Written to ${writeReport({ figures, machine: machine(), command: options.command, load })}`);
} finally {
  await bench.stop();
}
