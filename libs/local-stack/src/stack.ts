import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { dataDirDefault } from './data-dir.js';
import { prepareNats, type NatsServer } from './nats.js';
import { assertPortsFree, freePortsBeside, portsFromEnvironment, type PortName, type StackPorts } from './ports.js';
import { ensureDatabase, preparePostgres } from './postgres.js';
import { forgetRunningStack, noteRunningStack, runningSupervisor, stopRunningStack } from './running-stack.js';
import { loadSecrets, type StackSecrets } from './secrets.js';
import {
  internalUrlOf,
  nameOfReplica,
  portsOfService,
  replicaSpec,
  serviceNames,
  serviceSpec,
  variablesLeftOut,
  type Replica,
  type ReplicatedService,
  type ServiceName,
} from './services.js';
import { Supervisor, type ProcessEnd } from './supervisor.js';

/** What a stack is made of. Everything has a default: that of `npm start`. */
export interface StackOptions {
  readonly dataDir?: string;
  readonly ports?: Partial<StackPorts>;
  /** The services to start; an empty list starts PostgreSQL and NATS alone. */
  readonly services?: readonly ServiceName[];
  /** How many processes of a service to start; one unless said otherwise. The second one of `webhooks` is the process `webhooks-2`. */
  readonly replicas?: Readonly<Partial<Record<ReplicatedService, number>>>;
  /** Variables for every service, which win over what the stack would set. */
  readonly env?: Readonly<Record<string, string>>;
  readonly log?: (line: string) => void;
  /** Gives up starting: whatever is up by then is stopped, and the promise rejects. */
  readonly signal?: AbortSignal;
  /** Called whenever a process was started or ended. */
  readonly onChange?: (pids: Readonly<Record<string, number>>) => void;
  /** Called when a process ended that nobody had asked to stop. It is started again. */
  readonly onEnd?: (end: ProcessEnd) => void;
}

