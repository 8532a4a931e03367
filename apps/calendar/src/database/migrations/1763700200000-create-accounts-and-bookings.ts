import { workColumns } from '@patchbay/database';
import { accountColumns, bookingColumns } from '@patchbay/bookings';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateAccountsAndBookings1763700200000 implements MigrationInterface {
  readonly name = 'CreateAccountsAndBookings1763700200000';

  async up(runner: QueryRunner): Promise<void> {
    // The work of an account is to read its calendars.
    await runner.query(`
      CREATE TABLE accounts (${accountColumns},
        calendar_id text,
        calendars jsonb NOT NULL DEFAULT '[]',
        ${workColumns})`);
    await runner.query(`CREATE INDEX accounts_of_user ON accounts (tenant_id, user_id, id DESC)`);
    await runner.query(`CREATE INDEX accounts_due ON accounts (next_attempt_at) WHERE next_attempt_at IS NOT NULL`);
    await runner.query(`
      CREATE TABLE bookings (${bookingColumns},
        calendar_id text,
        event_id text,
        html_link text,
        -- What is known of the meeting link: the URL, or that there will be none, and when that was said.
        link_url text,
        link_is_omitted boolean NOT NULL DEFAULT false,
        link_order text NOT NULL DEFAULT '',
        -- Until when the event waits for a link. Set once, when the booking is first heard of.
        link_grace_until timestamptz)`);
    await runner.query(`CREATE INDEX bookings_due ON bookings (next_attempt_at) WHERE next_attempt_at IS NOT NULL`);
    await runner.query(`CREATE INDEX bookings_unapplied ON bookings (tenant_id, user_id) WHERE applied_revision < wanted_revision`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE bookings, accounts`);
  }
}
