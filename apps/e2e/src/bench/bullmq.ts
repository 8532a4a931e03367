import { randomUUID } from 'node:crypto';
import { Queue, Worker } from 'bullmq';
import pg from 'pg';
import { createAttempts, Deliverer, jobsAtOnce } from './attempts.js';
import type { JobQueueApi, Mode } from './job-queue.js';
import { offer } from './open-loop.js';
import { serve } from './program.js';
import { bodyOf, eventData, type Webhook } from './webhook.js';

const schema = 'bench_bullmq';
const name = 'deliver';

interface Prepared {
  readonly connection: { readonly url: string };
  readonly queue: Queue<Webhook>;
  readonly pool: pg.Pool;
}

let made: Prepared | undefined;

/** It has no batches: a job that ends fetches the next one in the same script. Pipelining by its client, or more workers, brought nothing. */
const settings: Readonly<Record<Mode, { readonly concurrency: number }>> = {
  backlog: { concurrency: jobsAtOnce },
  trickle: { concurrency: 16 },
};

const aWebhook = (userId: string, number: number): Webhook => ({ id: randomUUID(), body: bodyOf(eventData(userId, number)) });

const prepared = (): Prepared => {
  if (made === undefined) throw new Error('not prepared');
  return made;
};

const api: JobQueueApi = {
  prepare: async ({ databaseUrl, redisUrl }) => {
    if (redisUrl === null) throw new Error('there is no Redis');
    const connection = { url: redisUrl };
    const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 });
    await pool.query(createAttempts(`${schema}_log`));
    const queue = new Queue<Webhook>(name, { connection, defaultJobOptions: { attempts: 3, backoff: { type: 'exponential', delay: 1_000 } } });
    queue.on('error', (error) => console.error(error.message));
    await queue.waitUntilReady();
    made = { connection, queue, pool };
  },
  seed: async ({ count, userId }) => {
    for (let from = 0; from < count; from += 1_000) {
      const size = Math.min(1_000, count - from);
      await prepared().queue.addBulk(Array.from({ length: size }, (_, index) => ({ name, data: aWebhook(userId, from + index) })));
    }
  },
  offer: ({ load, userId }) =>
    offer(load, async (number) => {
      const webhook = aWebhook(userId, number);
      await prepared().queue.add(name, webhook);
      return webhook.id;
    }),
  work: async ({ receiverUrl, mode }) => {
    const { connection, pool } = prepared();
    const deliverer = new Deliverer(pool, { schema: `${schema}_log`, receiverUrl });
    // What is done is deleted, as by the others: the log is in PostgreSQL.
    const options = { connection, ...settings[mode], removeOnComplete: { count: 0 } };
    const worker = new Worker<Webhook>(name, (job) => deliverer.deliver([job.data]), options);
    worker.on('error', (error) => console.error(error.message));
    await worker.waitUntilReady();
  },
  unfinished: () => prepared().queue.getJobCountByTypes('wait', 'active', 'delayed', 'failed'),
};

serve(api);
