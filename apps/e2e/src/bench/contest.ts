import { join } from 'node:path';
import { startRedis } from '@patchbay/local-stack';
import type { BenchStack } from './bench-stack.js';
import { beside, type Figure } from './figure.js';
import { jobQueues, type JobQueueName, type Stores } from './job-queue.js';

/** The job queues that can be measured on this machine, and what they need. */
export interface Contest {
  readonly names: readonly JobQueueName[];
  readonly stores: Stores;
  /** A row for everyone who cannot take part, with the reason. */
  absentees(id: string): readonly Figure[];
  close(): Promise<void>;
}

/** Starts what only job queues need. BullMQ stays out where there is no Redis. */
export async function openContest({ stack, say }: BenchStack): Promise<Contest> {
  const { databaseUrl, dataDir } = stack;
  try {
    const redis = await startRedis(join(dataDir, 'redis'));
    return { names: jobQueues, stores: { databaseUrl, redisUrl: redis.url }, absentees: () => [], close: redis.stop };
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    say(`bullmq is left out: ${reason}`);
    return {
      names: jobQueues.filter((name) => name !== 'bullmq'),
      stores: { databaseUrl, redisUrl: null },
      absentees: (id) => [beside(id, 'bullmq', `not measured: ${reason}`)],
      close: async () => undefined,
    };
  }
}
