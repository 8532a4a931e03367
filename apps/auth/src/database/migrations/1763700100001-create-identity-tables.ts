import type { MigrationInterface, QueryRunner } from 'typeorm';

/** People, the keys their tokens are signed with, and the API keys of services. */
export class CreateIdentityTables1763700100001 implements MigrationInterface {
  readonly name = 'CreateIdentityTables1763700100001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE users (
        id uuid PRIMARY KEY,
        tenant_id text NOT NULL DEFAULT 'default',
        email text NOT NULL,
        name text,
        role text NOT NULL,
        is_development boolean NOT NULL DEFAULT false,
        created_at timestamptz NOT NULL,
        UNIQUE (tenant_id, email)
      )`);
    await runner.query(`
      CREATE TABLE signing_keys (
        kid text PRIMARY KEY,
        tenant_id text NOT NULL DEFAULT 'default',
        public_jwk jsonb NOT NULL,
        sealed_private_jwk text NOT NULL,
        created_at timestamptz NOT NULL
      )`);
    await runner.query(`
      CREATE TABLE api_keys (
        id uuid PRIMARY KEY,
        tenant_id text NOT NULL DEFAULT 'default',
        name text NOT NULL,
        role text NOT NULL,
        prefix text NOT NULL,
        key_hash bytea NOT NULL UNIQUE,
        is_development boolean NOT NULL DEFAULT false,
        created_at timestamptz NOT NULL,
        expires_at timestamptz,
        last_used_at timestamptz,
        revoked_at timestamptz
      )`);
    await runner.query(`CREATE INDEX api_keys_listed ON api_keys (tenant_id, id DESC) WHERE revoked_at IS NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE api_keys, signing_keys, users`);
  }
}
