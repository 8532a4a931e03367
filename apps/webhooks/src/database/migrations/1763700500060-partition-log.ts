import type { MigrationInterface, QueryRunner } from 'typeorm';
import { logPartitions, logSpan } from '../log-partitions.js';

/**
 * Events, deliveries and attempts become an append-only log in partitions of time; what is still to be sent moves to a narrow table of its own, so
 * that taking, sending and finishing a delivery rewrites nothing of the log.
 */
export class PartitionLog1763700500060 implements MigrationInterface {
  readonly name = 'PartitionLog1763700500060';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of ['events', 'deliveries', 'delivery_attempts']) await runner.query(`ALTER TABLE ${table} RENAME TO former_${table}`);
    await runner.query(await newIdFunction(runner));
    for (const statement of [deliveryIdFunction, eventIds, events, deliveries, attempts, pending, results, ...indexes]) await runner.query(statement);
    await logPartitions.cover(runner, { ...logSpan(new Date(), 1), from: await oldestEvent(runner) });
    for (const statement of [...moves, deliveryStates]) await runner.query(statement);
    await runner.query(`DROP TABLE former_delivery_attempts, former_deliveries, former_events`);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('the log of deliveries cannot be taken out of its partitions again; restore a backup'));
  }
}

/** PostgreSQL 18 makes UUIDv7 by itself, ten times as fast. */
async function newIdFunction(runner: QueryRunner): Promise<string> {
  const [{ version }] = (await runner.query(`SELECT current_setting('server_version_num')::int AS version`)) as [{ version: number }];
  return version < 180_000
    ? `SELECT 1`
    : `CREATE OR REPLACE FUNCTION new_id() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE AS $$ SELECT uuidv7() $$`;
}

async function oldestEvent(runner: QueryRunner): Promise<Date> {
  const [row] = (await runner.query(`SELECT coalesce(min(created_at), now()) AS at FROM former_events`)) as { at: Date }[];
  return row?.at ?? new Date();
}

/**
 * The id of an event's delivery to an endpoint, always the same one, so that nothing can make a second; and a UUIDv7 of the event's time, so that the
 * two lie in partitions of the same time.
 */
const deliveryIdFunction = `
  CREATE FUNCTION delivery_id(event_key uuid, endpoint_id uuid) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (left(event_key::text, 19) || '8' || substr(encode(sha256(uuid_send(event_key) || uuid_send(endpoint_id)), 'hex'), 1, 15))::uuid
  $$`;

/** Outlives the partitions: an event that is published again is known for longer than it is kept. */
const eventIds = `
  CREATE TABLE event_ids (
    id uuid PRIMARY KEY,
    event_key uuid NOT NULL
  )`;

const events = `
  CREATE TABLE events (
    -- Ours, in the order of time; the publisher's own id can be any UUID.
    key uuid PRIMARY KEY,
    id uuid NOT NULL,
    tenant_id text NOT NULL DEFAULT 'default',
    user_id uuid NOT NULL,
    type text NOT NULL,
    version integer NOT NULL,
    booking_id text,
    -- The body of every delivery, byte for byte as it is signed: type, timestamp, data.
    payload text NOT NULL,
    traceparent text,
    -- Told by the product, and so the first step of the activity log.
    is_from_product boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
  ) PARTITION BY RANGE (key)`;

/** Never written to again: what became of a delivery is told by its attempts, and by whether it is still to be sent. */
const deliveries = `
  CREATE TABLE deliveries (
    endpoint_id uuid NOT NULL,
    id uuid NOT NULL,
    tenant_id text NOT NULL DEFAULT 'default',
    event_key uuid NOT NULL,
    PRIMARY KEY (endpoint_id, id)
  ) PARTITION BY RANGE (id)`;

const attempts = `
  CREATE TABLE delivery_attempts (
    delivery_id uuid NOT NULL,
    attempt integer NOT NULL,
    tenant_id text NOT NULL DEFAULT 'default',
    attempted_at timestamptz NOT NULL,
    status_code integer,
    duration_ms integer NOT NULL,
    error text,
    response_excerpt text,
    PRIMARY KEY (delivery_id, attempt)
  ) PARTITION BY RANGE (delivery_id)`;

