import type { MigrationInterface, QueryRunner } from 'typeorm';

export class TellTimesFromLinks1763708200000 implements MigrationInterface {
  readonly name = 'TellTimesFromLinks1763708200000';

  async up(runner: QueryRunner): Promise<void> {
    // The wanted_order whose time was written last; null when the time is to be written, whatever was. It takes the place of `kept`, which is not read any more.
    await runner.query(`ALTER TABLE bookings ADD COLUMN timed_order text`);
    await runner.query(
      `UPDATE bookings SET timed_order = wanted_order WHERE event_id IS NOT NULL AND (applied_revision = wanted_revision OR kept IS NOT NULL)`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE bookings DROP COLUMN timed_order`);
  }
}
