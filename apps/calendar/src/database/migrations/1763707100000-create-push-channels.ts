import { workColumns } from '@patchbay/database';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreatePushChannels1763707100000 implements MigrationInterface {
  readonly name = 'CreatePushChannels1763707100000';

  async up(runner: QueryRunner): Promise<void> {
    await createChannels(runner);
    // Null: the channels of a calendar are as they should be. The calendars that are there already are looked at once.
    await runner.query(`ALTER TABLE calendars ADD COLUMN push_look_at timestamptz DEFAULT now()`);
    // A notice that came while the calendar was read wants another reading, not before this moment: others may follow it.
    await runner.query(`ALTER TABLE calendars ADD COLUMN notice_until timestamptz`);
    await runner.query(`CREATE INDEX calendars_push_look ON calendars (push_look_at) WHERE push_look_at IS NOT NULL`);
    await lookWhenCalendarsChange(runner);
    await lookWhenAccountsChange(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TRIGGER push_follows_account ON accounts`);
    await runner.query(`DROP TRIGGER push_ends_with_calendar ON calendars`);
    await runner.query(`DROP TRIGGER push_follows_calendar ON calendars`);
    await runner.query(`DROP FUNCTION look_at_push_of_account, end_push_of_calendar, look_at_push_of_calendar`);
    await runner.query(`ALTER TABLE calendars DROP COLUMN push_look_at, DROP COLUMN notice_until`);
    await runner.query(`DROP TABLE push_channels`);
  }
}

/** The work of a channel is to be opened, replaced in time, and closed. Its id is the one that the provider repeats in every notice. */
async function createChannels(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE TABLE push_channels (
      id uuid PRIMARY KEY,
      tenant_id text NOT NULL,
      user_id uuid NOT NULL,
      -- No reference: channels of a calendar that is gone are closed after it.
      calendar_id uuid NOT NULL,
      -- No reference either: accounts are locked before their calendars, and channels after those.
      account_id uuid NOT NULL,
      provider text NOT NULL,
      -- The calendar, by its provider's id.
      remote_calendar_id text NOT NULL,
      -- Of the connection by which it is opened: after connecting again it is another.
      account_status_at timestamptz NOT NULL,
      state text NOT NULL DEFAULT 'opening' CHECK (state IN ('opening', 'active', 'closing', 'unwatchable', 'failed')),
      -- The provider's id of it, and what else it wants for closing it.
      remote_id text,
      resource_id text,
      -- Until it is open: what was wanted when it was first asked for.
      expires_at timestamptz,
      opened_at timestamptz,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      ${workColumns})`);
  await runner.query(`CREATE INDEX push_channels_due ON push_channels (next_attempt_at) WHERE next_attempt_at IS NOT NULL`);
  await runner.query(`CREATE INDEX push_channels_of_calendar ON push_channels (calendar_id)`);
  await runner.query(`CREATE INDEX push_channels_of_account ON push_channels (account_id)`);
  // Beside one that is open there may be one that takes its place; two of either are a fault.
  await runner.query(`CREATE UNIQUE INDEX push_channels_coming ON push_channels (calendar_id) WHERE state IN ('opening', 'unwatchable', 'failed')`);
}

/** Whoever selects a calendar, or switches its reading on or off, need not know of channels. */
async function lookWhenCalendarsChange(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE FUNCTION look_at_push_of_calendar() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      NEW.push_look_at := now();
      RETURN NEW;
    END $$`);
  await runner.query(`
    CREATE TRIGGER push_follows_calendar BEFORE UPDATE OF is_selected, sync_enabled ON calendars FOR EACH ROW
    WHEN (OLD.is_selected IS DISTINCT FROM NEW.is_selected OR OLD.sync_enabled IS DISTINCT FROM NEW.sync_enabled)
    EXECUTE FUNCTION look_at_push_of_calendar()`);
  await runner.query(`
    CREATE FUNCTION end_push_of_calendar() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      UPDATE push_channels SET state = 'closing', wanted_revision = wanted_revision + 1, attempts = 0, next_attempt_at = now(), updated_at = now()
      WHERE calendar_id = OLD.id AND state <> 'closing';
      RETURN NULL;
    END $$`);
  await runner.query(`
    CREATE TRIGGER push_ends_with_calendar AFTER DELETE ON calendars FOR EACH ROW EXECUTE FUNCTION end_push_of_calendar()`);
}

async function lookWhenAccountsChange(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE FUNCTION look_at_push_of_account() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      UPDATE calendars SET push_look_at = now() WHERE account_id = NEW.id;
      RETURN NULL;
    END $$`);
  await runner.query(`
    CREATE TRIGGER push_follows_account AFTER UPDATE OF status, status_at, sync_enabled ON accounts FOR EACH ROW
    WHEN (OLD.status IS DISTINCT FROM NEW.status OR OLD.status_at IS DISTINCT FROM NEW.status_at OR OLD.sync_enabled IS DISTINCT FROM NEW.sync_enabled)
    EXECUTE FUNCTION look_at_push_of_account()`);
}
