import { releaseBookings } from '@patchbay/bookings';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class LetOrganizersChange1763702100000 implements MigrationInterface {
  readonly name = 'LetOrganizersChange1763702100000';

  up(runner: QueryRunner): Promise<void> {
    return releaseBookings.up(runner);
  }

  down(runner: QueryRunner): Promise<void> {
    return releaseBookings.down(runner);
  }
}
