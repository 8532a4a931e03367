import { workColumns } from '@patchbay/database';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateCalendarReading1763706000000 implements MigrationInterface {
  readonly name = 'CreateCalendarReading1763706000000';

  async up(runner: QueryRunner): Promise<void> {
    // Trusted since PostgreSQL 13: whoever may create a schema may create it. Only its operator class for uuid is used, which needs no search path.
    await runner.query(`CREATE EXTENSION IF NOT EXISTS btree_gist`);
    await runner.query(`
      ALTER TABLE accounts
        ADD COLUMN sync_enabled boolean NOT NULL DEFAULT true,
        ADD COLUMN sync_interval_minutes integer NOT NULL DEFAULT 15,
        -- What a calendar that appears gets.
        ADD COLUMN conflict_policy text NOT NULL DEFAULT 'block' CHECK (conflict_policy IN ('block', 'warn', 'ignore'))`);
    await createCalendars(runner);
    await createContents(runner);
    await createRuns(runner);
    // The calendars of accounts that are there already are listed again, which makes their rows.
    await runner.query(`UPDATE accounts SET wanted_revision = wanted_revision + 1, next_attempt_at = now() WHERE status = 'active'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE sync_runs, busy_ranges, calendar_events, calendars`);
    await runner.query(`ALTER TABLE accounts DROP COLUMN sync_enabled, DROP COLUMN sync_interval_minutes, DROP COLUMN conflict_policy`);
  }
}

/** The work of a calendar is to be read. */
async function createCalendars(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE TABLE calendars (
      id uuid PRIMARY KEY,
      tenant_id text NOT NULL,
      user_id uuid NOT NULL,
      account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
      provider text NOT NULL,
      -- The provider's id of it.
      remote_id text NOT NULL,
      name text NOT NULL,
      time_zone text,
      is_primary boolean NOT NULL,
      is_writable boolean NOT NULL,
      is_selected boolean NOT NULL,
      conflict_policy text NOT NULL CHECK (conflict_policy IN ('block', 'warn', 'ignore')),
      -- Switched off by itself after too many errors, and with the account's by hand.
      sync_enabled boolean NOT NULL DEFAULT true,
      error_count integer NOT NULL DEFAULT 0,
      -- Which contents are shown; 0 until everything was read once.
      generation integer NOT NULL DEFAULT 0,
      cursor text,
      window_from timestamptz,
      window_to timestamptz,
      -- As of when what is shown is true.
      synced_at timestamptz,
      -- Contents that are being read beside the shown ones; null while there are none.
      building_generation integer,
      building_cursor text,
      building_from timestamptz,
      building_to timestamptz,
      -- What is told of by then is in them.
      building_since timestamptz,
      is_full_wanted boolean NOT NULL DEFAULT false,
      -- The run that is under way, or was cut short.
      run_id uuid,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      ${workColumns},
      UNIQUE (account_id, remote_id))`);
  await runner.query(`CREATE INDEX calendars_of_user ON calendars (tenant_id, user_id)`);
  await runner.query(`CREATE INDEX calendars_due ON calendars (next_attempt_at) WHERE next_attempt_at IS NOT NULL`);
}

/** Written only together with the row of their calendar, which is locked meanwhile; so there is no reference to check for each of many rows. */
async function createContents(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE TABLE calendar_events (
      calendar_id uuid NOT NULL,
      generation integer NOT NULL,
      -- What the provider hands out, replaces and removes whole.
      resource text NOT NULL,
      event_id text NOT NULL,
      -- What is expanded together: the id of the series, or of the single event.
      series_id text NOT NULL,
      tenant_id text NOT NULL,
      user_id uuid NOT NULL,
      version text,
      event jsonb NOT NULL,
      PRIMARY KEY (calendar_id, resource, generation, event_id))`);
  await runner.query(`CREATE INDEX calendar_events_of_series ON calendar_events (calendar_id, generation, series_id)`);
  await runner.query(`
    CREATE TABLE busy_ranges (
      calendar_id uuid NOT NULL,
      generation integer NOT NULL,
      series_id text NOT NULL,
      event_id text NOT NULL,
      tenant_id text NOT NULL,
      user_id uuid NOT NULL,
      -- Never empty.
      during tstzrange NOT NULL CHECK (NOT isempty(during)),
      is_all_day boolean NOT NULL,
      state text NOT NULL CHECK (state IN ('busy', 'tentative')),
      title text NOT NULL)`);
  await runner.query(`CREATE INDEX busy_ranges_of_series ON busy_ranges (calendar_id, generation, series_id)`);
  await runner.query(`CREATE INDEX busy_ranges_during ON busy_ranges USING gist (calendar_id, during)`);
}

async function createRuns(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE TABLE sync_runs (
      id uuid PRIMARY KEY,
      tenant_id text NOT NULL,
      user_id uuid NOT NULL,
      account_id uuid NOT NULL,
      calendar_id uuid NOT NULL REFERENCES calendars (id) ON DELETE CASCADE,
      kind text NOT NULL CHECK (kind IN ('incremental', 'full')),
      status text NOT NULL CHECK (status IN ('running', 'succeeded', 'failed')),
      -- The wanted revision of the calendar that it fulfils.
      revision integer NOT NULL,
      pages integer NOT NULL DEFAULT 0,
      changed integer NOT NULL DEFAULT 0,
      removed integer NOT NULL DEFAULT 0,
      error text,
      started_at timestamptz NOT NULL,
      finished_at timestamptz)`);
  await runner.query(`CREATE INDEX sync_runs_of_calendar ON sync_runs (calendar_id, id)`);
  await runner.query(`CREATE INDEX sync_runs_of_account ON sync_runs (account_id, id)`);
}
