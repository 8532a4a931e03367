import type { MigrationInterface, QueryRunner } from 'typeorm';

export class DoubtSingleCalendars1763708500000 implements MigrationInterface {
  readonly name = 'DoubtSingleCalendars1763708500000';

  async up(runner: QueryRunner): Promise<void> {
    // Since when its provider does not list it; null while it does. Takes the place of accounts.list_doubted_since, which knew only of all at once.
    await runner.query(`ALTER TABLE calendars ADD COLUMN missing_since timestamptz`);
    // Where bookings are to be written as soon as that is there again; null while they are.
    await runner.query(`ALTER TABLE accounts ADD COLUMN preferred_calendar_id text`);
    // A build that did not have the provider let them lie for ever.
    for (const table of ['accounts', 'calendars'])
      await runner.query(`UPDATE ${table} SET next_attempt_at = now() WHERE last_error = 'provider_not_supported' AND next_attempt_at IS NULL`);
    // Such names are kept as their digests from now on: what is told of them would not be found under the others.
    await runner.query(`
      UPDATE calendars SET is_full_wanted = true WHERE id IN (SELECT calendar_id FROM calendar_events WHERE octet_length(resource) > 1024)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE accounts DROP COLUMN preferred_calendar_id`);
    await runner.query(`ALTER TABLE calendars DROP COLUMN missing_since`);
  }
}
