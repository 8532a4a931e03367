import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A migration of every service with bookings: the sweep that forgets those of long ago finds them by their end. */
export class IndexEndedBookings1763702000000 implements MigrationInterface {
  readonly name = 'IndexEndedBookings1763702000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE INDEX bookings_ended ON bookings (ends_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX bookings_ended`);
  }
}
