import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { dataDirDefault } from './data-dir.js';
import { onPath, unpackDebianPackages, unpackedFolder } from './debian-packages.js';
import { freePort } from './ports.js';
import { Supervisor } from './supervisor.js';

/** A Redis server, for what others keep in one: https://redis.io */
export interface RedisServer {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

interface Program {
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
}

const downloadDir = join(dataDirDefault, 'downloads', 'redis');
/** What Debian's program needs beside what every Debian has. */
const companions = /^(redis-tools|libatomic|libjemalloc|liblzf|libssl)\d*/;
const advice = 'there is no Redis here, and none could be fetched (apt install redis-server, or brew install redis)';

/**
 * Starts one on a free port of 127.0.0.1 that keeps its data in `folder` and answers a write only after it was flushed to disk, as PostgreSQL does.
 * The program is that of the PATH, else Debian's package, fetched once, unpacked and not installed.
 *
 * @throws Error when there is no such program.
 */
export async function startRedis(folder: string): Promise<RedisServer> {
  const { command, env } = await findRedis();
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const supervisor = new Supervisor({ logDir: folder, log: () => undefined });
  await supervisor.start({
    name: 'redis',
    command,
    // Every command of one turn of its loop shares a flush. https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/
    args: ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder, '--appendonly', 'yes', '--appendfsync', 'always', '--save', ''],
    env,
    isReady: () => answersPing(port),
  });
  await supervisor.ready();
  return { url: `redis://127.0.0.1:${port}`, stop: () => supervisor.stopAll() };
}

async function findRedis(): Promise<Program> {
  const env = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '/' };
  const installed = onPath('redis-server');
  if (installed !== null) return { command: installed, env };
  const command = join(unpackedFolder(downloadDir), 'usr', 'bin', 'redis-server');
  if (!existsSync(command)) {
    await unpackDebianPackages(downloadDir, 'redis-server', companions).catch((cause: unknown) => {
      throw new Error(advice, { cause });
    });
  }
  return { command, env: { ...env, LD_LIBRARY_PATH: libraryFolders().join(':') } };
}

/** Debian keeps libraries in a folder named for the machine: `usr/lib/x86_64-linux-gnu`. */
function libraryFolders(): readonly string[] {
  const libraries = join(unpackedFolder(downloadDir), 'usr', 'lib');
  return readdirSync(libraries).map((folder) => join(libraries, folder));
}

function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: 2_000 });
    const answer = (isReady: boolean): void => {
      socket.destroy();
      resolve(isReady);
    };
    socket.once('connect', () => socket.write('PING\r\n'));
    // While it loads what it kept, it answers with an error.
    socket.once('data', (chunk) => answer(chunk.toString('utf8').startsWith('+PONG')));
    for (const event of ['error', 'timeout', 'close']) socket.once(event, () => answer(false));
  });
}
