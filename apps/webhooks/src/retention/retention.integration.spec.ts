import { publishEvents } from '@patchbay/contracts';
import { Database } from '@patchbay/database';
import { createLogger } from '@patchbay/service-kit';
import { ActivitiesRepository } from '../activity/activities.repository.js';
import { logPartitions } from '../database/log-partitions.js';
import { EndpointsRepository } from '../endpoints/endpoints.repository.js';
import { EventsRepository } from '../events/events.repository.js';
import { ReceivedWebhooksRepository } from '../ingress/received-webhooks.repository.js';
import { ReplayJobsRepository } from '../replays/replay-jobs.repository.js';
import { StatisticsRepository } from '../statistics/statistics.repository.js';
import { customerOf, deliveriesTo, finishedTo, publishBooking } from '../testing/customers.js';
import { answer, startReceiver, until, type Receiver } from '../testing/receiver.js';
import { aBooking, startWebhooks, type TestWebhooks } from '../testing/start-webhooks.js';
import type { WebhooksConfig } from '../webhooks.config.js';
import { webhooksService } from '../webhooks.service-definition.js';
import { Retention } from './retention.js';

const retentionDays = 3;
const dayMs = 24 * 60 * 60 * 1_000;
const log = createLogger('webhooks', 'silent');

let receiver: Receiver;
let webhooks: TestWebhooks;
let database: Database;

beforeEach(async () => {
  receiver = await startReceiver();
  webhooks = await startWebhooks({ WEBHOOKS_EGRESS_ALLOW: receiver.host });
  const { entities, migrations } = webhooksService;
  database = await Database.open({ url: webhooks.database.url, schema: 'webhooks', entities: [...entities], migrations: [...migrations], log });
}, 60_000);

afterEach(async () => {
  await database.close();
  await webhooks.stop();
  await receiver.stop();
}, 30_000);

/** Retention as it will be in some days. */
const retentionIn = (days: number): Retention =>
  new Retention(
    database,
    new EventsRepository(database),
    new ActivitiesRepository(database),
    new ReceivedWebhooksRepository(database),
    new EndpointsRepository(database),
    new ReplayJobsRepository(database),
    new StatisticsRepository(database),
    { WEBHOOKS_RETENTION_DAYS: retentionDays } as WebhooksConfig,
    () => new Date(Date.now() + days * dayMs),
    log,
  );

const rowsOf = async (...tables: readonly string[]): Promise<readonly number[]> => {
  const counts = await Promise.all(tables.map((table) => webhooks.sql.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${table}`)));
  return counts.map(({ rows }) => rows[0]?.count ?? NaN);
};

const logRows = () => rowsOf('events', 'deliveries', 'delivery_attempts');

describe('retention', () => {
  it('drops the partition of an event with its deliveries and attempts when its time is over, and not before', async () => {
    const customer = await customerOf(webhooks, receiver);
    await publishBooking(webhooks, customer.userId);
    await finishedTo(webhooks, customer);
    const [first] = await logPartitions.list({ query: async (sql, values) => (await webhooks.sql.query(sql, values)).rows });

    await retentionIn(retentionDays - 0.1).sweep();
    const kept = await logRows();
    await retentionIn(retentionDays + 1.1).sweep();

    expect(kept).toEqual([1, 1, 1]);
    expect(await logRows()).toEqual([0, 0, 0]);
    expect(await deliveriesTo(webhooks, customer)).toEqual([]);
    await expect(webhooks.sql.query(`SELECT 1 FROM events_${first?.suffix}`)).rejects.toMatchObject({ code: '42P01' });
  });

  it('knows an event that is published again after its partition is gone, for as long again', async () => {
    const customer = await customerOf(webhooks, receiver);
    const id = await publishBooking(webhooks, customer.userId);
    await finishedTo(webhooks, customer);

    await retentionIn(retentionDays + 1.1).sweep();
    // Another process: this one remembers by itself what it stored lately.
    await webhooks.stopReplicas();
    await webhooks.start();
    const again = await webhooks.ask(publishEvents, { id, type: 'booking_created', data: aBooking(customer.userId) });
    await retentionIn(2 * retentionDays - 0.1).sweep();
    const known = await rowsOf('event_ids');
    await retentionIn(2 * retentionDays + 0.1).sweep();

    expect(again.items).toEqual([{ id, status: 'duplicate' }]);
    expect([known, await rowsOf('event_ids')]).toEqual([[1], [0]]);
  }, 30_000);

  it('keeps what is still to be sent, whatever its age', async () => {
    const customer = await customerOf(webhooks, receiver);
    receiver.behave(customer.path, answer(503));
    await publishBooking(webhooks, customer.userId);
    await until(
      () => deliveriesTo(webhooks, customer),
      ([delivery]) => delivery?.attempt_count === 1,
    );

    await retentionIn(20).sweep();

    expect(await logRows()).toEqual([1, 1, 1]);
  });

  it('makes the partitions of the days to come, so that events can be stored after a long absence', async () => {
    await retentionIn(20).onModuleInit();
    const partitions = await logPartitions.list({ query: async (sql, values) => (await webhooks.sql.query(sql, values)).rows });

    expect(partitions.at(-1)?.to.getTime()).toBeGreaterThan(Date.now() + 26 * dayMs);
    expect(partitions.slice(1).map(({ from }) => from)).toEqual(partitions.slice(0, -1).map(({ to }) => to));
  });

  it('forgets the rest although a partition cannot be dropped', async () => {
    const customer = await customerOf(webhooks, receiver);
    await publishBooking(webhooks, customer.userId);
    await finishedTo(webhooks, customer);
    const reader = await webhooks.sql.connect();
    await reader.query('BEGIN');
    await reader.query('SELECT count(*) FROM events');

    await retentionIn(2 * retentionDays + 1.1).sweep();
    const { rows } = await reader.query<{ count: number }>('SELECT count(*)::int AS count FROM events');
    await reader.query('COMMIT');
    reader.release();

    expect(rows).toEqual([{ count: 1 }]);
    expect(await rowsOf('event_ids')).toEqual([0]);
  }, 20_000);
});
