import { randomUUID } from 'node:crypto';
import { PgBoss } from 'pg-boss';
import pg from 'pg';
import { createAttempts, Deliverer } from './attempts.js';
import type { JobQueueApi, Mode } from './job-queue.js';
import { offer } from './open-loop.js';
import { serve } from './program.js';
import { bodyOf, eventData, type Webhook } from './webhook.js';

const schema = 'bench_boss';
const queue = 'deliver';

let boss: PgBoss | undefined;
let pool: pg.Pool | undefined;

/** Batches whose attempts and completions are one statement each; under a backlog some in a row, so that fetching and posting overlap. */
const settings: Readonly<Record<Mode, { readonly batchSize: number; readonly localConcurrency: number; readonly burstWhenBatchFull: boolean }>> = {
  backlog: { batchSize: 200, localConcurrency: 4, burstWhenBatchFull: true },
  trickle: { batchSize: 20, localConcurrency: 4, burstWhenBatchFull: true },
};

const aWebhook = (userId: string, number: number): Webhook => ({ id: randomUUID(), body: bodyOf(eventData(userId, number)) });

const prepared = (): { boss: PgBoss; pool: pg.Pool } => {
  if (boss === undefined || pool === undefined) throw new Error('not prepared');
  return { boss, pool };
};

const api: JobQueueApi = {
  prepare: async ({ databaseUrl }) => {
    pool = new pg.Pool({ connectionString: databaseUrl, max: 10 });
    await pool.query(createAttempts(`${schema}_log`));
    boss = new PgBoss({ connectionString: databaseUrl, schema, max: 20, useListenNotify: true });
    boss.on('error', (error) => console.error(error.message));
    await boss.start();
    await boss.createQueue(queue, { notify: true, partition: true });
  },
  seed: async ({ count, userId }) => {
    for (let from = 0; from < count; from += 1_000) {
      const size = Math.min(1_000, count - from);
      await prepared().boss.insert(
        queue,
        Array.from({ length: size }, (_, index) => ({ data: aWebhook(userId, from + index) })),
      );
    }
  },
  offer: ({ load, userId }) =>
    offer(load, async (number) => {
      const webhook = aWebhook(userId, number);
      await prepared().boss.send(queue, webhook);
      return webhook.id;
    }),
  work: async ({ receiverUrl, mode }) => {
    const deliverer = new Deliverer(prepared().pool, { schema: `${schema}_log`, receiverUrl });
    await prepared().boss.work<Webhook>(queue, { ...settings[mode], pollingIntervalSeconds: 0.5 }, (jobs) =>
      deliverer.deliver(jobs.map(({ data }) => data)),
    );
  },
  unfinished: async () => {
    const { rows } = await prepared().pool.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM ${schema}.job WHERE name = $1 AND state < 'completed'`,
      [queue],
    );
    return rows[0]?.count ?? 0;
  },
};

serve(api);
