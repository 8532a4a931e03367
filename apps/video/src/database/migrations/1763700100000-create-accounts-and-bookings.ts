import { accountColumns, bookingColumns } from '@patchbay/bookings';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateAccountsAndBookings1763700100000 implements MigrationInterface {
  readonly name = 'CreateAccountsAndBookings1763700100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE accounts (${accountColumns},
        auto_generate_links boolean NOT NULL DEFAULT true,
        last_error text)`);
    await runner.query(`CREATE INDEX accounts_of_user ON accounts (tenant_id, user_id, id DESC)`);
    await runner.query(`
      CREATE TABLE bookings (${bookingColumns},
        meeting_id text,
        join_url text,
        -- When the meeting was to start at the attempt to make it: a meeting whose answer was lost is searched there.
        attempted_start_time text,
        -- Why it was announced that there will be no meeting, if it was.
        omitted_reason text)`);
    await runner.query(`CREATE INDEX bookings_due ON bookings (next_attempt_at) WHERE next_attempt_at IS NOT NULL`);
    await runner.query(`CREATE INDEX bookings_unapplied ON bookings (tenant_id, user_id) WHERE applied_revision < wanted_revision`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE bookings, accounts`);
  }
}
