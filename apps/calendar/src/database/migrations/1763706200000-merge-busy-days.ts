import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What is longer is looked for by itself: nobody writes thousands of days for an event of many years. */
const isShort = `upper(during) - lower(during) <= interval '31 days'`;
/** The days, in UTC, that a range touches. */
const touchedDays = `generate_series(
  date_trunc('day', lower(during) AT TIME ZONE 'UTC'), (upper(during) - interval '1 microsecond') AT TIME ZONE 'UTC', interval '1 day') AS touched (at)`;
const dayOf = (date: string): string => `tstzrange((${date})::timestamp AT TIME ZONE 'UTC', (${date} + 1)::timestamp AT TIME ZONE 'UTC')`;
/** Merging more into a day never needs what is there already to be read again. */
const addDays = (source: string): string => `
  INSERT INTO busy_days AS known (calendar_id, generation, day, during)
  SELECT calendar_id, generation, at::date, range_agg(during * ${dayOf('at::date')})
  FROM ${source}, ${touchedDays} WHERE ${isShort} GROUP BY calendar_id, generation, at::date
  ON CONFLICT (calendar_id, generation, day) DO UPDATE SET during = known.during + excluded.during`;

export class MergeBusyDays1763706200000 implements MigrationInterface {
  readonly name = 'MergeBusyDays1763706200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE busy_days (
        calendar_id uuid NOT NULL,
        generation integer NOT NULL,
        -- Of UTC.
        day date NOT NULL,
        -- The busy ranges of this day, cut to it and merged.
        during tstzmultirange NOT NULL,
        PRIMARY KEY (calendar_id, generation, day))`);
    await runner.query(`CREATE INDEX busy_ranges_long ON busy_ranges USING gist (calendar_id, during) WHERE NOT (${isShort})`);
    await runner.query(addDays('busy_ranges'));
    await keepDaysAfterInserts(runner);
    await keepDaysAfterDeletes(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TRIGGER busy_ranges_were_removed ON busy_ranges`);
    await runner.query(`DROP TRIGGER busy_ranges_were_added ON busy_ranges`);
    await runner.query(`DROP FUNCTION take_from_busy_days, add_to_busy_days`);
    await runner.query(`DROP INDEX busy_ranges_long`);
    await runner.query(`DROP TABLE busy_days`);
  }
}

/** Days follow ranges within the same statement, whoever writes them: a question never sees one without the other. */
async function keepDaysAfterInserts(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE FUNCTION add_to_busy_days() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      ${addDays('added')};
      RETURN NULL;
    END $$`);
  await runner.query(`
    CREATE TRIGGER busy_ranges_were_added AFTER INSERT ON busy_ranges REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION add_to_busy_days()`);
}

/** A day that lost something is merged again from what is left. Contents that went whole are not looked at day by day. */
async function keepDaysAfterDeletes(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE FUNCTION take_from_busy_days() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      DELETE FROM busy_days AS merged USING (SELECT DISTINCT calendar_id, generation FROM removed) AS contents
      WHERE merged.calendar_id = contents.calendar_id AND merged.generation = contents.generation AND NOT EXISTS (
        SELECT FROM busy_ranges AS rest WHERE rest.calendar_id = contents.calendar_id AND rest.generation = contents.generation);
      WITH days AS MATERIALIZED (
        SELECT DISTINCT calendar_id, generation, at::date AS day FROM removed, ${touchedDays} WHERE ${isShort}),
      merged AS MATERIALIZED (
        SELECT known.calendar_id, known.generation, known.day, (
          SELECT range_agg(rest.during * ${dayOf('known.day')}) FROM busy_ranges AS rest
          WHERE rest.calendar_id = known.calendar_id AND rest.generation = known.generation
            AND rest.during && ${dayOf('known.day')} AND ${isShort.replaceAll('during', 'rest.during')}) AS during
        FROM busy_days AS known JOIN days USING (calendar_id, generation, day)),
      emptied AS (
        DELETE FROM busy_days USING merged
        WHERE busy_days.calendar_id = merged.calendar_id AND busy_days.generation = merged.generation AND busy_days.day = merged.day
          AND merged.during IS NULL)
      UPDATE busy_days SET during = merged.during FROM merged
      WHERE busy_days.calendar_id = merged.calendar_id AND busy_days.generation = merged.generation AND busy_days.day = merged.day
        AND merged.during IS NOT NULL;
      RETURN NULL;
    END $$`);
  await runner.query(`
    CREATE TRIGGER busy_ranges_were_removed AFTER DELETE ON busy_ranges REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION take_from_busy_days()`);
}
