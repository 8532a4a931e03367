import type { MigrationInterface, QueryRunner } from 'typeorm';

export class KeepChannelsOfNotices1763707100000 implements MigrationInterface {
  readonly name = 'KeepChannelsOfNotices1763707100000';

  async up(runner: QueryRunner): Promise<void> {
    // The channel of ours that a notice came by, and what it said there: null where there is none. Announcing it once more needs both.
    await runner.query(`ALTER TABLE received_webhooks ADD COLUMN channel_id text, ADD COLUMN channel_news text`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE received_webhooks DROP COLUMN channel_id, DROP COLUMN channel_news`);
  }
}