/** What is still to be sent. Half of every page is kept free, so that taking a lease rewrites a row in place and touches no index. */
const pending = `
  CREATE TABLE pending_deliveries (
    id uuid PRIMARY KEY,
    tenant_id text NOT NULL DEFAULT 'default',
    endpoint_id uuid NOT NULL,
    event_key uuid NOT NULL,
    next_attempt_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    attempt_count integer NOT NULL DEFAULT 0,
    -- Of these, made before it was begun again: its retries begin anew.
    attempts_before integer NOT NULL DEFAULT 0,
    lease_token uuid,
    lease_until timestamptz,
    -- The job that made it due, until its first attempt since.
    job_id uuid
  ) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0)`;

/** What became of the deliveries of jobs, until the job has counted it. */
const results = `
  CREATE TABLE replay_results (
    job_id uuid NOT NULL,
    tenant_id text NOT NULL DEFAULT 'default',
    result text NOT NULL CHECK (result IN ('delivered', 'retrying', 'failed'))
  )`;

const indexes = [
  `CREATE INDEX event_ids_by_time ON event_ids (event_key)`,
  `CREATE INDEX events_by_user ON events (user_id, key)`,
  // By endpoint, so that each of them gets its turn, however much waits for another.
  `CREATE INDEX pending_deliveries_due ON pending_deliveries (endpoint_id, next_attempt_at)`,
  `CREATE INDEX pending_deliveries_of_job ON pending_deliveries (job_id) WHERE job_id IS NOT NULL`,
  `CREATE INDEX replay_results_by_job ON replay_results (job_id)`,
];

const keyOfFormer = `
  encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
    placing substring(int8send((extract(epoch FROM created_at) * 1000)::bigint) FROM 3) FROM 1 FOR 6), 52, 1), 53, 1), 'hex')::uuid`;

const moves = [
  `INSERT INTO event_ids (id, event_key) SELECT id, ${keyOfFormer} FROM former_events`,
  `INSERT INTO events (key, id, tenant_id, user_id, type, version, booking_id, payload, traceparent, is_from_product, created_at)
   SELECT event_key, id, tenant_id, user_id, type, version, booking_id, payload, traceparent,
     id::text IN (SELECT details::json ->> 'event_id' FROM activities WHERE log_type = 'event_received'), created_at
   FROM former_events JOIN event_ids USING (id)`,
  `INSERT INTO deliveries (endpoint_id, id, tenant_id, event_key)
   SELECT endpoint_id, delivery_id(event_key, endpoint_id), tenant_id, event_key FROM former_deliveries former JOIN event_ids ON event_ids.id = former.event_id`,
  `INSERT INTO delivery_attempts (delivery_id, attempt, tenant_id, attempted_at, status_code, duration_ms, error, response_excerpt)
   SELECT delivery_id(event_key, endpoint_id), attempt, made.tenant_id, attempted_at, status_code, duration_ms, error, response_excerpt
   FROM former_delivery_attempts made JOIN former_deliveries former ON former.id = made.delivery_id JOIN event_ids ON event_ids.id = former.event_id`,
  `INSERT INTO pending_deliveries (id, tenant_id, endpoint_id, event_key, next_attempt_at, attempt_count, attempts_before, job_id)
   SELECT delivery_id(event_key, endpoint_id), tenant_id, endpoint_id, event_key, next_attempt_at, attempt_count, attempts_before, job_id
   FROM former_deliveries former JOIN event_ids ON event_ids.id = former.event_id WHERE status = 'pending'`,
  // Told by the events themselves from now on.
  `DELETE FROM activities WHERE log_type = 'event_received'`,
];

/** Deliveries with what became of them. */
const deliveryStates = `
  CREATE VIEW delivery_states AS
  SELECT delivery.id, delivery.tenant_id, delivery.endpoint_id, delivery.event_key, event.user_id, event.id AS event_id, event.type AS event_type,
    event.booking_id, event.traceparent, event.created_at, pending.next_attempt_at, coalesce(last.attempt, 0) AS attempt_count, last.status_code, last.error,
    CASE WHEN pending.id IS NOT NULL THEN 'pending' WHEN last.attempt IS NOT NULL AND last.error IS NULL THEN 'succeeded' ELSE 'failed' END AS status
  FROM deliveries delivery
    JOIN events event ON event.key = delivery.event_key
    LEFT JOIN pending_deliveries pending ON pending.id = delivery.id
    LEFT JOIN LATERAL (
      SELECT attempt, status_code, error FROM delivery_attempts WHERE delivery_id = delivery.id ORDER BY attempt DESC LIMIT 1
    ) last ON true`;
