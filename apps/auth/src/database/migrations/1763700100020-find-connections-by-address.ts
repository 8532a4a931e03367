import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whether another connection rests on the same permission is asked by address, too. */
export class FindConnectionsByAddress1763700100020 implements MigrationInterface {
  readonly name = 'FindConnectionsByAddress1763700100020';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE INDEX connections_by_address ON connections (provider, lower(provider_email)) WHERE status = 'active'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX connections_by_address`);
  }
}
