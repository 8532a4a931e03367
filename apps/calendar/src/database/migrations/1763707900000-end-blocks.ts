import type { MigrationInterface, QueryRunner } from 'typeorm';

export class EndBlocks1763707900000 implements MigrationInterface {
  readonly name = 'EndBlocks1763707900000';

  async up(runner: QueryRunner): Promise<void> {
    // When its last time ends, as far as that is known; of one that repeats it is found when its times are worked out.
    await runner.query(`ALTER TABLE manual_blocks ADD COLUMN over_at timestamptz`);
    await runner.query(`UPDATE manual_blocks SET over_at = ends_at WHERE cardinality(recurrence) = 0`);
    await runner.query(`DROP INDEX manual_blocks_ended`);
    await runner.query(`CREATE INDEX manual_blocks_over ON manual_blocks (over_at) WHERE over_at IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE manual_blocks DROP COLUMN over_at`);
    await runner.query(`CREATE INDEX manual_blocks_ended ON manual_blocks (ends_at) WHERE cardinality(recurrence) = 0`);
  }
}
