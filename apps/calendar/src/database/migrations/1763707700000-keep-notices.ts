import type { MigrationInterface, QueryRunner } from 'typeorm';

export class KeepNotices1763707700000 implements MigrationInterface {
  readonly name = 'KeepNotices1763707700000';

  /** Whoever stores a page has the row of its calendar to himself, for seconds maybe: notices that came meanwhile are kept beside it. */
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE calendar_notices (
        calendar_id uuid PRIMARY KEY REFERENCES calendars ON DELETE CASCADE,
        -- When the calendar shall be read: others may follow the first one.
        due_at timestamptz NOT NULL)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE calendar_notices`);
  }
}
