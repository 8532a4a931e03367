import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Deliveries that are made again begin their retries anew, while their attempts go on being counted. */
export class ResendDeliveries1763700500011 implements MigrationInterface {
  readonly name = 'ResendDeliveries1763700500011';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE deliveries ADD COLUMN attempts_before integer NOT NULL DEFAULT 0`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE deliveries DROP COLUMN attempts_before`);
  }
}
