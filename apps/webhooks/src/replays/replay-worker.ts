import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Database, idOfTime, type Lease, type Transaction } from '@patchbay/database';
import { CLOCK, LeasedWork, LOG, type Clock, type Logger } from '@patchbay/service-kit';
import { DeliveryLoop } from '../deliveries/delivery-loop.js';
import { ReplayJobsRepository, type LockedReplayJob, type ReplayJobRow } from './replay-jobs.repository.js';

/** A job has so many deliveries under way at a time: those of others are due among them, not after them. */
const waitingMax = 400;
/** How soon deliveries under way are looked at again. Milliseconds. */
const lookEveryMs = 100;

/** What a step comes to: columns of the job, and when the next one is. */
interface Step {
  readonly set: Partial<ReplayJobRow>;
  readonly nextInMs: number | null;
}

/**
 * Goes through the deliveries of jobs, some at a time. How far a job is and what it began are written in one transaction, so that whoever takes it over
 * from a process that died begins no delivery twice.
 */
@Injectable()
export class ReplayWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #work: LeasedWork<ReplayJobRow>;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(ReplayJobsRepository) private readonly jobs: ReplayJobsRepository,
    @Inject(DeliveryLoop) private readonly deliveries: DeliveryLoop,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) log: Logger,
  ) {
    this.#work = new LeasedWork({ name: 'replay deliveries', rows: jobs.due, log, clock, work: (lease) => this.#step(lease) });
  }

  onApplicationBootstrap(): void {
    this.#work.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.#work.stop();
  }

  /** There is a job to begin or to go on with. */
  wake(): void {
    this.#work.wake();
  }

  #step(lease: Lease<ReplayJobRow>): Promise<void> {
    return this.database.transaction(async (tx) => {
      const job = await this.jobs.lock(tx, lease.row.id);
      const { set, nextInMs } = job === undefined ? { set: {}, nextInMs: null } : await this.#next(tx, job);
      const nextAttemptAt = nextInMs === null ? null : new Date(this.clock().getTime() + nextInMs);
      const { last_error: lastError = null, ...columns } = set;
      await lease.settle(tx, { isApplied: true, nextAttemptAt, lastError, set: columns });
    });
  }

  async #next(tx: Transaction, job: LockedReplayJob): Promise<Step> {
    // In this order: when nothing waits any more, all there is to collect is there.
    const waiting = await this.jobs.waiting(tx, job);
    const { delivered, retrying, failed } = await this.jobs.collect(tx, job);
    const counts = { delivered: job.delivered + delivered, retrying: job.retrying + retrying, failed: job.failed + failed };
    if (job.endpoint_is_deleted) return { set: { ...counts, waiting: 0, status: 'cancelled', finished_at: this.clock() }, nextInMs: null };
    // Whoever switches an endpoint off ends what waits for it; going on would fail every delivery at once.
    if (!job.endpoint_is_active) return { set: { ...counts, waiting, status: 'paused', last_error: 'webhook_inactive' }, nextInMs: null };
    if (job.status !== 'running') return { set: { ...counts, waiting, last_error: job.last_error }, nextInMs: waiting > 0 ? lookEveryMs : null };
    // Counted once, before anything is begun.
    const total = job.total ?? (job.at_id === idOfTime(job.from_at) ? await this.jobs.count(tx, job) : null);
    if (waiting > waitingMax / 2) return { set: { ...counts, total, waiting }, nextInMs: lookEveryMs };
    const step = await this.jobs.advance(tx, job, waitingMax - waiting);
    const { looked_at: lookedAt, wanted, at_id } = step;
    const begun = step.begun.length;
    if (begun > 0) tx.onCommit(() => this.deliveries.wake());
    const set = { ...counts, total, skipped: job.skipped + wanted - begun, waiting: waiting + begun, at_id: at_id ?? job.at_id };
    if (lookedAt === 0 && waiting === 0) return { set: { ...set, status: 'completed', finished_at: this.clock() }, nextInMs: null };
    return { set, nextInMs: lookedAt > 0 && begun === 0 ? 0 : lookEveryMs };
  }
}
