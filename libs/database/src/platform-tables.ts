import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The tables every service has in its own schema: events on their way out, events that came in, and events it could not handle.
 * First migration of every service.
 */
export class CreatePlatformTables1763700000000 implements MigrationInterface {
  readonly name = 'CreatePlatformTables1763700000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE outbox (
        id uuid PRIMARY KEY,
        subject text NOT NULL,
        payload text NOT NULL,
        traceparent text,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        published_at timestamptz,
        -- The birth of the stream it was published to: a wiped broker comes back with a younger one, and everything older goes out again.
        stream_created_at text
      )`);
    await runner.query(`CREATE INDEX outbox_unpublished ON outbox (created_at) WHERE published_at IS NULL`);
    await runner.query(`CREATE INDEX outbox_published ON outbox (published_at) WHERE published_at IS NOT NULL`);
    await runner.query(`
      CREATE TABLE inbox (
        consumer text NOT NULL,
        event_id uuid NOT NULL,
        received_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (consumer, event_id)
      )`);
    await runner.query(`CREATE INDEX inbox_received_at ON inbox (received_at)`);
    await runner.query(`
      CREATE TABLE dead_letters (
        id uuid PRIMARY KEY,
        consumer text NOT NULL,
        -- The event's id, or its place in the stream: a message that comes again is the same dead letter.
        message_key text NOT NULL,
        subject text NOT NULL,
        event_id text,
        payload text NOT NULL,
        traceparent text,
        error text NOT NULL,
        attempts integer NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        replayed_at timestamptz,
        UNIQUE (consumer, message_key)
      )`);
    await runner.query(`CREATE INDEX dead_letters_created_at ON dead_letters (created_at DESC, id DESC)`);
    await runner.query(`CREATE UNLOGGED TABLE rate_limits (key text PRIMARY KEY, next_slot_at timestamptz NOT NULL)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE rate_limits, dead_letters, inbox, outbox`);
  }
}

/** How far a service is with sealing everything anew; only for services that keep sealed values. */
export class CreateKeyRotations1763700000002 implements MigrationInterface {
  readonly name = 'CreateKeyRotations1763700000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE key_rotations (
        id uuid PRIMARY KEY,
        status text NOT NULL CHECK (status IN ('running', 'verifying', 'stopped', 'completed', 'failed')),
        -- What a stopped one goes on with.
        phase text NOT NULL DEFAULT 'running' CHECK (phase IN ('running', 'verifying')),
        master_key_id text NOT NULL,
        total bigint NOT NULL,
        done bigint NOT NULL DEFAULT 0,
        failed bigint NOT NULL DEFAULT 0,
        verified bigint NOT NULL DEFAULT 0,
        unopened bigint NOT NULL DEFAULT 0,
        -- Values by the id of their master key: counted at the beginning, and as verification finds them.
        sealed_under jsonb NOT NULL,
        found_under jsonb NOT NULL DEFAULT '{}',
        -- The table in hand, and the key of the last row that is done in it.
        cursor_table integer NOT NULL DEFAULT 0,
        cursor_key text,
        last_error text,
        started_at timestamptz NOT NULL,
        finished_at timestamptz
      )`);
    await runner.query(`CREATE UNIQUE INDEX key_rotations_one_at_a_time ON key_rotations ((true)) WHERE status IN ('running', 'verifying')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE key_rotations`);
  }
}
