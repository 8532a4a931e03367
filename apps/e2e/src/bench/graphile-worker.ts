import { randomUUID } from 'node:crypto';
import { Logger, makeWorkerUtils, run, type WorkerUtils } from 'graphile-worker';
import pg from 'pg';
import { createAttempts, Deliverer, jobsAtOnce } from './attempts.js';
import type { JobQueueApi, Mode } from './job-queue.js';
import { offer } from './open-loop.js';
import { serve } from './program.js';
import { bodyOf, eventData, type Webhook } from './webhook.js';

const schema = 'bench_graphile';
const log = new Logger(() => (level, message) => {
  if (level === 'error') console.error(message);
});

let databaseUrl = '';
let utils: WorkerUtils | undefined;
let pool: pg.Pool | undefined;

/** Jobs fetched and completed in batches under a backlog; when jobs come one by one, fetching them singly is quicker. */
const settings: Readonly<Record<Mode, Partial<GraphileConfig.WorkerOptions>>> = {
  backlog: { concurrentJobs: jobsAtOnce, localQueue: { size: 500 }, completeJobBatchDelay: 10, failJobBatchDelay: 10 },
  trickle: { concurrentJobs: 16, completeJobBatchDelay: 0, failJobBatchDelay: 0 },
};

const aWebhook = (userId: string, number: number): Webhook => ({ id: randomUUID(), body: bodyOf(eventData(userId, number)) });

const prepared = (): { utils: WorkerUtils; pool: pg.Pool } => {
  if (utils === undefined || pool === undefined) throw new Error('not prepared');
  return { utils, pool };
};

const api: JobQueueApi = {
  prepare: async ({ databaseUrl: url }) => {
    databaseUrl = url;
    pool = new pg.Pool({ connectionString: url, max: 20 });
    pool.on('error', (error) => console.error(error.message));
    pool.on('connect', (client) => client.on('error', () => undefined));
    await pool.query(createAttempts(`${schema}_log`));
    utils = await makeWorkerUtils({ pgPool: pool, schema, logger: log });
    await utils.migrate();
  },
  seed: async ({ count, userId }) => {
    for (let from = 0; from < count; from += 1_000) {
      const size = Math.min(1_000, count - from);
      await prepared().utils.addJobs(
        Array.from({ length: size }, (_, index) => ({ identifier: 'deliver', payload: aWebhook(userId, from + index) })),
      );
    }
  },
  offer: ({ load, userId }) =>
    offer(load, async (number) => {
      const webhook = aWebhook(userId, number);
      await prepared().utils.addJob('deliver', webhook);
      return webhook.id;
    }),
  work: async ({ receiverUrl, mode }) => {
    const deliverer = new Deliverer(prepared().pool, { schema: `${schema}_log`, receiverUrl });
    await run({
      preset: { worker: { connectionString: databaseUrl, schema, maxPoolSize: 20, logger: log, ...settings[mode] } },
      taskList: { deliver: (payload) => deliverer.deliver([payload as Webhook]) },
      noHandleSignals: true,
    });
  },
  unfinished: async () => {
    const { rows } = await prepared().pool.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${schema}._private_jobs`);
    return rows[0]?.count ?? 0;
  },
};

serve(api);
