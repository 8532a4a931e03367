import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ReadWrittenTimes1763708400000 implements MigrationInterface {
  readonly name = 'ReadWrittenTimes1763708400000';

  async up(runner: QueryRunner): Promise<void> {
    // The moment of a time as events have it: of a day its midnight, of two moments that a clock shows alike the first. Null in a zone that is not known here.
    await runner.query(`
      CREATE FUNCTION moment_of(written jsonb, calendar_zone text) RETURNS timestamptz LANGUAGE plpgsql STABLE AS $$
      DECLARE
        wall timestamp;
        zone text := coalesce(written->>'timeZone', calendar_zone);
        moment timestamptz;
        sooner timestamptz;
      BEGIN
        wall := coalesce(written->>'dateTime', written->>'date')::timestamp;
        moment := wall AT TIME ZONE zone;
        sooner := moment - interval '1 hour';
        RETURN CASE WHEN sooner AT TIME ZONE zone = wall THEN sooner ELSE moment END;
      EXCEPTION WHEN data_exception THEN
        RETURN NULL;
      END $$`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP FUNCTION moment_of(jsonb, text)`);
  }
}
