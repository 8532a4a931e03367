import type { MigrationInterface, QueryRunner } from 'typeorm';

export class FollowChangesInCalendars1763707200000 implements MigrationInterface {
  readonly name = 'FollowChangesInCalendars1763707200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE accounts ADD COLUMN booking_change_policy text NOT NULL DEFAULT 'announce'
        CHECK (booking_change_policy IN ('announce', 'follow', 'restore'))`);
    await noteChangesOfBookings(runner);
    await noteGaps(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE calendar_gaps, gap_changes, booking_tellings`);
    await runner.query(`ALTER TABLE calendars DROP COLUMN seen_until, DROP COLUMN blind_reason, DROP COLUMN blind_since`);
    await runner.query(`
      ALTER TABLE bookings DROP COLUMN written_at, DROP COLUMN written, DROP COLUMN written_before, DROP COLUMN announced, DROP COLUMN restored_at`);
    await runner.query(`ALTER TABLE accounts DROP COLUMN booking_change_policy`);
  }
}

async function noteChangesOfBookings(runner: QueryRunner): Promise<void> {
  await runner.query(`
    ALTER TABLE bookings
      -- When our last write was recorded, when it said the event takes place, and when the event took place before that.
      ADD COLUMN written_at timestamptz,
      ADD COLUMN written jsonb,
      ADD COLUMN written_before jsonb,
      -- Where the event is by what was announced last; null where it is as booked.
      ADD COLUMN announced jsonb,
      -- When it was written back within the last hour.
      ADD COLUMN restored_at timestamptz[] NOT NULL DEFAULT '{}'`);
  // What a provider tells of events that bear a key of ours, until it has been looked at. The latest word on each event of a resource.
  await runner.query(`
    CREATE TABLE booking_tellings (
      calendar_id uuid NOT NULL REFERENCES calendars (id) ON DELETE CASCADE,
      event_id text NOT NULL,
      resource text NOT NULL,
      -- The id of a row of bookings, or what somebody wrote there.
      key uuid NOT NULL,
      -- Both null: it is gone.
      starts_at timestamptz,
      ends_at timestamptz,
      -- When the reading began that told it.
      since timestamptz NOT NULL,
      PRIMARY KEY (calendar_id, resource, event_id))`);
}

async function noteGaps(runner: QueryRunner): Promise<void> {
  await runner.query(`
    ALTER TABLE calendars
      -- As synced_at, but kept when what stands in the calendar is forgotten.
      ADD COLUMN seen_until timestamptz,
      -- Why and since when it is not read; null while it is.
      ADD COLUMN blind_reason text CHECK (blind_reason IN ('needs_reauth', 'disconnected', 'switched_off', 'errors', 'not_read')),
      ADD COLUMN blind_since timestamptz`);
  await runner.query(`UPDATE calendars SET seen_until = synced_at`);
  // What the readings after a gap find, until one of them has come to its end.
  await runner.query(`
    CREATE TABLE gap_changes (
      calendar_id uuid NOT NULL REFERENCES calendars (id) ON DELETE CASCADE,
      event_id text NOT NULL,
      resource text NOT NULL,
      before jsonb,
      after jsonb,
      PRIMARY KEY (calendar_id, resource, event_id))`);
  await runner.query(`
    CREATE TABLE calendar_gaps (
      id uuid PRIMARY KEY,
      tenant_id text NOT NULL,
      user_id uuid NOT NULL,
      -- No reference: it would lock the account after its calendar, and everybody else locks the account first.
      account_id uuid NOT NULL,
      calendar_id text NOT NULL,
      calendar_name text NOT NULL,
      reason text NOT NULL,
      blind_from timestamptz NOT NULL,
      blind_until timestamptz NOT NULL,
      -- Null: there was nothing to compare with.
      added integer,
      changed integer,
      removed integer,
      changes jsonb NOT NULL,
      collision_count integer NOT NULL,
      collisions jsonb NOT NULL,
      created_at timestamptz NOT NULL)`);
  await runner.query(`CREATE INDEX calendar_gaps_of_account ON calendar_gaps (account_id, id)`);
}
