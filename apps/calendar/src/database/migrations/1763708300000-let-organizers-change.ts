import { releaseBookings } from '@patchbay/bookings';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class LetOrganizersChange1763708300000 implements MigrationInterface {
  readonly name = 'LetOrganizersChange1763708300000';

  async up(runner: QueryRunner): Promise<void> {
    await releaseBookings.up(runner);
    // What was told last of the meeting link of somebody who does not organise the booking: perhaps of who soon will.
    await runner.query(`ALTER TABLE bookings ADD COLUMN other_link jsonb`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE bookings DROP COLUMN other_link`);
    await releaseBookings.down(runner);
  }
}
