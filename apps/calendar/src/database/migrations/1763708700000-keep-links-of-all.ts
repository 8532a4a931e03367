import type { MigrationInterface, QueryRunner } from 'typeorm';

export class KeepLinksOfAll1763708700000 implements MigrationInterface {
  readonly name = 'KeepLinksOfAll1763708700000';

  async up(runner: QueryRunner): Promise<void> {
    // What was told last of the meeting links of those who do not organise the booking, by their ids: there may be several, and each may soon organise it.
    await runner.query(`ALTER TABLE bookings ADD COLUMN other_links jsonb NOT NULL DEFAULT '{}'`);
    await runner.query(
      `UPDATE bookings SET other_links = jsonb_build_object(lower(other_link ->> 'user_id'), other_link - 'user_id') WHERE other_link IS NOT NULL`,
    );
    await runner.query(`ALTER TABLE bookings DROP COLUMN other_link`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE bookings ADD COLUMN other_link jsonb`);
    // One had room: the newest, which is the last by its order.
    await runner.query(
      `UPDATE bookings SET other_link = (
         SELECT link.value || jsonb_build_object('user_id', link.key) FROM jsonb_each(other_links) AS link ORDER BY link.value ->> 'link_order' DESC LIMIT 1)`,
    );
    await runner.query(`ALTER TABLE bookings DROP COLUMN other_links`);
  }
}
