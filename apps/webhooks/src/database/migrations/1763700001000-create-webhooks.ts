import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Endpoints, events, deliveries, their attempts, and the activity log. */
export class CreateWebhooks1763700001000 implements MigrationInterface {
  readonly name = 'CreateWebhooks1763700001000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [newId, endpoints, events, deliveries, attempts, activities]) await runner.query(statement);
    for (const index of indexes) await runner.query(index);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE activities, delivery_attempts, deliveries, events, endpoints`);
    await runner.query(`DROP FUNCTION new_id()`);
  }
}

/** UUIDv7 (RFC 9562 section 5.7) made inside the fan-out statement; PostgreSQL brings its own only from version 18 on. */
const newId = `
  CREATE FUNCTION new_id() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE AS $$
    SELECT encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
      placing substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6), 52, 1), 53, 1), 'hex')::uuid
  $$`;

const endpoints = `
  CREATE TABLE endpoints (
    id uuid PRIMARY KEY,
    tenant_id text NOT NULL DEFAULT 'default',
    user_id uuid NOT NULL,
    name text NOT NULL,
    description text,
    webhook_url text NOT NULL,
    events text[] NOT NULL,
    -- The same patterns as LIKE patterns, so that the fan-out can match them.
    event_likes text[] NOT NULL,
    secret_sealed text NOT NULL,
    headers_sealed text NOT NULL,
    is_active boolean NOT NULL,
    disabled_reason text,
    retry_failed boolean NOT NULL,
    max_retries integer,
    -- Changes with every edit: a worker that holds an older one reads the endpoint again.
    version integer NOT NULL DEFAULT 1,
    -- Since when every attempt failed; null after a success.
    failing_since timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    -- A removed endpoint stays for the log's sake, without its secrets.
    deleted_at timestamptz
  )`;

const events = `
  CREATE TABLE events (
    id uuid PRIMARY KEY,
    tenant_id text NOT NULL DEFAULT 'default',
    user_id uuid NOT NULL,
    type text NOT NULL,
    version integer NOT NULL,
    booking_id text,
    -- The body of every delivery, byte for byte as it is signed: type, timestamp, data.
    payload text NOT NULL,
    traceparent text,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
  )`;

/** Pages keep room, so that taking a lease rewrites a row in place and touches no index. */
const deliveries = `
  CREATE TABLE deliveries (
    id uuid PRIMARY KEY,
    tenant_id text NOT NULL DEFAULT 'default',
    user_id uuid NOT NULL,
    endpoint_id uuid NOT NULL,
    event_id uuid NOT NULL,
    status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'succeeded', 'failed')),
    attempt_count integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz DEFAULT clock_timestamp(),
    lease_token uuid,
    lease_until timestamptz,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz
  ) WITH (fillfactor = 70)`;

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
  )`;

const activities = `
  CREATE TABLE activities (
    id uuid PRIMARY KEY,
    tenant_id text NOT NULL DEFAULT 'default',
    user_id uuid NOT NULL,
    log_type text NOT NULL,
    integration_type text NOT NULL,
    booking_id text,
    message text NOT NULL,
    details text NOT NULL DEFAULT '{}',
    success boolean NOT NULL,
    trace_id text,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
  )`;

/** Every index on `deliveries` is written twice per delivery, so there is none that another can stand in for. */
const indexes = [
  `CREATE INDEX endpoints_by_user ON endpoints (user_id, id)`,
  `CREATE INDEX events_by_age ON events (created_at)`,
  `CREATE UNIQUE INDEX deliveries_once ON deliveries (event_id, endpoint_id)`,
  `CREATE INDEX deliveries_due ON deliveries (next_attempt_at) WHERE status = 'pending'`,
  `CREATE INDEX deliveries_by_endpoint ON deliveries (endpoint_id, id)`,
  `CREATE INDEX activities_by_user ON activities (user_id, id)`,
  `CREATE INDEX activities_by_age ON activities (created_at)`,
];
