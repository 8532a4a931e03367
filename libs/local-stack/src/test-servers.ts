import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accountForPostgres } from './account.js';
import { dataDirDefault } from './data-dir.js';
import { prepareNats } from './nats.js';
import { freePort, freePorts } from './ports.js';
import { outsideFolderOf, preparePostgres } from './postgres.js';
import { Supervisor } from './supervisor.js';

/** One PostgreSQL and one NATS for a whole test run. */
export interface TestServers {
  /** The URL of the database a superuser may create others from. */
  readonly adminDatabaseUrl: string;
  readonly natsUrl: string;
  readonly stop: () => Promise<void>;
}

/** A NATS server of one spec file, which may kill and wipe it. */
export interface PrivateNats {
  readonly url: string;
  /** Kills it; it is back within a second, with what it had stored. */
  readonly kill: () => boolean;
  /** Waits until it answers again. */
  readonly ready: () => Promise<void>;
  /** Stops it, deletes all it stored, and starts it empty. */
  readonly wipe: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

const databaseVariable = 'PATCHBAY_TEST_DATABASE_URL';
const natsVariable = 'PATCHBAY_TEST_NATS_URL';
const downloadDir = join(dataDirDefault, 'downloads', 'nats');
const silent = (): void => undefined;

/** Starts the servers of a test run on free ports, with data in a temporary folder, and tells the specs through the environment. */
export async function startTestServers(): Promise<TestServers> {
  const dataDir = temporaryFolder();
  const supervisor = new Supervisor({ logDir: join(dataDir, 'logs'), log: silent });
  const stop = async (): Promise<void> => {
    await supervisor.stopAll();
    const outside = outsideFolderOf(dataDir);
    for (const folder of [dataDir, ...(outside === null ? [] : [outside])]) rmSync(folder, { recursive: true, force: true });
  };
  try {
    const ports = await freePorts();
    const [postgres, nats] = await Promise.all([
      preparePostgres({ dataDir, port: ports.postgres, password: 'test', log: silent, isDurable: false }),
      prepareNats({ storeDir: join(dataDir, 'nats'), downloadDir, port: ports.nats, log: silent }),
    ]);
    await Promise.all([supervisor.start(postgres.spec), supervisor.start(nats.spec)]);
    await supervisor.ready();
    const adminDatabaseUrl = postgres.urlOf('postgres');
    process.env[databaseVariable] = adminDatabaseUrl;
    process.env[natsVariable] = nats.url;
    return { adminDatabaseUrl, natsUrl: nats.url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Where the servers of this test run are. */
export function testServerUrls(): Pick<TestServers, 'adminDatabaseUrl' | 'natsUrl'> {
  const adminDatabaseUrl = process.env[databaseVariable];
  const natsUrl = process.env[natsVariable];
  if (adminDatabaseUrl === undefined || natsUrl === undefined) {
    throw new Error('No test servers run: name the spec *.integration.spec.ts and start it with "npm run test:integration -- <path>".');
  }
  return { adminDatabaseUrl, natsUrl };
}

/** A NATS server with JetStream for one spec file alone; it takes some milliseconds. */
export async function startPrivateNats(): Promise<PrivateNats> {
  const folder = temporaryFolder();
  const supervisor = new Supervisor({ logDir: join(folder, 'logs'), log: silent });
  const storeDir = join(folder, 'nats');
  const server = await prepareNats({ storeDir, downloadDir, port: await freePort(), log: silent });
  await supervisor.start(server.spec);
  await supervisor.ready();
  return {
    url: server.url,
    kill: () => supervisor.kill('nats'),
    ready: () => supervisor.ready(['nats']),
    wipe: async () => {
      await supervisor.stop('nats');
      rmSync(storeDir, { recursive: true, force: true });
      await supervisor.resume('nats');
      await supervisor.ready(['nats']);
    },
    stop: async () => {
      await supervisor.stopAll();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

// PostgreSQL's account must get into the folder; mkdtemp makes it for us alone.
function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'patchbay-test-'));
  if (accountForPostgres() !== null) chmodSync(folder, 0o711);
  return folder;
}
