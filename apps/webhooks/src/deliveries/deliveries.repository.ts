import { Inject, Injectable } from '@nestjs/common';
import { Database } from '@patchbay/database';
import type { LeasedDelivery, Outcome } from './delivery.js';

interface ClaimedRow {
  readonly id: string;
  readonly endpoint_id: string;
  readonly version: number;
  readonly event_id: string;
  readonly attempt_count: number;
  readonly payload: string;
  readonly traceparent: string | null;
}

/** What is written at once: outcomes, and which endpoints they speak well or ill of. */
export interface OutcomeBatch {
  readonly outcomes: readonly Outcome[];
  readonly workingEndpointIds: readonly string[];
  readonly failingEndpointIds: readonly string[];
}

/**
 * Takes what is due, oldest first, and leases it. Rows are found by their state; a row that another replica is taking at this moment is passed over.
 * Taking a lease touches no indexed column.
 */
const claim = {
  name: 'delivery-claim',
  text: `
    WITH due AS (
      SELECT id FROM deliveries
      WHERE status = 'pending' AND next_attempt_at <= now() AND (lease_until IS NULL OR lease_until < now())
      ORDER BY next_attempt_at LIMIT $1 FOR UPDATE SKIP LOCKED
    ), claimed AS (
      UPDATE deliveries SET lease_token = $2, lease_until = clock_timestamp() + $3::float8 * interval '1 ms'
      FROM due WHERE deliveries.id = due.id RETURNING deliveries.id, endpoint_id, event_id, attempt_count - attempts_before AS attempt_count
    )
    SELECT claimed.id, claimed.endpoint_id, claimed.event_id, claimed.attempt_count, endpoint.version, event.payload, event.traceparent
    FROM claimed JOIN events event ON event.id = claimed.event_id JOIN endpoints endpoint ON endpoint.id = claimed.endpoint_id`,
};

const renew = {
  name: 'delivery-renew',
  text: `
    UPDATE deliveries SET lease_until = clock_timestamp() + $3::float8 * interval '1 ms'
    FROM unnest($1::uuid[], $2::uuid[]) AS held(id, lease_token)
    WHERE deliveries.id = held.id AND deliveries.lease_token = held.lease_token`,
};

/** Outcomes and attempts of a batch. The lease token fences: a row that another replica took meanwhile is left alone, and so is its log. */
const record = {
  name: 'delivery-record',
  text: `
    WITH outcome AS (
      SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::float8[], $5::float8[], $6::int[], $7::int[], $8::text[], $9::text[])
        AS t(id, lease_token, status, delay_ms, attempted_at, status_code, duration_ms, error, response_excerpt)
    ), recorded AS (
      UPDATE deliveries SET status = outcome.status,
        attempt_count = deliveries.attempt_count + (outcome.attempted_at IS NOT NULL)::int,
        next_attempt_at = clock_timestamp() + outcome.delay_ms * interval '1 ms', lease_token = NULL, lease_until = NULL,
        finished_at = CASE WHEN outcome.status = 'pending' THEN NULL ELSE clock_timestamp() END
      FROM outcome WHERE deliveries.id = outcome.id AND deliveries.lease_token = outcome.lease_token
      RETURNING deliveries.id, deliveries.attempt_count, deliveries.tenant_id
    ), logged AS (
      INSERT INTO delivery_attempts (delivery_id, attempt, tenant_id, attempted_at, status_code, duration_ms, error, response_excerpt)
      SELECT id, attempt_count, tenant_id, to_timestamp(attempted_at), status_code, duration_ms, error, response_excerpt
      FROM recorded JOIN outcome USING (id) WHERE attempted_at IS NOT NULL
    ), working AS (
      UPDATE endpoints SET failing_since = NULL WHERE id = ANY($10::uuid[]) AND failing_since IS NOT NULL
    ), failing AS (
      UPDATE endpoints SET failing_since = now() WHERE id = ANY($11::uuid[]) AND failing_since IS NULL
    )
    SELECT id FROM endpoints WHERE id = ANY($11::uuid[]) AND is_active AND failing_since < now() - $12::float8 * interval '1 hour'`,
};

const sweep = {
  name: 'delivery-sweep',
  text: `
    WITH old AS (
      DELETE FROM deliveries WHERE id IN (SELECT id FROM deliveries WHERE created_at < $1 AND status <> 'pending' ORDER BY id LIMIT $2) RETURNING id
    ), attempts AS (DELETE FROM delivery_attempts USING old WHERE delivery_id = old.id)
    SELECT id FROM old`,
};

/** Deliveries and their attempts. */
@Injectable()
export class DeliveriesRepository {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Leases up to `limit` deliveries that are due. */
  async claim(limit: number, lease: { readonly token: string; readonly ms: number }): Promise<readonly LeasedDelivery[]> {
    const rows = await this.database.execute<ClaimedRow>(claim, [limit, lease.token, lease.ms]);
    return rows.map((row) => ({
      id: row.id,
      endpointId: row.endpoint_id,
      endpointVersion: row.version,
      eventId: row.event_id,
      attemptCount: row.attempt_count,
      payload: row.payload,
      traceparent: row.traceparent,
      leaseToken: lease.token,
    }));
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

  /** Forgets some finished deliveries older than `before`. @returns how many. */
  async sweep(before: Date, limit: number): Promise<number> {
    return (await this.database.execute(sweep, [before, limit])).length;
  }
}

const columnsOf = (outcomes: readonly Outcome[]): readonly unknown[] => [
  outcomes.map(({ delivery }) => delivery.id),
  outcomes.map(({ delivery }) => delivery.leaseToken),
  outcomes.map(({ status }) => status),
  outcomes.map(({ delayMs }) => delayMs),
  outcomes.map(({ attempt }) => (attempt === null ? null : attempt.startedAtMs / 1_000)),
  outcomes.map(({ attempt }) => attempt?.statusCode ?? null),
  outcomes.map(({ attempt }) => attempt?.durationMs ?? null),
  outcomes.map(({ attempt }) => attempt?.error ?? null),
  outcomes.map(({ attempt }) => attempt?.responseExcerpt ?? null),
];
