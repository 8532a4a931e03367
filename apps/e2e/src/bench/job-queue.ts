import type { Load, Offered } from './open-loop.js';

/** A job queue does best with other settings under a backlog than when jobs come one by one. */
export type Mode = 'backlog' | 'trickle';

/** Where job queues keep their jobs, and what they did. */
export interface Stores {
  readonly databaseUrl: string;
  /** Null where there is none. */
  readonly redisUrl: string | null;
}

/** What a job queue's program can be asked. One process adds jobs, another works on them. */
export type JobQueueApi = {
  readonly prepare: (stores: Stores) => Promise<void>;
  /** Adds jobs that wait. */
  readonly seed: (jobs: { readonly count: number; readonly userId: string }) => Promise<void>;
  /** Adds jobs at a fixed rate. */
  readonly offer: (jobs: { readonly load: Load; readonly userId: string }) => Promise<readonly Offered[]>;
  readonly work: (how: { readonly receiverUrl: string; readonly mode: Mode }) => Promise<void>;
  /** How many jobs are not done yet. */
  readonly unfinished: () => Promise<number>;
};

/** Programs of this folder that answer {@link JobQueueApi}. */
export const jobQueues = ['graphile-worker', 'pg-boss', 'bullmq'] as const;
export type JobQueueName = (typeof jobQueues)[number];
