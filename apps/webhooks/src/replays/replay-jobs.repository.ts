import { Inject, Injectable } from '@nestjs/common';
import { Database, LeasedRows, type Transaction, type WorkRow } from '@patchbay/database';
import { countAttempts } from '../deliveries/delivery-log.repository.js';
import type { Owner } from '../endpoints/endpoints.repository.js';

/** A job as it is stored. */
export interface ReplayJobRow extends WorkRow {
  readonly tenant_id: string;
  readonly endpoint_id: string;
  readonly kind: 'recover' | 'replay';
  readonly from_at: Date;
  readonly to_at: Date;
  readonly to_id: string;
  /** Events up to this one, by their keys, were gone through. */
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

/** A job in the hands of its worker, and its endpoint. */
export interface LockedReplayJob extends ReplayJobRow {
  readonly endpoint_is_active: boolean;
  readonly endpoint_is_deleted: boolean;
  readonly event_likes: readonly string[];
  readonly endpoint_created_at: Date;
}

/** What was gone through: events, those of them that are the job's, and the deliveries that were begun. `at_id` is null at the end of the range. */
export interface ReplayStep {
  readonly looked_at: number;
  readonly wanted: number;
  readonly begun: readonly string[];
  readonly at_id: string | null;
}

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
  SELECT job.*, endpoint.is_active AS endpoint_is_active, endpoint.deleted_at IS NOT NULL AS endpoint_is_deleted, endpoint.event_likes,
    endpoint.created_at AS endpoint_created_at
  FROM replay_jobs job JOIN endpoints endpoint ON endpoint.id = job.endpoint_id WHERE job.id = $1 FOR UPDATE OF job`;
/**
 * Events that the job sends. A range: everything of it, also what the endpoint was never sent because it was off or not there yet. Recovering: what
 * was given up, and what came while the endpoint was off.
 */
const wantedOf = (events: string): string => `
  SELECT event.key, event.tenant_id, delivery_id(event.key, $1) AS id, state.status, coalesce(state.attempt_count, 0) AS attempt_count
  FROM ${events} event
    LEFT JOIN LATERAL (SELECT status, attempt_count FROM delivery_states WHERE endpoint_id = $1 AND id = delivery_id(event.key, $1)) state ON true
  WHERE CASE WHEN $2 = 'replay' THEN state.status IS NOT NULL OR event.type LIKE ANY ($3::text[])
    ELSE state.status = 'failed' OR (state.status IS NULL AND event.type LIKE ANY ($3::text[]) AND event.created_at > $4::timestamptz) END`;
const inRange = `user_id = $5 AND tenant_id = $6 AND key > $7 AND key < $8`;
/** Of so many events it is counted beforehand how many are the job's: some seconds. Of more nobody waits for the number. */
const countedMax = 500_000;
const count = `
  WITH events_in_range AS MATERIALIZED (SELECT key, tenant_id, type, created_at FROM events WHERE ${inRange} LIMIT ${countedMax + 1})
  SELECT CASE WHEN (SELECT count(*) FROM events_in_range) <= ${countedMax} THEN (SELECT count(*)::int FROM (${wantedOf('events_in_range')}) wanted) END AS count`;
/** Counted once each: the first attempt since the job began it decides. */
const collect = `
  WITH collected AS (DELETE FROM replay_results WHERE job_id = $1 RETURNING result)
  SELECT (count(*) FILTER (WHERE result = 'delivered'))::int AS delivered, (count(*) FILTER (WHERE result = 'retrying'))::int AS retrying,
    (count(*) FILTER (WHERE result = 'failed'))::int AS failed
  FROM collected`;
const waiting = `SELECT count(*)::int AS count FROM pending_deliveries WHERE job_id = $1`;
/** Deliveries that are under way anyway are passed over. */
const advance = `
  WITH looked_at AS MATERIALIZED (
    SELECT key, tenant_id, type, created_at FROM events WHERE ${inRange} ORDER BY key LIMIT $9
  ), wanted AS MATERIALIZED (${wantedOf('looked_at')}
  ), added AS (
    INSERT INTO deliveries (endpoint_id, id, tenant_id, event_key) SELECT $1, id, tenant_id, key FROM wanted WHERE status IS NULL ON CONFLICT DO NOTHING
  ), begun AS (
    INSERT INTO pending_deliveries (id, tenant_id, endpoint_id, event_key, attempt_count, attempts_before, job_id)
    SELECT id, tenant_id, $1, key, attempt_count, attempt_count, $10 FROM wanted ORDER BY id ON CONFLICT (id) DO NOTHING RETURNING id
  )
  SELECT (SELECT count(*) FROM looked_at)::int AS looked_at, (SELECT count(*) FROM wanted)::int AS wanted, ARRAY(SELECT id FROM begun) AS begun,
    (SELECT key FROM looked_at ORDER BY key DESC LIMIT 1) AS at_id`;
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
  async lock(tx: Transaction, id: string): Promise<LockedReplayJob | undefined> {
    return (await tx.query<LockedReplayJob>(lock, [id]))[0];
  }

  /** @returns null when there are too many to be counted. */
  async count(tx: Transaction, job: LockedReplayJob): Promise<number | null> {
    return (await tx.query<{ count: number | null }>(count, scopeOf(job)))[0]?.count ?? null;
  }

  /** What became of those that the job began: each is told once. */
  async collect(tx: Transaction, job: ReplayJobRow): Promise<ReplayCounts> {
    return (await tx.query<ReplayCounts>(collect, [job.id]))[0] ?? { delivered: 0, retrying: 0, failed: 0 };
  }

  /** How many that the job began have not been attempted since. */
  async waiting(tx: Transaction, job: ReplayJobRow): Promise<number> {
    return (await tx.query<{ count: number }>(waiting, [job.id]))[0]?.count ?? 0;
  }

  /** Goes through the next events and begins the deliveries that are the job's. */
  async advance(tx: Transaction, job: LockedReplayJob, limit: number): Promise<ReplayStep> {
    const [step] = await tx.query<ReplayStep>(advance, [...scopeOf(job), limit, job.id]);
    if (step === undefined) throw new Error('unreachable: a SELECT without FROM has one row');
    await tx.query(countAttempts, [step.begun]);
    return step;
  }

  /** Forgets some jobs that ended before. @returns how many. */
  async sweep(before: Date, limit: number): Promise<number> {
    return (await this.database.execute(sweep, [before, limit])).length;
  }
}

const scopeOf = (job: LockedReplayJob): readonly unknown[] => [
  job.endpoint_id,
  job.kind,
  job.event_likes,
  job.endpoint_created_at,
  job.user_id,
  job.tenant_id,
  job.at_id,
  job.to_id,
];
