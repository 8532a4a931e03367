import { Inject, Injectable } from '@nestjs/common';
import {
  AppError,
  type getWebhookJob,
  type InputOf,
  type listWebhookJobs,
  type OutputOf,
  type recoverWebhookDeliveries,
  type replayWebhookDeliveries,
  type WebhookJob,
} from '@patchbay/contracts';
import { idCursorOf, idOfTime, timeOfId, toPage } from '@patchbay/database';
import { CLOCK, type Clock } from '@patchbay/service-kit';
import { currentTraceparent } from '@patchbay/tracing';
import { v7 as uuidv7 } from 'uuid';
import { EndpointsRepository, type Owner } from '../endpoints/endpoints.repository.js';
import { ReplayJobsRepository, type ReplayJobRow } from './replay-jobs.repository.js';
import { ReplayWorker } from './replay-worker.js';

/** Ids are made by the database's clock, which may be ahead of ours: what failed a moment ago is recovered, too. */
const clockSkewMs = 60_000;

/** Which events, by the time they were stored. */
interface Range {
  readonly id: string;
  readonly kind: ReplayJobRow['kind'];
  readonly from: Date;
  readonly to: Date;
}

/** Begins and steers jobs that make deliveries again. */
@Injectable()
export class ReplaysService {
  constructor(
    @Inject(EndpointsRepository) private readonly endpoints: EndpointsRepository,
    @Inject(ReplayJobsRepository) private readonly jobs: ReplayJobsRepository,
    @Inject(ReplayWorker) private readonly worker: ReplayWorker,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  recover(owner: Owner, { id, since }: InputOf<typeof recoverWebhookDeliveries>): Promise<WebhookJob> {
    return this.#begin(owner, { id, kind: 'recover', from: new Date(since), to: this.now() });
  }

  replay(owner: Owner, { id, from, to }: InputOf<typeof replayWebhookDeliveries>): Promise<WebhookJob> {
    return this.#begin(owner, { id, kind: 'replay', from: new Date(from), to: new Date(to) });
  }

  async list(owner: Owner, { id, ...page }: InputOf<typeof listWebhookJobs>): Promise<OutputOf<typeof listWebhookJobs>> {
    await this.#endpoint(owner, id);
    const rows = await this.jobs.list(owner, id, { limit: page.limit + 1, after: idCursorOf(page) });
    return toPage(rows, page.limit, toJob);
  }

  async get(owner: Owner, { id, job_id }: InputOf<typeof getWebhookJob>): Promise<WebhookJob> {
    const row = await this.jobs.find(owner, id, job_id);
    if (row === undefined) throw new AppError('webhook_job_not_found');
    return toJob(row);
  }

  pause(owner: Owner, input: InputOf<typeof getWebhookJob>): Promise<WebhookJob> {
    return this.#steer(owner, input, 'paused');
  }

  async resume(owner: Owner, input: InputOf<typeof getWebhookJob>): Promise<WebhookJob> {
    if (!(await this.#endpoint(owner, input.id)).is_active) throw new AppError('webhook_inactive');
    return this.#steer(owner, input, 'running');
  }

  /** A finished job stays as it is. */
  async #steer(owner: Owner, { id, job_id }: InputOf<typeof getWebhookJob>, status: 'running' | 'paused'): Promise<WebhookJob> {
    const row = await this.jobs.steer(owner, { id: job_id, endpoint_id: id }, { status, now: this.now() });
    this.worker.wake();
    return row === undefined ? this.get(owner, { id, job_id }) : toJob(row);
  }

  /** Asking for the same range while its job is not finished is asking for that job. */
  async #begin(owner: Owner, { id, kind, from, to }: Range): Promise<WebhookJob> {
    const endpoint = await this.#endpoint(owner, id);
    if (from.getTime() >= to.getTime()) {
      throw new AppError('request_invalid', kind === 'replay' ? { to: 'must be later than from' } : { since: 'must be in the past' });
    }
    if (!endpoint.is_active) throw new AppError('webhook_inactive');
    const range = {
      from_at: from,
      to_at: to,
      at_id: idOfTime(from),
      // What is published from now on is delivered anyway.
      to_id: idOfTime(new Date(Math.min(to.getTime() + (kind === 'recover' ? clockSkewMs : 0), this.now().getTime() + clockSkewMs))),
    };
    const job = { id: uuidv7(), kind, endpoint_id: id, ...range, traceparent: currentTraceparent() ?? null };
    const row = await this.jobs.begin(owner, job, this.now());
    if (row === undefined) throw new AppError('service_unavailable');
    if (!isSame(row, { kind, from, to })) throw new AppError('webhook_job_running', { job_id: row.id });
    this.worker.wake();
    return toJob(row);
  }

  async #endpoint(owner: Owner, id: string) {
    const endpoint = await this.endpoints.find(owner, id);
    if (endpoint === undefined) throw new AppError('webhook_not_found');
    return endpoint;
  }
}

/** The end of what is recovered is the moment of asking, which is another each time. */
const isSame = (row: ReplayJobRow, { kind, from, to }: Omit<Range, 'id'>): boolean =>
  row.kind === kind && row.from_at.getTime() === from.getTime() && (kind === 'recover' || row.to_at.getTime() === to.getTime());

function toJob(row: ReplayJobRow): WebhookJob {
  const { id, endpoint_id, kind, status, total, delivered, retrying, failed, skipped, waiting } = row;
  return {
    id,
    endpoint_id,
    kind,
    status,
    paused_reason: row.last_error === 'webhook_inactive' ? row.last_error : null,
    from: row.from_at.toISOString(),
    to: row.to_at.toISOString(),
    percent: percentOf(row),
    total,
    delivered,
    retrying,
    failed,
    skipped,
    waiting,
    created_at: row.created_at.toISOString(),
    finished_at: row.finished_at?.toISOString() ?? null,
  };
}

/** Deliveries can come and go while a job runs: it is whole when it is completed, and never before. */
function percentOf({ status, total, delivered, retrying, failed, skipped, ...range }: ReplayJobRow): number {
  if (status === 'completed') return 100;
  // Too many to be counted: then how far it is in time.
  if (total === null) return percentOfTime(range);
  if (total === 0) return 0;
  return Math.min(99, Math.floor((100 * (delivered + retrying + failed + skipped)) / total));
}

function percentOfTime({ from_at, at_id, to_id }: Pick<ReplayJobRow, 'from_at' | 'at_id' | 'to_id'>): number {
  const [from, at, to] = [from_at, timeOfId(at_id), timeOfId(to_id)].map((time) => time.getTime()) as [number, number, number];
  return Math.max(0, Math.min(99, Math.floor((100 * (at - from)) / Math.max(1, to - from))));
}
