import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runJest } from './jest.mjs';
import { checkPlantedViolation } from './planted-violation.mjs';
import { capture, pinnedNode, root } from './process.mjs';
import { countsOf, Tally } from './tally.mjs';

const minutes = 60_000;

/** One check by a program: quiet when it passes, everything it said when it does not. */
const program = (command, args) => async () => {
  const { code, output } = await capture(command, args);
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, output };
};

/** One suite of our own that prints what it does and closes with its counts. */
const suite = (file, args, timeoutMs) => async () => {
  if (!existsSync(join(root, file))) return { passed: 0, failed: 1, output: `${file} is not there.` };
  const ended = await capture(pinnedNode(), ['--enable-source-maps', file, ...args], { echo: true, timeoutMs });
  return { ...countsOf(ended), failures: ended.output.match(missedLine) ?? [] };
};

/** How a suite of our own begins the line of something that failed; what belongs to it follows, each behind a dash. */
const missedLine = /^(?:[ ]*✘ MISS|failed ).*(?:\n[ ]+- .*)*/gm;

async function runChecks(tally) {
  await tally.step('Format (Prettier)', program('prettier', ['--check', '--log-level=warn', '.']));
  await tally.step('Lint and project boundaries (ESLint through Nx)', program('nx', ['run-many', '-t', 'lint', '--outputStyle=static']));
  await tally.step('A planted forbidden import is caught', checkPlantedViolation);
  await tally.step(
    'Folder boundaries (dependency-cruiser)',
    program('depcruise', ['--config', '.dependency-cruiser.cjs', '--output-type', 'err', 'apps', 'libs']),
  );
  await tally.step('Types (tsc)', program('tsc', ['-p', 'tsconfig.json']));
  await tally.step('Unused code and packages (knip)', program('knip', []));
  await tally.step('Generated files are fresh', program(pinnedNode(), ['libs/tools/dist/generate.js', '--check']));
  await tally.step('Unit tests', () => runJest('unit', [], { timeoutMs: 5 * minutes }));
}

/** All that needs no running server. */
export async function check() {
  const tally = new Tally();
  await runChecks(tally);
  return tally.close();
}

/** Everything, in the order in which a fault is cheapest to find. */
export async function test() {
  const tally = new Tally();
  await runChecks(tally);
  // They wait for servers more than they work.
  await tally.step('Integration tests (PostgreSQL and NATS)', () => runJest('integration', [], { timeoutMs: 9 * minutes, workers: 3 }));
  await tally.step('Whole-stack tests', () => runJest('e2e', [], { timeoutMs: 7 * minutes, workers: 1 }));
  await tally.step(
    'Chaos: nothing lost, nothing doubled',
    suite('apps/e2e/dist/chaos.js', ['--bookings', '60', '--seed', '42', '--also-without-outbox'], 5 * minutes),
  );
  return tally.close();
}

const alone = (title, work) => async (args) => {
  const tally = new Tally();
  await tally.step(title, () => work(args));
  return tally.close();
};

export const testUnit = alone('Unit tests', (args) => runJest('unit', args));
export const testIntegration = alone('Integration tests (PostgreSQL and NATS)', (args) => runJest('integration', args));
export const testE2e = alone('Whole-stack tests', (args) => runJest('e2e', args, { workers: 1 }));
export const testSpecs = alone("Held to the vendors' published descriptions", (args) => suite('apps/e2e/dist/specs.js', args)());
