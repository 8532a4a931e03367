import { workColumns } from '@patchbay/database';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Jobs that make many deliveries of one endpoint again. */
export class ReplayDeliveries1763700500012 implements MigrationInterface {
  readonly name = 'ReplayDeliveries1763700500012';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(jobs);
    await runner.query(`CREATE INDEX replay_jobs_due ON replay_jobs (next_attempt_at) WHERE next_attempt_at IS NOT NULL`);
    await runner.query(`CREATE INDEX replay_jobs_by_endpoint ON replay_jobs (endpoint_id, id)`);
    // One at a time, so that nobody's own jobs fight over the same deliveries.
    await runner.query(`CREATE UNIQUE INDEX replay_jobs_live ON replay_jobs (endpoint_id) WHERE status IN ('running', 'paused')`);
    // The job that made a delivery due, until its first attempt since. Deliveries of no job are not in the index and cost nothing.
    await runner.query(`ALTER TABLE deliveries ADD COLUMN job_id uuid`);
    await runner.query(`CREATE INDEX deliveries_of_job ON deliveries (job_id) WHERE job_id IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE deliveries DROP COLUMN job_id`);
    await runner.query(`DROP TABLE replay_jobs`);
  }
}

const jobs = `
  CREATE TABLE replay_jobs (
    id uuid PRIMARY KEY,
    tenant_id text NOT NULL DEFAULT 'default',
    user_id uuid NOT NULL,
    endpoint_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('recover', 'replay')),
    from_at timestamptz NOT NULL,
    to_at timestamptz NOT NULL,
    -- The same range as ids of deliveries, and how far it was gone through.
    to_id uuid NOT NULL,
    at_id uuid NOT NULL,
    status text NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'paused', 'completed', 'cancelled')),
    -- Null until it was counted.
    total integer,
    delivered integer NOT NULL DEFAULT 0,
    retrying integer NOT NULL DEFAULT 0,
    failed integer NOT NULL DEFAULT 0,
    skipped integer NOT NULL DEFAULT 0,
    waiting integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    ${workColumns}
  )`;
