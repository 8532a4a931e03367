import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Some providers name an account differently from place to place: Meta's word that a person has left bears an id that is of this app only. */
export class OtherNamesOfAccounts1763700100050 implements MigrationInterface {
  readonly name = 'OtherNamesOfAccounts1763700100050';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE connections ADD COLUMN provider_account_aliases text[] NOT NULL DEFAULT '{}'`);
    await runner.query(`CREATE INDEX connections_by_alias ON connections USING gin (provider_account_aliases) WHERE status = 'active'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE connections DROP COLUMN provider_account_aliases`);
  }
}
