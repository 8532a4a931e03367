#!/usr/bin/env node
// Every `npm run …` comes through here. It needs nothing but Node 20 and npm, makes sure that everything else is
// installed and built, and then runs the command on the pinned Node of node_modules.
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const nodeMajorMin = 20;
const nodeMajor = Number(process.versions.node.split('.')[0]);
if (nodeMajor < nodeMajorMin) {
  console.error(
    `Patchbay needs Node ${nodeMajorMin} or newer to begin with; this is Node ${process.versions.node}. Get a current one from https://nodejs.org.`,
  );
  process.exit(1);
}

const { ensureBuilt } = await import('./build.mjs');
const { check, test, testUnit, testIntegration, testE2e, testSpecs } = await import('./checks.mjs');
const { ensureInstalled } = await import('./install.mjs');
const { environment, fail, pinnedNode, root, run } = await import('./process.mjs');

const commands = {
  start: (args) => runStack(args),
  dev: (args) => runStack(['--watch', ...args]),
  reset: (args) => node('libs/local-stack/dist/reset.js', args),
  build: () => 0,
  check: (args) => check(args),
  test: (args) => test(args),
  'test:unit': (args) => testUnit(args),
  'test:integration': (args) => testIntegration(args),
  e2e: (args) => testE2e(args),
  'test:specs': (args) => testSpecs(args),
  'test:security': (args) => node('apps/e2e/dist/security.js', args),
  'test:chaos': (args) => node('apps/e2e/dist/chaos.js', args),
  smoke: (args) => node('apps/e2e/dist/smoke.js', args),
  bench: (args) => node('apps/e2e/dist/bench.js', args),
  generate: (args) => node('libs/tools/dist/generate.js', args),
};

const runStack = (args) => node('libs/local-stack/dist/start.js', args);

function node(file, args) {
  if (!existsSync(join(root, file))) fail(`${file} is not there: this checkout has no such command yet.`);
  return run(pinnedNode(), ['--enable-source-maps', join(root, file), ...args], { env: environment() });
}

const [name = '', ...args] = process.argv.slice(2);
const command = commands[name];
if (command === undefined) fail(`Say which: ${Object.keys(commands).join(', ')}.`);
await ensureInstalled();
await ensureBuilt({ force: name === 'build' });
process.exitCode = await command(args);
