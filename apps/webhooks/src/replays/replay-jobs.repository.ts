import { Inject, Injectable } from '@nestjs/common';
import { Database, LeasedRows, type Transaction, type WorkRow } from '@patchbay/database';
import type { Owner } from '../endpoints/endpoints.repository.js';

/** A job as it is stored. */
export interface ReplayJobRow extends WorkRow {
  readonly tenant_id: string;
  readonly endpoint_id: string;
  readonly kind: 'recover' | 'replay';
  readonly from_at: Date;
  readonly to_at: Date;
  readonly to_id: string;
  /** Deliveries up to this one were gone through. */
  readonly at_id: string;
  readonly status: 'running' | 'paused' | 'completed' | 'cancelled';
  readonly total: number | null;
  readonly delivered: number;
  readonly retrying: number;
  readonly failed: number;
  readonly skipped: number;
  readonly waiting: number;
  readonly created_at: Date;
  readonly finished_at: Date | null;
}

/** What a new job is told. */
export type NewReplayJob = Pick<ReplayJobRow, 'id' | 'kind' | 'endpoint_id' | 'from_at' | 'to_at' | 'at_id' | 'to_id' | 'traceparent'>;

/** What became of deliveries since the last look. */
export type ReplayCounts = Pick<ReplayJobRow, 'delivered' | 'retrying' | 'failed'>;

const insert = `
  INSERT INTO replay_jobs (id, tenant_id, user_id, kind, endpoint_id, from_at, to_at, at_id, to_id, traceparent, next_attempt_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (endpoint_id) WHERE status IN ('running', 'paused') DO NOTHING RETURNING *`;
const live = `SELECT * FROM replay_jobs WHERE endpoint_id = $1 AND status IN ('running', 'paused')`;
const owned = `tenant_id = $1 AND user_id = $2 AND endpoint_id = $3`;
const find = { name: 'replay-job-find', text: `SELECT * FROM replay_jobs WHERE ${owned} AND id = $4` };
const list = {
  name: 'replay-job-list',
  text: `SELECT * FROM replay_jobs WHERE ${owned} AND ($4::uuid IS NULL OR id < $4) ORDER BY id DESC LIMIT $5`,
};
const steer = `
  UPDATE replay_jobs SET status = $5, last_error = NULL, next_attempt_at = $6
  WHERE ${owned} AND id = $4 AND status IN ('running', 'paused') RETURNING *`;
const lock = `
  SELECT job.*, endpoint.is_active AS endpoint_is_active, endpoint.deleted_at IS NOT NULL AS endpoint_is_deleted
  FROM replay_jobs job JOIN endpoints endpoint ON endpoint.id = job.endpoint_id WHERE job.id = $1 FOR UPDATE OF job`;
const count = `
  SELECT count(*)::int AS count FROM deliveries WHERE endpoint_id = $1 AND id > $2 AND id < $3 AND ($4 = 'replay' OR status = 'failed')`;
/** The first attempt since decides. One that somebody is writing about at this moment is counted the next time. */
const collect = `
  WITH done AS (
    SELECT id FROM deliveries WHERE job_id = $1 AND (status <> 'pending' OR attempt_count > attempts_before) FOR UPDATE SKIP LOCKED
  ), collected AS (
    UPDATE deliveries SET job_id = NULL FROM done WHERE deliveries.id = done.id RETURNING status
  )
  SELECT (count(*) FILTER (WHERE status = 'succeeded'))::int AS delivered, (count(*) FILTER (WHERE status = 'pending'))::int AS retrying,
    (count(*) FILTER (WHERE status = 'failed'))::int AS failed
  FROM collected`;
const waiting = `SELECT count(*)::int AS count FROM deliveries WHERE job_id = $1`;
/** Deliveries that are under way anyway are passed over. */
const advance = `
  WITH looked_at AS (
    SELECT id FROM deliveries WHERE endpoint_id = $2 AND id > $3 AND id < $4 ORDER BY id LIMIT $5
  ), begun AS (
    UPDATE deliveries SET status = 'pending', job_id = $1, attempts_before = attempt_count, next_attempt_at = clock_timestamp(), finished_at = NULL
    FROM looked_at WHERE deliveries.id = looked_at.id AND deliveries.status <> 'pending' AND ($6 = 'replay' OR deliveries.status = 'failed')
    RETURNING deliveries.id
  )
  SELECT (SELECT count(*) FROM looked_at)::int AS looked_at, (SELECT count(*) FROM begun)::int AS begun,
    (SELECT id FROM looked_at ORDER BY id DESC LIMIT 1) AS at_id`;
