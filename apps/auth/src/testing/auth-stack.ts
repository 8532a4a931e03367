import { randomBytes } from 'node:crypto';
import { connect } from '@nats-io/transport-node';
import type { Caller, InputOf, OutputOf, RequestContract, Role } from '@patchbay/contracts';
import { RequestClient } from '@patchbay/messaging';
import {
  createFakeLedger,
  createGoogleFake,
  createZoomFake,
  googleFakeClient,
  startFake,
  zoomFakeClient,
  type FakeLedger,
  type GoogleFake,
  type RunningFake,
  type ZoomFake,
} from '@patchbay/providers/testing';
import { databaseConfig, loadConfig, startService, type RunningService, type ServiceParts } from '@patchbay/service-kit';
import { createDatabase, startNats, waitFor } from '@patchbay/testing';
import pg from 'pg';
import { pino } from 'pino';
import { v7 as uuidv7 } from 'uuid';
import { authService } from '../auth.service-definition.js';

/** The service with everything around it: a database, a broker, a Google and a Zoom of its own. */
export interface AuthStack {
  readonly google: RunningFake<GoogleFake>;
  readonly zoom: RunningFake<ZoomFake>;
  /** What Google and Zoom really did. */
  readonly ledger: FakeLedger;
  readonly replicas: RunningService[];
  /** Milliseconds by which the service's and the providers' clock is ahead. */
  clock: { aheadMs: number };
  /** Every log row so far. */
  readonly logged: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  ask<Contract extends RequestContract>(contract: Contract, input: InputOf<Contract>, user?: Caller): Promise<OutputOf<Contract>>;
  rows<Row extends object>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Does `work` while somebody else holds the rows that `sql` selects, and lets go as soon as so many wait for locks. */
  whileLocked<Result>(held: { sql: string; values: readonly unknown[]; untilWaiting: number }, work: () => Promise<Result>): Promise<Result>;
  /** Envelopes of everything announced, in order; of one type when it is named. */
  announced(type?: string): Promise<AnnouncedEvent[]>;
  /** One more replica, with other variables where they are given. */
  startReplica(overrides?: Readonly<Record<string, string>>): Promise<RunningService>;
  stop(): Promise<void>;
}

export interface AnnouncedEvent {
  readonly type: string;
  readonly tenant_id: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface TestUser {
  readonly user_id: string;
  readonly role: Role;
  readonly tenant_id: string;
  readonly session_id?: string | undefined;
}

/** Somebody nobody else knows: specs share a database without seeing each other. */
export const aUser = (role: Role = 'user'): TestUser => ({ user_id: uuidv7(), role, tenant_id: 'default' });

export const redirectUri = 'http://localhost:3000/callback';

/** Starts it; always `stop()` it. */
export async function startAuthStack(overrides: Readonly<Record<string, string>> = {}): Promise<AuthStack> {
  const clock = { aheadMs: 0 };
  const now = (): Date => new Date(Date.now() + clock.aheadMs);
  const ledger = createFakeLedger(now);
  const [database, nats, google, zoom] = await Promise.all([
    createDatabase(),
    startNats(),
    startFake(createGoogleFake({ now, ledger })),
    startFake(createZoomFake({ now, ledger })),
  ]);
  const environment = {
    NODE_ENV: 'test',
    DATABASE_URL: database.url,
    NATS_URL: nats.url,
    LOG_LEVEL: 'trace',
    PUBLIC_BASE_URL: 'http://localhost:8080',
    TOKEN_MASTER_KEYS: `test:${randomBytes(32).toString('base64')}`,
    // Whoever moves the clock says when tokens are renewed; specs of the renewals themselves switch it on.
    RENEW_TOKENS_AHEAD: 'false',
    ...providerEnvironment(google.url, zoom.url),
    ...overrides,
  };
  const logged: string[] = [];
  // Without the service's own redaction: nothing may need it.
  const log = pino({ level: 'trace' }, { write: (row) => void logged.push(row) });
  const replicas: RunningService[] = [];
  const startReplica = async (more: Readonly<Record<string, string>> = {}): Promise<RunningService> => {
    const config = loadConfig(authService.config.extend(databaseConfig.shape), { ...environment, ...more });
    const replica = await startService(authService, { config: config as ServiceParts['config'], log, clock: now });
    replicas.push(replica);
    return replica;
  };
  await startReplica();
  const connection = await connect({ servers: nats.url });
  const client = new RequestClient(connection);
  const pool = new pg.Pool({ connectionString: database.url, options: '-c search_path=auth', max: 2 });
  pool.on('error', () => undefined);
  const rows = async <Row extends object>(sql: string, values: readonly unknown[] = []): Promise<Row[]> =>
    (await pool.query<Row>(sql, [...values])).rows;

  return {
    google,
    zoom,
    ledger,
    replicas,
    clock,
    logged,
    environment,
    ask: (contract, input, user) => client.send(contract, input, user === undefined ? {} : { caller: user }),
    rows,
    whileLocked: async ({ sql, values, untilWaiting }, work) => {
      const holder = await pool.connect();
      try {
        await holder.query('BEGIN');
        await holder.query(`${sql} FOR UPDATE`, [...values]);
        const result = work();
        await waitFor(async () => ((await rows(waitingForLocks)).length >= untilWaiting ? true : undefined), 'others to wait for locks');
        await holder.query('COMMIT');
        return await result;
      } finally {
        holder.release();
      }
    },
    announced: async (type) => {
      const stored = await rows<{ payload: string }>('SELECT payload FROM outbox ORDER BY id');
      const events = stored.map(({ payload }): AnnouncedEvent => JSON.parse(payload));
      return events.filter((event) => type === undefined || event.type === type);
    },
    startReplica,
    stop: async () => {
      await Promise.all(replicas.map((replica) => replica.stop()));
      client.close();
      await connection.close();
      await pool.end();
      await Promise.all([google.stop(), zoom.stop(), nats.stop()]);
      await database.drop();
    },
  };
}

const waitingForLocks = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;

const providerEnvironment = (google: string, zoom: string): Readonly<Record<string, string>> => ({
  GOOGLE_CALENDAR_CLIENT_ID: googleFakeClient.clientId,
  GOOGLE_CALENDAR_CLIENT_SECRET: googleFakeClient.clientSecret,
  GOOGLE_API_BASE_URL: google,
  GOOGLE_AUTH_BASE_URL: google,
  ZOOM_CLIENT_ID: zoomFakeClient.clientId,
  ZOOM_CLIENT_SECRET: zoomFakeClient.clientSecret,
  ZOOM_API_BASE_URL: zoom,
  ZOOM_AUTH_BASE_URL: zoom,
});
