import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Refresh tokens that have ended are found without reading all; no signing key is without a beginning. */
export class FollowRefreshTokens1763700100010 implements MigrationInterface {
  readonly name = 'FollowRefreshTokens1763700100010';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE INDEX refresh_tokens_expire ON refresh_tokens (expires_at)`);
    await runner.query(`UPDATE signing_keys SET signs_from = created_at WHERE signs_from IS NULL`);
    await runner.query(`ALTER TABLE signing_keys ALTER COLUMN signs_from SET NOT NULL`);
    await runner.query(`CREATE INDEX signing_keys_by_beginning ON signing_keys (signs_from DESC)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX signing_keys_by_beginning`);
    await runner.query(`ALTER TABLE signing_keys ALTER COLUMN signs_from DROP NOT NULL`);
    await runner.query(`DROP INDEX refresh_tokens_expire`);
  }
}
