import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A user of a host product is that host's: a token of its issuer leads to nobody else, whatever id it names. */
export class HostIssuers1763700100040 implements MigrationInterface {
  readonly name = 'HostIssuers1763700100040';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE users ADD COLUMN host_issuer text`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE users DROP COLUMN host_issuer`);
  }
}
