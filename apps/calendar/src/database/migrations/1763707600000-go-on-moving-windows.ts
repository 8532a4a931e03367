import type { MigrationInterface, QueryRunner } from 'typeorm';

export class GoOnMovingWindows1763707600000 implements MigrationInterface {
  readonly name = 'GoOnMovingWindows1763707600000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE calendars
        -- For which window busy times are being worked out; null when that of what is shown is late enough.
        ADD COLUMN moving_from timestamptz,
        ADD COLUMN moving_to timestamptz,
        -- The last series, in order, whose busy times cover that window.
        ADD COLUMN moving_after text`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE calendars DROP COLUMN moving_from, DROP COLUMN moving_to, DROP COLUMN moving_after`);
  }
}
