import { randomBytes, randomUUID } from 'node:crypto';
import type { Caller, InputOf, OutputOf, RequestContract } from '@patchbay/contracts';
import { connectNats, RequestClient } from '@patchbay/messaging';
import { createLogger, databaseConfig, loadConfig, startService, type RunningService, type ServiceParts } from '@patchbay/service-kit';
import { createDatabase, startNats, type PrivateNats, type TestDatabase } from '@patchbay/testing';
import pg from 'pg';
import { webhooksService } from '../webhooks.service-definition.js';

/** The service with a database and a broker of its own. */
export interface TestWebhooks {
  readonly database: TestDatabase;
  readonly nats: PrivateNats;
  readonly sql: pg.Pool;
  /** Asks as a person, or as the product when no user is given. */
  readonly ask: <Contract extends RequestContract>(contract: Contract, input: unknown, userId?: string) => Promise<OutputOf<Contract>>;
  /** Starts one more replica. */
  readonly start: (config?: Readonly<Record<string, string>>) => Promise<RunningService>;
  /** Stops every replica; database and broker stay. */
  readonly stopReplicas: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

const log = createLogger('webhooks', 'silent');

export async function startWebhooks(config: Readonly<Record<string, string>> = {}, clock: () => Date = () => new Date()): Promise<TestWebhooks> {
  const [database, nats] = await Promise.all([createDatabase(), startNats()]);
  const masterKey = `test:${randomBytes(32).toString('base64')}`;
  const replicas = new Set<RunningService>();
  const start = async (changes: Readonly<Record<string, string>> = {}): Promise<RunningService> => {
    const environment = { DATABASE_URL: database.url, NATS_URL: nats.url, TOKEN_MASTER_KEYS: masterKey, LOG_LEVEL: 'silent', ...config, ...changes };
    const complete = loadConfig(webhooksService.config.extend(databaseConfig.shape), environment) as ServiceParts['config'];
    const replica = await startService(webhooksService, { config: complete, log, clock });
    replicas.add(replica);
    return { ...replica, stop: () => (replicas.delete(replica) ? replica.stop() : Promise.resolve()) };
  };
  await start();
  const connection = await connectNats({ servers: nats.url, name: 'spec', log });
  const requests = new RequestClient(connection);
  const sql = new pg.Pool({ connectionString: database.url, max: 4, options: '-c search_path=webhooks' });
  sql.on('error', () => undefined);
  const stopReplicas = async (): Promise<void> => {
    const all = [...replicas];
    replicas.clear();
    await Promise.all(all.map((replica) => replica.stop()));
  };
  return {
    database,
    nats,
    sql,
    start,
    stopReplicas,
    ask: (contract, input, userId) => requests.send(contract, input as InputOf<typeof contract>, { caller: callerOf(userId) }),
    stop: async () => {
      await stopReplicas();
      requests.close();
      await connection.close();
      await sql.end();
      await nats.stop();
      await database.drop();
    },
  };
}

const callerOf = (userId: string | undefined): Caller =>
  userId === undefined ? { tenant_id: 'default', role: 'service' } : { tenant_id: 'default', role: 'user', user_id: userId };

/** A booking that is valid by default. */
export const aBooking = (userId: string, changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  booking_id: `bk_${randomUUID()}`,
  organizer: { user_id: userId },
  attendees: [{ email: 'adam@example.com' }],
  title: 'Product demo',
  start_time: '2026-12-01T15:00:00Z',
  end_time: '2026-12-01T15:30:00Z',
  time_zone: 'Europe/Berlin',
  ...changes,
});
