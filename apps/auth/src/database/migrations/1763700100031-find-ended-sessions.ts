import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sessions that were ended are found to be forgotten, without reading all the others. */
export class FindEndedSessions1763700100031 implements MigrationInterface {
  readonly name = 'FindEndedSessions1763700100031';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE INDEX sessions_ended ON sessions (ended_at) WHERE ended_at IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX sessions_ended`);
  }
}
