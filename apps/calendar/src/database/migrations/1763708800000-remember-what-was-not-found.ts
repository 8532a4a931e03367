import type { MigrationInterface, QueryRunner } from 'typeorm';

export class RememberWhatWasNotFound1763708800000 implements MigrationInterface {
  readonly name = 'RememberWhatWasNotFound1763708800000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE bookings
        -- Since when the event is looked for in calendars of its account that cannot all be asked.
        ADD COLUMN sought_since timestamptz,
        -- When the event was not there last, to have its link written. Null: it has it.
        ADD COLUMN link_missed_at timestamptz`);
    await runner.query(`CREATE INDEX bookings_link_missed ON bookings (connection_id) WHERE link_missed_at IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX bookings_link_missed`);
    await runner.query(`ALTER TABLE bookings DROP COLUMN sought_since, DROP COLUMN link_missed_at`);
  }
}
