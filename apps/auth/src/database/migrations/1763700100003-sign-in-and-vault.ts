import type { MigrationInterface, QueryRunner } from 'typeorm';

/** People sign in with accounts at providers; sessions; scoped API keys; signing keys that follow each other; credentials that are no tokens. */
export class SignInAndVault1763700100003 implements MigrationInterface {
  readonly name = 'SignInAndVault1763700100003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE users ADD COLUMN email_verified boolean NOT NULL DEFAULT false, ALTER COLUMN email DROP NOT NULL`);
    await runner.query(`UPDATE users SET email_verified = is_development`);
    await runner.query(`ALTER TABLE users DROP CONSTRAINT users_tenant_id_email_key`);
    // An address that nobody vouches for may be anyone's: only verified ones belong to one user.
    await runner.query(`CREATE UNIQUE INDEX users_by_verified_email ON users (tenant_id, lower(email)) WHERE email_verified`);
    await runner.query(`
      CREATE TABLE identities (
        id uuid PRIMARY KEY,
        tenant_id text NOT NULL DEFAULT 'default',
        user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        provider text NOT NULL,
        provider_account_id text NOT NULL,
        email text,
        email_verified boolean NOT NULL,
        name text,
        created_at timestamptz NOT NULL,
        last_used_at timestamptz NOT NULL,
        UNIQUE (tenant_id, provider, provider_account_id)
      )`);
    await runner.query(`CREATE INDEX identities_listed ON identities (tenant_id, user_id, id DESC)`);
    await runner.query(`
      CREATE TABLE sessions (
        id uuid PRIMARY KEY,
        tenant_id text NOT NULL DEFAULT 'default',
        user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        user_agent text,
        created_at timestamptz NOT NULL,
        last_used_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        ended_at timestamptz,
        end_reason text
      )`);
    await runner.query(`CREATE INDEX sessions_listed ON sessions (tenant_id, user_id, id DESC) WHERE ended_at IS NULL`);
    await runner.query(`CREATE INDEX sessions_expire ON sessions (expires_at)`);
    await runner.query(`
      CREATE TABLE refresh_tokens (
        token_hash bytea PRIMARY KEY,
        tenant_id text NOT NULL DEFAULT 'default',
        session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        -- A token that comes again after this was stolen, or its answer was lost.
        used_at timestamptz
      )`);
    await runner.query(`CREATE INDEX refresh_tokens_of_session ON refresh_tokens (session_id)`);
    // Null: everything that the role may do.
    await runner.query(`ALTER TABLE api_keys ADD COLUMN scopes text[]`);
    // Published some time before it signs, so that whoever verifies knows it by then.
    await runner.query(`ALTER TABLE signing_keys ADD COLUMN signs_from timestamptz`);
    await runner.query(`UPDATE signing_keys SET signs_from = created_at`);
    await runner.query(`ALTER TABLE oauth_flows ALTER COLUMN user_id DROP NOT NULL,
      ADD COLUMN binding_hash bytea,
      ADD COLUMN connection_id uuid,
      ADD COLUMN asked_scopes text[] NOT NULL DEFAULT '{}',
      ADD COLUMN required_scopes text[] NOT NULL DEFAULT '{}'`);
    await runner.query(`CREATE INDEX oauth_flows_of_user ON oauth_flows (tenant_id, user_id, provider, redirect_uri)`);
    await runner.query(`ALTER TABLE grants ALTER COLUMN sealed_access_token DROP NOT NULL,
      ADD COLUMN sealed_credentials text,
      ADD COLUMN issued_at timestamptz,
      ADD COLUMN refresh_expires_at timestamptz,
      ADD CONSTRAINT grants_hold_something CHECK (sealed_access_token IS NOT NULL OR sealed_credentials IS NOT NULL)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DELETE FROM grants WHERE sealed_access_token IS NULL`);
    await runner.query(`ALTER TABLE grants DROP CONSTRAINT grants_hold_something, DROP COLUMN refresh_expires_at, DROP COLUMN issued_at,
      DROP COLUMN sealed_credentials, ALTER COLUMN sealed_access_token SET NOT NULL`);
    await runner.query(`DELETE FROM oauth_flows`);
    await runner.query(`DROP INDEX oauth_flows_of_user`);
    await runner.query(`ALTER TABLE oauth_flows DROP COLUMN required_scopes, DROP COLUMN asked_scopes, DROP COLUMN connection_id,
      DROP COLUMN binding_hash, ALTER COLUMN user_id SET NOT NULL`);
    await runner.query(`ALTER TABLE signing_keys DROP COLUMN signs_from`);
    await runner.query(`ALTER TABLE api_keys DROP COLUMN scopes`);
    await runner.query(`DROP TABLE refresh_tokens, sessions, identities`);
    await runner.query(`DROP INDEX users_by_verified_email`);
    await runner.query(`DELETE FROM users WHERE email IS NULL`);
    await runner.query(`ALTER TABLE users ADD CONSTRAINT users_tenant_id_email_key UNIQUE (tenant_id, email),
      ALTER COLUMN email SET NOT NULL, DROP COLUMN email_verified`);
  }
}
