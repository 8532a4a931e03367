import type { MigrationInterface, QueryRunner } from 'typeorm';

export class DoubtWhatIsMissing1763707500000 implements MigrationInterface {
  readonly name = 'DoubtWhatIsMissing1763707500000';

  async up(runner: QueryRunner): Promise<void> {
    // Nobody said that it is gone: it was only not there when everything was read.
    await runner.query(`ALTER TABLE booking_tellings ADD COLUMN is_missing boolean NOT NULL DEFAULT false`);
    // In how many minutes it was to be read again when it was read last; null for what was read before this was noted.
    await runner.query(`ALTER TABLE calendars ADD COLUMN seen_every integer`);
    // When its event takes place by somebody's hand, while something else of it is written; null when that time is ours to write.
    await runner.query(`ALTER TABLE bookings ADD COLUMN kept jsonb`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE bookings DROP COLUMN kept`);
    await runner.query(`ALTER TABLE calendars DROP COLUMN seen_every`);
    await runner.query(`ALTER TABLE booking_tellings DROP COLUMN is_missing`);
  }
}
