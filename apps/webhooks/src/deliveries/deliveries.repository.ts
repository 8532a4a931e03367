import { Inject, Injectable } from '@nestjs/common';
import { Database } from '@patchbay/database';
import type { LeasedDelivery, Outcome } from './delivery.js';

interface ClaimedRow {
  readonly id: string | null;
  readonly endpoint_id: string;
  readonly version: number;
  readonly event_id: string;
  readonly attempt_count: number;
  readonly job_id: string | null;
  readonly payload: string;
  readonly traceparent: string | null;
  readonly visited_to: string | null;
}

/** How much may be claimed, and whose turn it is. */
export interface ClaimBounds {
  readonly limit: number;
  /** Endpoints get their turns in the order of their ids; this one had the last. */
  readonly after: string;
  /** How many more each of these endpoints takes now… */
  readonly rooms: ReadonlyMap<string, number>;
  /** …and every other one. */
  readonly roomOfOthers: number;
}

/** What was claimed. */
export interface Claimed {
  readonly deliveries: readonly LeasedDelivery[];
  /** Who had the last turn. */
  readonly visitedTo: string;
}

/** What is written at once: outcomes, and which endpoints they speak well or ill of. */
export interface OutcomeBatch {
  readonly outcomes: readonly Outcome[];
  readonly workingEndpointIds: readonly string[];
  readonly failingEndpointIds: readonly string[];
}

/** Endpoints that get their turn in one statement: some milliseconds, however many there are. */
const turnMax = 2_000;

/**
 * Leases what is due, endpoint by endpoint, the oldest of each first: one walk around the index, from the endpoint that is next to the one that had the
 * last turn, from entry to entry of different endpoints. However much waits for one, the others are as near as if it were nothing; a row that another
 * replica is taking at this moment is passed over. Taking a lease touches no indexed column. Rows are found by their place in the table and events one
 * by one: the planner cannot know how few are due, and would read both tables whole.
 */
const claim = {
  name: 'delivery-claim',
  text: `
    WITH RECURSIVE turn AS (
      SELECT $4::uuid AS endpoint_id, 0 AS place, false AS has_turned
      UNION ALL
      SELECT next.endpoint_id, turn.place + 1, next.has_turned
      FROM turn CROSS JOIN LATERAL (
        (SELECT endpoint_id, turn.has_turned FROM pending_deliveries WHERE endpoint_id > turn.endpoint_id ORDER BY endpoint_id LIMIT 1)
        UNION ALL
        (SELECT endpoint_id, true FROM pending_deliveries WHERE NOT turn.has_turned ORDER BY endpoint_id LIMIT 1)
        LIMIT 1
      ) next
      WHERE turn.place < ${turnMax} AND NOT (next.has_turned AND next.endpoint_id > $4)
    ), due AS (
      SELECT one.ctid, walk.endpoint_id, walk.place
      FROM (
        SELECT turn.endpoint_id, turn.place, coalesce(($6::int[])[array_position($5::uuid[], turn.endpoint_id)], $7) AS room
        FROM turn WHERE turn.place > 0
      ) walk CROSS JOIN LATERAL (
          SELECT ctid FROM pending_deliveries
          WHERE endpoint_id = walk.endpoint_id AND next_attempt_at <= now() AND (lease_until IS NULL OR lease_until < now())
          ORDER BY next_attempt_at LIMIT walk.room FOR UPDATE SKIP LOCKED
        ) one
      LIMIT $1
    ), claimed AS (
      UPDATE pending_deliveries SET lease_token = $2, lease_until = clock_timestamp() + $3::float8 * interval '1 ms'
      WHERE ctid = ANY (ARRAY(SELECT ctid FROM due))
      RETURNING id, endpoint_id, event_key, attempt_count - attempts_before AS attempt_count, job_id
    )
    SELECT claimed.id, claimed.endpoint_id, event.id AS event_id, claimed.attempt_count, claimed.job_id,
      (SELECT version FROM endpoints WHERE endpoints.id = claimed.endpoint_id) AS version, event.payload, event.traceparent, NULL AS visited_to
    FROM claimed CROSS JOIN LATERAL (SELECT id, payload, traceparent FROM events WHERE key = claimed.event_key LIMIT 1) event
    UNION ALL
    SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, CASE WHEN (SELECT count(*) FROM due) = $1
      THEN (SELECT endpoint_id FROM due ORDER BY place DESC LIMIT 1) ELSE (SELECT endpoint_id FROM turn ORDER BY place DESC LIMIT 1) END`,
};

const renew = {
  name: 'delivery-renew',
  text: `
    UPDATE pending_deliveries pending SET lease_until = clock_timestamp() + $3::float8 * interval '1 ms'
    FROM unnest($1::uuid[], $2::uuid[]) AS held(id, lease_token)
    WHERE pending.id = held.id AND pending.lease_token = held.lease_token`,
};

/**
 * Outcomes and attempts of a batch. The lease token fences: a row that another replica took meanwhile is left alone, and so is its log. The first
 * attempt of a delivery that a job began tells the job.
 */