const sweep = {
  name: 'replay-job-sweep',
  text: `
    DELETE FROM replay_jobs WHERE id IN (SELECT id FROM replay_jobs WHERE finished_at < $1 ORDER BY id LIMIT $2) RETURNING id`,
};

/** Jobs that make deliveries again. */
@Injectable()
export class ReplayJobsRepository {
  readonly due: LeasedRows<ReplayJobRow>;

  constructor(@Inject(Database) private readonly database: Database) {
    this.due = new LeasedRows(database, 'replay_jobs');
  }

  /** Adds a job. @returns the one that is not finished, where the endpoint has one already. */
  begin(owner: Owner, job: NewReplayJob, now: Date): Promise<ReplayJobRow | undefined> {
    const { id, kind, endpoint_id, from_at, to_at, at_id, to_id, traceparent } = job;
    return this.database.transaction(async (tx) => {
      const values = [id, owner.tenant_id, owner.user_id, kind, endpoint_id, from_at, to_at, at_id, to_id, traceparent, now];
      const [made] = await tx.query<ReplayJobRow>(insert, values);
      return made ?? (await tx.query<ReplayJobRow>(live, [endpoint_id]))[0];
    });
  }

  async find(owner: Owner, endpointId: string, id: string): Promise<ReplayJobRow | undefined> {
    return (await this.database.read<ReplayJobRow>(find, [owner.tenant_id, owner.user_id, endpointId, id]))[0];
  }

  list(owner: Owner, endpointId: string, page: { readonly limit: number; readonly after: string | null }): Promise<ReplayJobRow[]> {
    return this.database.read<ReplayJobRow>(list, [owner.tenant_id, owner.user_id, endpointId, page.after, page.limit]);
  }

  /** Pauses a job or lets it go on. @returns undefined when it is finished, or not there. */
  steer(
    owner: Owner,
    job: Pick<ReplayJobRow, 'id' | 'endpoint_id'>,
    to: { status: 'running' | 'paused'; now: Date },
  ): Promise<ReplayJobRow | undefined> {
    const values = [owner.tenant_id, owner.user_id, job.endpoint_id, job.id, to.status, to.now];
    return this.database.transaction(async (tx) => (await tx.query<ReplayJobRow>(steer, values))[0]);
  }

  /** The job as it is now, which nobody changes until the transaction ends. */
  async lock(tx: Transaction, id: string): Promise<(ReplayJobRow & EndpointState) | undefined> {
    return (await tx.query<ReplayJobRow & EndpointState>(lock, [id]))[0];
  }

  async count(tx: Transaction, job: ReplayJobRow): Promise<number> {
    return (await tx.query<{ count: number }>(count, [job.endpoint_id, job.at_id, job.to_id, job.kind]))[0]?.count ?? 0;
  }

  /** What became of those that the job began: each is told once. */
  async collect(tx: Transaction, job: ReplayJobRow): Promise<ReplayCounts> {
    return (await tx.query<ReplayCounts>(collect, [job.id]))[0] ?? { delivered: 0, retrying: 0, failed: 0 };
  }

  /** How many that the job began have not been attempted since. */
  async waiting(tx: Transaction, job: ReplayJobRow): Promise<number> {
    return (await tx.query<{ count: number }>(waiting, [job.id]))[0]?.count ?? 0;
  }

  /** Goes through the next deliveries and begins those that are the job's. `at_id` is null at the end of the range. */
  async advance(tx: Transaction, job: ReplayJobRow, limit: number): Promise<{ looked_at: number; begun: number; at_id: string | null }> {
    const values = [job.id, job.endpoint_id, job.at_id, job.to_id, limit, job.kind];
    return (
      (await tx.query<{ looked_at: number; begun: number; at_id: string | null }>(advance, values))[0] ?? { looked_at: 0, begun: 0, at_id: null }
    );
  }

  /** Forgets some jobs that ended before. @returns how many. */
  async sweep(before: Date, limit: number): Promise<number> {
    return (await this.database.execute(sweep, [before, limit])).length;
  }
}

interface EndpointState {
  readonly endpoint_is_active: boolean;
  readonly endpoint_is_deleted: boolean;
}
