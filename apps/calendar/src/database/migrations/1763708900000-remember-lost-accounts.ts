import type { MigrationInterface, QueryRunner } from 'typeorm';

export class RememberLostAccounts1763708900000 implements MigrationInterface {
  readonly name = 'RememberLostAccounts1763708900000';

  async up(runner: QueryRunner): Promise<void> {
    // Since when nothing is where an account's calendars were listed, whatever else its list failed with meanwhile.
    await runner.query(`ALTER TABLE accounts ADD COLUMN lost_since timestamptz`);
    await runner.query(`UPDATE accounts SET lost_since = now() WHERE last_error = 'not_found'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE accounts DROP COLUMN lost_since`);
  }
}
