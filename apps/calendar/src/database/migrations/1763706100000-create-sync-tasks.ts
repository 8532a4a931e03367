import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateSyncTasks1763706100000 implements MigrationInterface {
  readonly name = 'CreateSyncTasks1763706100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE sync_tasks (
        id uuid PRIMARY KEY,
        tenant_id text NOT NULL,
        user_id uuid NOT NULL,
        account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
        kind text NOT NULL CHECK (kind IN ('refresh', 'force_sync')),
        -- The wanted revision of the account by which its calendars are listed.
        list_revision integer NOT NULL,
        -- The calendars that there were, by their ids, and the wanted revision by which each is read.
        revisions jsonb NOT NULL,
        created_at timestamptz NOT NULL)`);
    await runner.query(`CREATE INDEX sync_tasks_of_account ON sync_tasks (account_id, id)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE sync_tasks`);
  }
}