const record = {
  name: 'delivery-record',
  text: `
    WITH outcome AS (
      SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::float8[], $4::float8[], $5::int[], $6::int[], $7::text[], $8::text[], $9::uuid[])
        AS t(id, lease_token, delay_ms, attempted_at, status_code, duration_ms, error, response_excerpt, job_id)
    ), ended AS (
      DELETE FROM pending_deliveries pending USING outcome
      WHERE pending.id = outcome.id AND pending.lease_token = outcome.lease_token AND outcome.delay_ms IS NULL
      RETURNING pending.id, pending.tenant_id, pending.attempt_count + 1 AS attempt
    ), kept AS (
      UPDATE pending_deliveries pending SET attempt_count = pending.attempt_count + (outcome.attempted_at IS NOT NULL)::int,
        next_attempt_at = clock_timestamp() + outcome.delay_ms * interval '1 ms', lease_token = NULL, lease_until = NULL,
        job_id = CASE WHEN outcome.attempted_at IS NULL THEN pending.job_id END
      FROM outcome WHERE pending.id = outcome.id AND pending.lease_token = outcome.lease_token AND outcome.delay_ms IS NOT NULL
      RETURNING pending.id, pending.tenant_id, pending.attempt_count AS attempt
    ), recorded AS (
      SELECT * FROM ended UNION ALL SELECT * FROM kept
    ), logged AS (
      INSERT INTO delivery_attempts (delivery_id, attempt, tenant_id, attempted_at, status_code, duration_ms, error, response_excerpt)
      SELECT id, attempt, tenant_id, to_timestamp(attempted_at), status_code, duration_ms, error, response_excerpt
      FROM recorded JOIN outcome USING (id) WHERE attempted_at IS NOT NULL
    ), told AS (
      INSERT INTO replay_results (job_id, tenant_id, result)
      SELECT job_id, tenant_id, CASE WHEN delay_ms IS NOT NULL THEN 'retrying' WHEN attempted_at IS NOT NULL AND error IS NULL THEN 'delivered' ELSE 'failed' END
      FROM recorded JOIN outcome USING (id) WHERE job_id IS NOT NULL AND (delay_ms IS NULL OR attempted_at IS NOT NULL)
    ), working AS (
      UPDATE endpoints SET failing_since = NULL WHERE id = ANY($10::uuid[]) AND failing_since IS NOT NULL
    ), failing AS (
      UPDATE endpoints SET failing_since = now() WHERE id = ANY($11::uuid[]) AND failing_since IS NULL
    )
    SELECT id FROM endpoints WHERE id = ANY($11::uuid[]) AND is_active AND failing_since < now() - $12::float8 * interval '1 hour'`,
};

/** Deliveries that are still to be sent, and what becomes of them. */
@Injectable()
export class DeliveriesRepository {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Leases deliveries that are due. */
  async claim({ limit, after, rooms, roomOfOthers }: ClaimBounds, lease: { readonly token: string; readonly ms: number }): Promise<Claimed> {
    const values = [limit, lease.token, lease.ms, after, [...rooms.keys()], [...rooms.values()], roomOfOthers];
    const rows = await this.database.execute<ClaimedRow>(claim, values);
    const deliveries = rows.flatMap((row) => (row.id === null ? [] : [toLeased({ ...row, id: row.id }, lease.token)]));
    return { deliveries, visitedTo: rows.find((row) => row.id === null)?.visited_to ?? after };
  }

  /** Prolongs leases; those that were lost stay lost. */
  async renew(held: readonly LeasedDelivery[], leaseMs: number): Promise<void> {
    await this.database.execute(renew, [held.map((delivery) => delivery.id), held.map((delivery) => delivery.leaseToken), leaseMs]);
  }

  /** Writes outcomes and attempts. @returns endpoints that have been failing for longer than `disableAfterHours`. */
  async record({ outcomes, workingEndpointIds, failingEndpointIds }: OutcomeBatch, disableAfterHours: number): Promise<readonly string[]> {
    const values = [...columnsOf(outcomes), workingEndpointIds, failingEndpointIds, disableAfterHours];
    return (await this.database.execute<{ id: string }>(record, values)).map((row) => row.id);
  }
}

const toLeased = (row: ClaimedRow & { readonly id: string }, leaseToken: string): LeasedDelivery => ({
  id: row.id,
  endpointId: row.endpoint_id,
  endpointVersion: row.version,
  eventId: row.event_id,
  attemptCount: row.attempt_count,
  jobId: row.job_id,
  payload: row.payload,
  traceparent: row.traceparent,
  leaseToken,
});

const columnsOf = (outcomes: readonly Outcome[]): readonly unknown[] => [
  outcomes.map(({ delivery }) => delivery.id),
  outcomes.map(({ delivery }) => delivery.leaseToken),
  outcomes.map(({ delayMs }) => delayMs),
  outcomes.map(({ attempt }) => (attempt === null ? null : attempt.startedAtMs / 1_000)),
  outcomes.map(({ attempt }) => attempt?.statusCode ?? null),
  outcomes.map(({ attempt }) => attempt?.durationMs ?? null),
  outcomes.map(({ attempt }) => attempt?.error ?? null),
  outcomes.map(({ attempt }) => attempt?.responseExcerpt ?? null),
  outcomes.map(({ delivery }) => delivery.jobId),
];
