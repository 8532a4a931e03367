import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Secrets that follow each other with an overlap, and public keys of those that sign with Ed25519. */
export class RotateSecrets1763700500010 implements MigrationInterface {
  readonly name = 'RotateSecrets1763700500010';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE endpoints ADD COLUMN public_key text, ADD COLUMN previous_sealed text,
        -- When the last of them stops to sign and all are forgotten.
        ADD COLUMN previous_until timestamptz`);
    await runner.query(`CREATE INDEX endpoints_previous ON endpoints (previous_until) WHERE previous_until IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE endpoints DROP COLUMN public_key, DROP COLUMN previous_sealed, DROP COLUMN previous_until`);
  }
}
