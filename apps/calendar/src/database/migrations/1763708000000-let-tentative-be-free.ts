import type { MigrationInterface, QueryRunner } from 'typeorm';

export class LetTentativeBeFree1763708000000 implements MigrationInterface {
  readonly name = 'LetTentativeBeFree1763708000000';

  async up(runner: QueryRunner): Promise<void> {
    const column = `tentative_policy text NOT NULL DEFAULT 'busy' CHECK (tentative_policy IN ('busy', 'free'))`;
    await runner.query(`ALTER TABLE accounts ADD COLUMN ${column}`);
    // By which its busy times are worked out: it follows its account's.
    await runner.query(`ALTER TABLE calendars ADD COLUMN ${column}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE calendars DROP COLUMN tentative_policy`);
    await runner.query(`ALTER TABLE accounts DROP COLUMN tentative_policy`);
  }
}
