import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Linked accounts, the tokens behind them, and connect flows under way. */
export class CreateConnectionTables1763700100002 implements MigrationInterface {
  readonly name = 'CreateConnectionTables1763700100002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE connections (
        id uuid PRIMARY KEY,
        tenant_id text NOT NULL DEFAULT 'default',
        user_id uuid NOT NULL,
        provider text NOT NULL,
        type text NOT NULL,
        provider_account_id text NOT NULL,
        provider_email text,
        scopes text[] NOT NULL,
        status text NOT NULL,
        last_error text,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        -- Connecting the same account again finds this row, so its id and whatever hangs on it stay.
        UNIQUE (tenant_id, user_id, provider, type, provider_account_id)
      )`);
    await runner.query(`CREATE INDEX connections_listed ON connections (tenant_id, user_id, id DESC) WHERE status <> 'disconnected'`);
    await runner.query(`CREATE INDEX connections_by_account ON connections (provider, provider_account_id) WHERE status = 'active'`);
    await runner.query(`
      CREATE TABLE grants (
        connection_id uuid PRIMARY KEY REFERENCES connections (id),
        tenant_id text NOT NULL DEFAULT 'default',
        sealed_access_token text NOT NULL,
        sealed_refresh_token text,
        expires_at timestamptz,
        -- Grows with every new pair of tokens: a pair that comes late does not overwrite a younger one.
        version integer NOT NULL DEFAULT 1,
        -- When a refresh was last forced because the provider refused a token that looked good.
        refused_at timestamptz
      )`);
    await runner.query(`
      CREATE TABLE oauth_flows (
        state_hash bytea PRIMARY KEY,
        tenant_id text NOT NULL DEFAULT 'default',
        user_id uuid NOT NULL,
        provider text NOT NULL,
        type text NOT NULL,
        redirect_uri text NOT NULL,
        sealed_verifier text,
        expires_at timestamptz NOT NULL
      )`);
    await runner.query(`CREATE INDEX oauth_flows_expire ON oauth_flows (expires_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE oauth_flows, grants, connections`);
  }
}
