import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How many deliveries an endpoint takes per minute, where its owner says so. */
export class LimitRates1763700500014 implements MigrationInterface {
  readonly name = 'LimitRates1763700500014';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE endpoints ADD COLUMN rate_limit_per_minute integer`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE endpoints DROP COLUMN rate_limit_per_minute`);
  }
}
