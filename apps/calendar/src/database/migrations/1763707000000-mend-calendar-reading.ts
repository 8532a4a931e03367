import type { MigrationInterface, QueryRunner } from 'typeorm';

export class MendCalendarReading1763707000000 implements MigrationInterface {
  readonly name = 'MendCalendarReading1763707000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE accounts
        -- Of its user, for whole days in calendars that say nothing of their zone.
        ADD COLUMN time_zone text,
        -- Since when its provider lists none of the calendars that there were; null while it does.
        ADD COLUMN list_doubted_since timestamptz,
        -- Its provider wants no call before.
        ADD COLUMN paused_until timestamptz,
        DROP COLUMN calendars`);
    await runner.query(`
      ALTER TABLE calendars
        -- In which whole days and floating times are meant: its own, or the next best one.
        ADD COLUMN zone text NOT NULL DEFAULT 'UTC',
        -- How many of its faults are in the shown contents.
        ADD COLUMN unreadable_events integer NOT NULL DEFAULT 0`);
    await runner.query(`UPDATE calendars SET zone = time_zone WHERE time_zone IS NOT NULL`);
    // What could not be read was not counted: all of it is looked at again when it is due.
    await runner.query(`UPDATE calendars SET is_full_wanted = true`);
    await createFaults(runner);
    await createChoices(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE calendar_faults, calendar_choices`);
    await runner.query(`ALTER TABLE calendars DROP COLUMN zone, DROP COLUMN unreadable_events`);
    await runner.query(`
      ALTER TABLE accounts DROP COLUMN time_zone, DROP COLUMN list_doubted_since, DROP COLUMN paused_until,
        ADD COLUMN calendars jsonb NOT NULL DEFAULT '[]'`);
  }
}

/** Belongs to the contents of a calendar, and is written as they are. */
async function createFaults(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE TABLE calendar_faults (
      calendar_id uuid NOT NULL,
      generation integer NOT NULL,
      -- A resource whose events cannot all be read, or a series that cannot be expanded.
      kind text NOT NULL CHECK (kind IN ('resource', 'series')),
      name text NOT NULL,
      -- So many events are lost to it.
      events integer NOT NULL CHECK (events > 0),
      -- One of them.
      title text,
      start text,
      fault text NOT NULL,
      PRIMARY KEY (calendar_id, generation, kind, name))`);
}

/** What people chose for calendars that are gone, for when they come back. */
async function createChoices(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE TABLE calendar_choices (
      account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
      remote_id text NOT NULL,
      is_selected boolean NOT NULL,
      conflict_policy text NOT NULL,
      PRIMARY KEY (account_id, remote_id))`);
}
