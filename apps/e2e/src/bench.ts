import { measureApiReads } from './bench/api-reads.js';
import { machine, startBenchStack } from './bench/bench-stack.js';
import { tableOf } from './bench/figure.js';

const bench = await startBenchStack({}, ['sandbox', 'auth', 'calendar', 'gateway']);
try {
  console.log(machine());
  console.log(tableOf(await measureApiReads(bench, 3)));
} finally {
  await bench.stop();
}
