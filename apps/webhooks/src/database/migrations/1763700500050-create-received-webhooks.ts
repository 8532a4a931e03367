import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What providers told, each thing once, and the bodies they told it in. */
export class CreateReceivedWebhooks1763700500050 implements MigrationInterface {
  readonly name = 'CreateReceivedWebhooks1763700500050';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [bodies, webhooks, ...indexes]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE received_webhooks, received_bodies`);
  }
}

/** One body may tell many things, so it has a row of its own. */
const bodies = `
  CREATE TABLE received_bodies (
    id uuid PRIMARY KEY,
    -- Without signatures and credentials.
    headers text NOT NULL,
    -- The bytes that were signed.
    body bytea NOT NULL,
    received_at timestamptz NOT NULL
  )`;

const webhooks = `
  CREATE TABLE received_webhooks (
    id uuid PRIMARY KEY,
    tenant_id text NOT NULL DEFAULT 'default',
    provider text NOT NULL,
    key text NOT NULL,
    type text NOT NULL,
    provider_account_id text,
    ends_connection boolean NOT NULL,
    body_id uuid NOT NULL,
    received_count integer NOT NULL,
    received_at timestamptz NOT NULL,
    -- The event in the outbox that announced it last.
    event_id uuid NOT NULL,
    replayed_at timestamptz
  ) WITH (fillfactor = 90)`;

const indexes = [
  `CREATE UNIQUE INDEX received_webhooks_once ON received_webhooks (provider, key)`,
  `CREATE INDEX received_webhooks_by_provider ON received_webhooks (provider, id)`,
  `CREATE INDEX received_webhooks_by_age ON received_webhooks (received_at)`,
  `CREATE INDEX received_bodies_by_age ON received_bodies (received_at)`,
];
