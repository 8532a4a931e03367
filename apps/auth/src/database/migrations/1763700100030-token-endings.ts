import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The ends that are still to be told have a narrow table of their own: many tokens end at once, and to mark their rows in `grants` was to write
 * each anew with its sealed tokens and all its indexes.
 */
export class TokenEndings1763700100030 implements MigrationInterface {
  readonly name = 'TokenEndings1763700100030';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE token_endings (
      -- A row is there until the end is told, or until there is nothing to tell: the token is dead, forgotten, or replaced by one that does not end.
      connection_id uuid PRIMARY KEY REFERENCES grants (connection_id) ON DELETE CASCADE,
      tenant_id text NOT NULL DEFAULT 'default',
      announce_at timestamptz NOT NULL,
      -- As in grants; here, too, because telling must not read those wide rows.
      expires_at timestamptz NOT NULL,
      is_renewable boolean NOT NULL
    )`);
    await runner.query(`INSERT INTO token_endings (connection_id, tenant_id, announce_at, expires_at, is_renewable)
      SELECT connection_id, tenant_id, announce_at, expires_at, is_renewable FROM grants WHERE announce_at IS NOT NULL AND expires_at IS NOT NULL`);
    await runner.query(`CREATE INDEX token_endings_to_announce ON token_endings (announce_at)`);
    await runner.query(`DROP INDEX grants_to_announce`);
    await runner.query(`ALTER TABLE grants DROP COLUMN announce_at`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE grants ADD COLUMN announce_at timestamptz`);
    await runner.query(`UPDATE grants SET announce_at = e.announce_at FROM token_endings e WHERE e.connection_id = grants.connection_id`);
    await runner.query(`CREATE INDEX grants_to_announce ON grants (announce_at) WHERE announce_at IS NOT NULL`);
    await runner.query(`DROP TABLE token_endings`);
  }
}