/** A whole Patchbay on this machine, and the ways to hurt it. */
export interface Stack {
  readonly gatewayUrl: string;
  readonly sandboxUrl: string;
  readonly natsUrl: string;
  readonly databaseUrl: string;
  /** Process of a service → its metrics. */
  readonly metrics: Readonly<Record<string, string>>;
  readonly secrets: StackSecrets;
  readonly dataDir: string;
  readonly services: readonly ServiceName[];
  /** Process → pid, of those that run at this moment. */
  readonly pids: () => Readonly<Record<string, number>>;
  /** Waits until the named processes do their work; all of them unless named. */
  readonly ready: (names?: readonly string[], timeoutMs?: number) => Promise<void>;
  /** Sends a signal, SIGKILL unless said otherwise; the supervisor then starts the process again. */
  readonly kill: (name: string, signal?: NodeJS.Signals) => boolean;
  /** Stops and starts in good order. */
  readonly restart: (name: string) => Promise<void>;
  /** Stops a process and keeps it stopped until it is restarted. */
  readonly halt: (name: string) => Promise<void>;
  /** Stops NATS, deletes all it stored, and starts it empty. */
  readonly wipeNats: () => Promise<void>;
  /** Stops everything. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts Patchbay: PostgreSQL and NATS, then the services, and returns when all are ready.
 *
 * @throws Error in one or more plain sentences: a port in use, a program that cannot be found, a service that does not start (with the end of its log).
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const dataDir = options.dataDir ?? dataDirDefault;
  const services = options.services ?? serviceNames;
  const ports: StackPorts = { ...portsFromEnvironment(process.env), ...options.ports };
  const log = options.log ?? (() => undefined);
  await claim(dataDir, ports, services);
  mkdirSync(dataDir, { recursive: true });
  const secrets = loadSecrets(dataDir);
  const onChange = (): void => {
    const pids = supervisor.pids();
    noteRunningStack(dataDir, Object.values(pids));
    options.onChange?.(pids);
  };
  const supervisor: Supervisor = new Supervisor({ logDir: join(dataDir, 'logs'), log, onChange, ...(options.onEnd && { onEnd: options.onEnd }) });
  noteRunningStack(dataDir, []);
  const stop = stopOnce(supervisor, dataDir);
  options.signal?.addEventListener('abort', () => void stop(), { once: true });
  try {
    const [databaseUrl, nats] = await Promise.all([
      startPostgres(supervisor, { dataDir, port: ports.postgres, password: secrets.postgresPassword, log }),
      startNats(supervisor, { dataDir, port: ports.nats, log }),
    ]);
    const surroundings = { ports, databaseUrl, natsUrl: nats.url, secrets, env: process.env, overrides: options.env ?? {} };
    const leftOut = variablesLeftOut(surroundings);
    if (leftOut.length > 0) log(`Not passed on to the services: ${leftOut.join(', ')}. To pass them, name them in PATCHBAY_PASS_ENV.`);
    const replicas = await furtherReplicas(options.replicas ?? {}, ports);
    const specs = [...services.map((name) => serviceSpec(name, surroundings)), ...replicas.map((replica) => replicaSpec(replica, surroundings))];
    await Promise.all(specs.map((spec) => supervisor.start(spec)));
    await supervisor.ready();
    return {
      ...urlsOf(ports, services, replicas),
      natsUrl: nats.url,
      databaseUrl,
      secrets,
      dataDir,
      services,
      ...controlsOf(supervisor, nats),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

// Ports are looked at before anything starts, so that a person sees all of them at once and nothing is half up.
async function claim(dataDir: string, ports: StackPorts, services: readonly ServiceName[]): Promise<void> {
  const supervisor = runningSupervisor(dataDir);
  if (supervisor !== null) {
    throw new Error(`Patchbay runs already from ${dataDir} (process ${supervisor}). Stop it with Ctrl-C there, or with "kill ${supervisor}".`);
  }
  await stopRunningStack(dataDir);
  const needed: PortName[] = services.flatMap(portsOfService);
  if (!process.env['DATABASE_URL']) needed.push('postgres');
  if (!process.env['NATS_URL']) needed.push('nats');
  await assertPortsFree(ports, needed);
}

type Surroundings = { readonly dataDir: string; readonly port: number; readonly log: (line: string) => void };

async function startPostgres(supervisor: Supervisor, options: Surroundings & { readonly password: string }): Promise<string> {
  const given = process.env['DATABASE_URL'];
  if (given) return given;
  const server = await preparePostgres(options);
  await supervisor.start(server.spec);
  await supervisor.ready(['postgres']);
  await ensureDatabase(server, 'patchbay');
  return server.urlOf('patchbay');
}

type NatsInUse = Pick<NatsServer, 'url'> & { readonly storeDir: string | null };

async function startNats(supervisor: Supervisor, { dataDir, port, log }: Surroundings): Promise<NatsInUse> {
  const given = process.env['NATS_URL'];
  if (given) return { url: given, storeDir: null };
  // Fetched programs are shared by all stacks of this checkout, and survive `npm run reset`.
  const server = await prepareNats({ storeDir: join(dataDir, 'nats'), downloadDir: join(dataDirDefault, 'downloads', 'nats'), port, log });
  await supervisor.start(server.spec);
  await supervisor.ready(['nats']);
  return server;
}

/** All replicas but the first of each service. */
async function furtherReplicas(counts: NonNullable<StackOptions['replicas']>, ports: StackPorts): Promise<readonly Replica[]> {
  const wanted = Object.entries(counts).flatMap(([service, count]) =>
    Array.from({ length: Math.max(0, count - 1) }, (_, index) => ({ service: service as ReplicatedService, number: index + 2 })),
  );
  const healthPorts = await freePortsBeside(ports, wanted.length);
  return wanted.flatMap((replica, index) => {
    const healthPort = healthPorts[index];
    return healthPort === undefined ? [] : [{ ...replica, healthPort }];
  });
}

function urlsOf(
  ports: StackPorts,
  services: readonly ServiceName[],
  replicas: readonly Replica[],
): Pick<Stack, 'gatewayUrl' | 'sandboxUrl' | 'metrics'> {
  return {
    gatewayUrl: `http://127.0.0.1:${ports.gateway}`,
    sandboxUrl: `http://127.0.0.1:${ports.sandbox}`,
    metrics: Object.fromEntries([
      ...services.map((name) => [name, `${internalUrlOf(name, ports)}/metrics`]),
      ...replicas.map((replica) => [nameOfReplica(replica), `http://127.0.0.1:${replica.healthPort}/metrics`]),
    ]),
  };
}

function controlsOf(supervisor: Supervisor, nats: NatsInUse): Pick<Stack, 'pids' | 'ready' | 'kill' | 'restart' | 'halt' | 'wipeNats'> {
  return {
    pids: () => supervisor.pids(),
    ready: (names, timeoutMs) => supervisor.ready(names, timeoutMs),
    kill: (name, signal) => supervisor.kill(name, signal),
    restart: (name) => supervisor.restart(name),
    halt: (name) => supervisor.stop(name),
    wipeNats: async () => {
      if (nats.storeDir === null) throw new Error('NATS_URL names a server that is not ours to wipe.');
      await supervisor.stop('nats');
      rmSync(nats.storeDir, { recursive: true, force: true });
      await supervisor.resume('nats');
    },
  };
}

function stopOnce(supervisor: Supervisor, dataDir: string): () => Promise<void> {
  let stopping: Promise<void> | null = null;
  return () =>
    (stopping ??= (async () => {
      // Services drain first: what they still have to say needs NATS and PostgreSQL.
      await Promise.all(
        supervisor
          .names()
          .filter((name) => name !== 'nats' && name !== 'postgres')
          .map((name) => supervisor.stop(name)),
      );
      await supervisor.stopAll();
      forgetRunningStack(dataDir);
    })());
}
