import { workColumns } from '@patchbay/database';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateBlocksAndConflicts1763707300000 implements MigrationInterface {
  readonly name = 'CreateBlocksAndConflicts1763707300000';

  async up(runner: QueryRunner): Promise<void> {
    await createBlocks(runner);
    await knowTimesOfBookings(runner);
    await createResolutions(runner);
    await runner.query(`ALTER TABLE accounts ADD COLUMN is_default boolean NOT NULL DEFAULT false`);
    await runner.query(`CREATE UNIQUE INDEX accounts_default ON accounts (tenant_id, user_id) WHERE is_default`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE accounts DROP COLUMN is_default`);
    await runner.query(`DROP TABLE conflict_resolutions, manual_block_ranges, manual_blocks`);
    await runner.query(`DROP TRIGGER bookings_take_time ON bookings`);
    await runner.query(`DROP FUNCTION take_time_of_booking, moment_of`);
    await runner.query(`ALTER TABLE bookings DROP COLUMN during`);
  }
}

/** The work of a block that repeats is to know its times as the window moves. */
async function createBlocks(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE TABLE manual_blocks (
      id uuid PRIMARY KEY,
      tenant_id text NOT NULL,
      user_id uuid NOT NULL,
      idempotency_key text,
      title text NOT NULL,
      note text,
      -- Of the first time, when it repeats.
      starts_at timestamptz NOT NULL,
      ends_at timestamptz NOT NULL,
      time_zone text NOT NULL,
      is_all_day boolean NOT NULL,
      -- Lines of RFC 5545; empty when it does not repeat.
      recurrence text[] NOT NULL,
      -- Between which moments its times are known. Null: all of them are.
      known_from timestamptz,
      known_to timestamptz,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      ${workColumns},
      UNIQUE (tenant_id, user_id, idempotency_key))`);
  await runner.query(`CREATE INDEX manual_blocks_of_user ON manual_blocks (tenant_id, user_id, id)`);
  await runner.query(`CREATE INDEX manual_blocks_due ON manual_blocks (next_attempt_at) WHERE next_attempt_at IS NOT NULL`);
  await runner.query(`CREATE INDEX manual_blocks_ended ON manual_blocks (ends_at) WHERE cardinality(recurrence) = 0`);
  await runner.query(`
    CREATE TABLE manual_block_ranges (
      block_id uuid NOT NULL REFERENCES manual_blocks (id) ON DELETE CASCADE,
      tenant_id text NOT NULL,
      user_id uuid NOT NULL,
      during tstzrange NOT NULL CHECK (NOT isempty(during)))`);
  await runner.query(`CREATE INDEX manual_block_ranges_of_block ON manual_block_ranges (block_id)`);
  await runner.query(`CREATE INDEX manual_block_ranges_during ON manual_block_ranges USING gist (user_id, during)`);
}

/** Whoever writes down what is wanted of a booking: its time follows within the same statement. */
async function knowTimesOfBookings(runner: QueryRunner): Promise<void> {
  // Null while nothing is wanted, or no longer.
  await runner.query(`ALTER TABLE bookings ADD COLUMN during tstzrange`);
  // PostgreSQL refuses offsets of more than 15 hours, long fractions and the year 0, all of which the contract of bookings takes: nobody is before year 1.
  await runner.query(`
    CREATE FUNCTION moment_of(written text) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$
      SELECT CASE WHEN written NOT LIKE '0000%' THEN
        (part[1]::timestamp - CASE WHEN part[2] IN ('Z', 'z') THEN interval '0' ELSE part[2]::interval END) AT TIME ZONE 'UTC' END
      FROM regexp_match(written, '^([^.Zz+]{10}T[0-9:]{5,8}(?:[.][0-9]{1,3})?)[0-9]*([Zz]|[+-][0-9]{2}:[0-9]{2})$') AS part
    $$`);
  await runner.query(`
    CREATE FUNCTION take_time_of_booking() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    DECLARE
      starts_at timestamptz := moment_of(NEW.wanted->>'start_time');
      ends_at timestamptz := moment_of(NEW.wanted->>'end_time');
    BEGIN
      NEW.during := CASE WHEN NOT NEW.is_cancelled AND starts_at < ends_at THEN tstzrange(starts_at, ends_at) END;
      RETURN NEW;
    END $$`);
  await runner.query(`
    CREATE TRIGGER bookings_take_time BEFORE INSERT OR UPDATE OF wanted, is_cancelled ON bookings
    FOR EACH ROW EXECUTE FUNCTION take_time_of_booking()`);
  await runner.query(`UPDATE bookings SET wanted = wanted WHERE wanted IS NOT NULL AND NOT is_cancelled`);
  await runner.query(`CREATE INDEX bookings_during ON bookings USING gist (user_id, during) WHERE during IS NOT NULL`);
}

async function createResolutions(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE TABLE conflict_resolutions (
      id uuid PRIMARY KEY,
      tenant_id text NOT NULL,
      user_id uuid NOT NULL,
      conflict_id uuid NOT NULL,
      action text NOT NULL,
      target_id text,
      -- The conflict as it was.
      overlap jsonb NOT NULL,
      sides jsonb NOT NULL,
      -- Blocks, as they were and as they became.
      before jsonb NOT NULL,
      after jsonb NOT NULL,
      proposed jsonb,
      overrides uuid,
      overridden_by uuid,
      -- The conflict is there and decided: it counts as resolved.
      is_standing boolean NOT NULL,
      created_at timestamptz NOT NULL)`);
  await runner.query(`CREATE INDEX conflict_resolutions_of_user ON conflict_resolutions (tenant_id, user_id, id)`);
  await runner.query(`CREATE INDEX conflict_resolutions_of_conflict ON conflict_resolutions (user_id, conflict_id, id)`);
  await runner.query(`CREATE UNIQUE INDEX conflict_resolutions_standing ON conflict_resolutions (tenant_id, user_id, conflict_id) WHERE is_standing`);
}
