import { join, relative } from 'node:path';
import { repositoryRoot } from './data-dir.js';
import { devFileOf, removeDevFile, writeDevFile, type DevFile } from './dev-file.js';
import { runJourney } from './journey.js';
import { issueDevelopmentTokens, type DevelopmentToken } from './development-tokens.js';
import { reloadOnSave } from './reload.js';
import { startStack, type Stack } from './stack.js';

const startedAt = performance.now();
const say = (line: string): void => console.log(line);
const seconds = (): string => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;

const giveUp = new AbortController();
let starting: Promise<Stack> | null = null;
let stack: Stack | null = null;
let isStopping = false;

async function main(): Promise<void> {
  if (process.env['NODE_ENV'] === 'production') {
    throw new Error(
      'This starts a development stack with known credentials; it refuses NODE_ENV=production. For production see docs/guides/configuration.md.',
    );
  }
  process.on('SIGINT', () => void stop(0));
  process.on('SIGTERM', () => void stop(0));
  process.on('SIGHUP', () => void stop(0));
  stopWithParent();
  process.on('uncaughtException', (error) => void fail(error));
  process.on('unhandledRejection', (error) => void fail(error));
  say('Starting PostgreSQL, NATS, the provider sandbox and the services …');
  let users: readonly DevelopmentToken[] = [];
  starting = startStack({
    log: say,
    signal: giveUp.signal,
    onChange: () => {
      if (stack !== null && !isStopping) writeDevFile(stack.dataDir, devFileOf(stack, users));
    },
  });
  const running = await starting;
  stack = running;
  users = await issueDevelopmentTokens(running.natsUrl);
  const dev = devFileOf(running, users);
  writeDevFile(running.dataDir, dev);
  say(`Ready after ${seconds()}.\n\n${overviewOf(running, dev)}\n`);
  await travelOnce(dev);
  if (process.argv.includes('--watch')) reloadOnSave(running, say);
  say(`Press Ctrl-C to stop everything${process.argv.includes('--watch') ? '; saved files are built and their services restarted' : ''}.`);
}

// A journey that breaks says where, and the stack stays up to be looked at.
async function travelOnce({ gatewayUrl, sandboxUrl, natsUrl, users, serviceApiKey }: DevFile): Promise<void> {
  const traveller = users.find(({ role }) => role === 'user');
  if (traveller === undefined) throw new Error('unreachable: the development users hold no user');
  say('One booking travels the whole way:');
  try {
    await runJourney({ gatewayUrl, sandboxUrl, natsUrl, userToken: traveller.token, serviceApiKey, log: say });
  } catch (error) {
    if (isStopping) return;
    console.error(`${error instanceof Error ? error.message : String(error)}\nThe logs in .data/logs say more; "npm run smoke" tries it again.`);
  }
  say('');
}

const overviewOf = (running: Stack, dev: DevFile): string =>
  [
    ['gateway', dev.gatewayUrl],
    ['API, to try out', `${dev.gatewayUrl}/api/docs/`],
    ['API, to read', `${dev.gatewayUrl}/api/redoc/`],
    ['provider sandbox', dev.sandboxUrl],
    ['webhooks received', `${dev.sandboxUrl}/receiver`],
    [
      'metrics',
      Object.entries(dev.metrics)
        .map(([service, url]) => `${url}  ${service}`)
        .join(`\n${' '.repeat(22)}`),
    ],
    ['tokens, URLs, pids', relative(process.cwd(), join(running.dataDir, 'dev.json'))],
    ['logs', relative(process.cwd(), join(running.dataDir, 'logs'))],
  ]
    .map(([name, value]) => `  ${(name ?? '').padEnd(20)}${value}`)
    .join('\n');

// Whoever started us may be killed outright; then nobody is left to press Ctrl-C.
function stopWithParent(): void {
  const parent = process.env['PATCHBAY_PARENT_PID'];
  if (parent === undefined) return;
  setInterval(() => {
    if (String(process.ppid) !== parent) void stop(0);
  }, 500).unref();
}

async function stop(exitCode: number): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  if (exitCode === 0) say('\nStopping …');
  giveUp.abort();
  await starting?.catch(() => undefined);
  if (stack !== null) removeDevFile(stack.dataDir);
  await stack?.stop();
  if (exitCode === 0) say('Everything is stopped.');
  process.exit(exitCode);
}

async function fail(error: unknown): Promise<void> {
  if (isStopping) return;
  console.error(error instanceof Error ? error.message : error);
  await stop(1);
}

process.chdir(repositoryRoot);
await main().catch(fail);
