import type { MigrationInterface, QueryRunner } from 'typeorm';

export class AskAgainForPush1763708600000 implements MigrationInterface {
  readonly name = 'AskAgainForPush1763708600000';

  async up(runner: QueryRunner): Promise<void> {
    // What was never to be asked for again is, in the course of a day.
    await runner.query(`
      UPDATE push_channels SET next_attempt_at = now() + random() * interval '1 day' WHERE state = 'unwatchable' AND next_attempt_at IS NULL`);
  }

  async down(): Promise<void> {
    // They may go on being asked for.
  }
}
