import type { QueryRunner } from 'typeorm';

/** A part of a migration of every service with bookings: beside a booking there may be what stands where it was before. */
export const releaseBookings = {
  async up(runner: QueryRunner): Promise<void> {
    // What is left of the booking where it does not belong any more: it is only removed.
    await runner.query(`ALTER TABLE bookings ADD COLUMN is_released boolean NOT NULL DEFAULT false`);
    await runner.query(`CREATE UNIQUE INDEX bookings_current ON bookings (tenant_id, booking_id) WHERE NOT is_released`);
    await runner.query(`ALTER TABLE bookings DROP CONSTRAINT bookings_tenant_id_booking_id_key`);
  },

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DELETE FROM bookings WHERE is_released`);
    await runner.query(`ALTER TABLE bookings ADD UNIQUE (tenant_id, booking_id)`);
    await runner.query(`DROP INDEX bookings_current`);
    await runner.query(`ALTER TABLE bookings DROP COLUMN is_released`);
  },
};
