import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Counters of attempts, so that statistics cost the same at ten deliveries and at a million. */
export class CountAttempts1763700500013 implements MigrationInterface {
  readonly name = 'CountAttempts1763700500013';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE endpoint_days (
        endpoint_id uuid NOT NULL,
        day date NOT NULL,
        tenant_id text NOT NULL DEFAULT 'default',
        succeeded integer NOT NULL,
        failed integer NOT NULL,
        -- How many answers took how long, in steps of the square root of two.
        latencies integer[] NOT NULL,
        PRIMARY KEY (endpoint_id, day)
      ) WITH (fillfactor = 70)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE endpoint_days`);
  }
}
