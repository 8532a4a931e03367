import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tokens know when they are renewed, when their end is told beforehand, and when their connection breaks. */
export class Renewals1763700100004 implements MigrationInterface {
  readonly name = 'Renewals1763700100004';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE grants
      -- That of the connection; here, too, because what is due is looked for provider by provider: a slow one must not hide the others.
      ADD COLUMN provider text,
      -- Whether there is something to ask for a new token with.
      ADD COLUMN is_renewable boolean NOT NULL DEFAULT false,
      -- Null: the end of this token was told, or it has none.
      ADD COLUMN announce_at timestamptz,
      -- When a new token is asked for, or this one is found to have ended. Null: never.
      ADD COLUMN renew_at timestamptz,
      -- In a row without success.
      ADD COLUMN renew_attempts integer NOT NULL DEFAULT 0,
      -- The provider asked not to be asked before then.
      ADD COLUMN patient_until timestamptz,
      -- When the connection stops to work, as things are; null when nothing speaks for it.
      ADD COLUMN breaks_at timestamptz`);
    await runner.query(`UPDATE grants SET provider = c.provider, is_renewable = sealed_refresh_token IS NOT NULL
      FROM connections c WHERE c.id = grants.connection_id`);
    // Somewhere in the last ten minutes, so that tokens that were fetched together are not renewed together.
    await runner.query(`UPDATE grants SET announce_at = date_trunc('milliseconds', expires_at - interval '10 minutes'),
      renew_at = date_trunc('milliseconds', expires_at - interval '5 minutes' - random() * interval '5 minutes'), breaks_at = refresh_expires_at
      WHERE is_renewable AND sealed_access_token IS NOT NULL`);
    await runner.query(`UPDATE grants SET announce_at = expires_at - interval '7 days', renew_at = expires_at, breaks_at = expires_at
      WHERE NOT is_renewable AND sealed_access_token IS NOT NULL`);
    await runner.query(`CREATE INDEX grants_to_announce ON grants (announce_at) WHERE announce_at IS NOT NULL`);
    await runner.query(`CREATE INDEX grants_to_renew ON grants (provider, renew_at) WHERE renew_at IS NOT NULL`);
    await runner.query(`CREATE INDEX grants_that_break ON grants (tenant_id, breaks_at, connection_id) WHERE breaks_at IS NOT NULL`);
    await runner.query(`CREATE INDEX connections_broken ON connections (tenant_id, updated_at, id) WHERE status = 'needs_reauth'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX connections_broken, grants_that_break, grants_to_renew, grants_to_announce`);
    await runner.query(`ALTER TABLE grants DROP COLUMN breaks_at, DROP COLUMN patient_until, DROP COLUMN renew_attempts, DROP COLUMN renew_at,
      DROP COLUMN announce_at, DROP COLUMN is_renewable, DROP COLUMN provider`);
  }
}
