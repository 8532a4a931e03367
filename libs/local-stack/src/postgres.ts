import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import pg from 'pg';
import { accountForPostgres, canReach, type Account } from './account.js';
import { readJson, writeJson } from './data-dir.js';
import { copyPostgresBinaries, findPostgresBinaries } from './postgres-binaries.js';
import { runProgram } from './run-program.js';
import type { ProcessSpec } from './supervised-process.js';

/** Where to keep a PostgreSQL and how it is reached. */
export interface PostgresOptions {
  readonly dataDir: string;
  readonly port: number;
  readonly password: string;
  readonly log: (line: string) => void;
  /** Off for throw-away test databases only: a crash of the machine would lose what was committed. */
  readonly isDurable?: boolean;
}

/** A PostgreSQL server that is ready to be supervised. */
export interface PostgresServer {
  readonly spec: ProcessSpec;
  /** The URL of a database on this server. */
  readonly urlOf: (database: string) => string;
}

const superuser = 'patchbay';

/** Prepares a PostgreSQL of our own: programs from npm, data below the data directory, on 127.0.0.1 only. */
export async function preparePostgres(options: PostgresOptions): Promise<PostgresServer> {
  const account = accountForPostgres();
  const { binaries, cluster } = placesFor(options, account);
  await initialise(options, { binaries, cluster, account });
  const urlOf = (database: string): string => `postgres://${superuser}:${options.password}@127.0.0.1:${options.port}/${database}`;
  const settings = settingsOf(options).flatMap((setting) => ['-c', setting]);
  const spec: ProcessSpec = {
    name: 'postgres',
    command: join(binaries, 'bin', 'postgres'),
    args: ['-D', cluster, ...settings],
    env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', TZ: 'UTC' },
    cwd: cluster,
    // SIGTERM would wait for every client to leave by itself; SIGINT rolls back and closes. postgres(1)
    stopSignal: 'SIGINT',
    ...(account && { account: { uid: account.uid, gid: account.gid } }),
    isReady: () => answers(urlOf('postgres')),
  };
  return { spec, urlOf };
}

/** Makes the database when it is not there yet. */
export async function ensureDatabase(server: PostgresServer, database: string): Promise<void> {
  const client = new pg.Client({ connectionString: server.urlOf('postgres') });
  await client.connect();
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [database]);
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(database)}`);
  } finally {
    await client.end();
  }
}

/** Where data and programs are kept outside the data directory, if they had to be. */
export const outsideFolderOf = (dataDir: string): string | null => readJson<{ folder: string }>(join(dataDir, 'postgres.json'))?.folder ?? null;

const settingsOf = ({ port, isDurable }: PostgresOptions): readonly string[] => [
  `port=${port}`,
  'listen_addresses=127.0.0.1',
  // Socket paths have a length limit that a deep checkout exceeds; nobody here uses one.
  'unix_socket_directories=',
  'max_connections=200',
  `fsync=${isDurable === false ? 'off' : 'on'}`,
  `synchronous_commit=${isDurable === false ? 'off' : 'on'}`,
  'timezone=UTC',
];

interface Places {
  readonly binaries: string;
  readonly cluster: string;
  readonly account: Account | null;
}

function placesFor({ dataDir, log }: PostgresOptions, account: Account | null): Pick<Places, 'binaries' | 'cluster'> {
  const binaries = findPostgresBinaries();
  mkdirSync(dataDir, { recursive: true });
  const reachable = account === null || (canReach(account, join(binaries, 'bin', 'postgres')) && canReach(account, dataDir));
  if (reachable && outsideFolderOf(dataDir) === null) return { binaries, cluster: join(dataDir, 'postgres') };
  const folder = outsideFolderOf(dataDir) ?? `/var/tmp/patchbay-${createHash('sha256').update(dataDir).digest('hex').slice(0, 12)}`;
  makeOwnFolder(folder);
  log(`PostgreSQL does not run as root, and its account cannot reach this folder: its data is in ${folder}.`);
  const version = createHash('sha256')
    .update(readFileSync(join(binaries, '..', 'package.json')))
    .digest('hex')
    .slice(0, 8);
  copyPostgresBinaries(binaries, join(folder, `programs-${version}`));
  writeJson(join(dataDir, 'postgres.json'), { folder });
  return { binaries: join(folder, `programs-${version}`), cluster: join(folder, 'data') };
}

// Anybody may write to /var/tmp: a folder that somebody else put there under our name is not used.
function makeOwnFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o711 });
  const { uid } = lstatSync(folder);
  if (uid !== process.getuid?.()) throw new Error(`${folder} belongs to somebody else; remove it.`);
  chmodSync(folder, 0o711);
}

async function initialise(options: PostgresOptions, { binaries, cluster, account }: Places): Promise<void> {
  const versionFile = join(cluster, 'PG_VERSION');
  if (existsSync(versionFile)) return assertVersion(binaries, readFileSync(versionFile, 'utf8').trim());
  // A first start that was interrupted leaves a half-made folder, which initdb refuses.
  rmSync(cluster, { recursive: true, force: true });
  mkdirSync(cluster, { recursive: true, mode: 0o700 });
  const passwordFile = join(cluster, '..', `postgres-password-${process.pid}`);
  writeFileSync(passwordFile, options.password, { mode: 0o600 });
  try {
    if (account !== null) for (const path of [cluster, passwordFile]) chownSync(path, account.uid, account.gid);
    const args = ['-D', cluster, '-U', superuser, '--encoding=UTF8', '--no-locale', '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
    if (options.isDurable === false) args.push('--no-sync');
    const identity = account === null ? {} : { uid: account.uid, gid: account.gid };
    await runProgram(join(binaries, 'bin', 'initdb'), args, {
      ...identity,
      cwd: cluster,
      env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
    });
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

async function assertVersion(binaries: string, dataVersion: string): Promise<void> {
  const printed = await runProgram(join(binaries, 'bin', 'postgres'), ['--version']);
  const version = /(\d+)\./.exec(printed)?.[1];
  if (version !== dataVersion) {
    throw new Error(
      `The data was written by PostgreSQL ${dataVersion}, this is ${version}. Forget it with "npm run reset", or dump it with the old version.`,
    );
  }
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  // A server that is killed while we ask tells us here, too; the answer is "no" either way.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
