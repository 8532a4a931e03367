import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What is longer is looked for by itself. */
const isShort = `upper(during) - lower(during) <= interval '31 days'`;
/** The days, in UTC, that a range touches. */
const touchedDays = `generate_series(
  date_trunc('day', lower(during) AT TIME ZONE 'UTC'), (upper(during) - interval '1 microsecond') AT TIME ZONE 'UTC', interval '1 day') AS touched (at)`;
const dayOf = (date: string): string => `tstzrange((${date})::timestamp AT TIME ZONE 'UTC', (${date} + 1)::timestamp AT TIME ZONE 'UTC')`;
const addDays = (source: string): string => `
  INSERT INTO busy_days AS known (calendar_id, generation, day, during)
  SELECT calendar_id, generation, at::date, range_agg(during * ${dayOf('at::date')})
  FROM ${source}, ${touchedDays} WHERE ${isShort} GROUP BY calendar_id, generation, at::date
  ON CONFLICT (calendar_id, generation, day) DO UPDATE SET during = known.during + excluded.during`;
/** Those of `rows` that belong to contents that are shown. */
const shownOf = (rows: string): string => `(
  SELECT changed.* FROM ${rows} AS changed
    JOIN calendars ON calendars.id = changed.calendar_id AND calendars.generation = changed.generation) AS shown`;

/** Nobody asks for days of contents that are still being read: they are merged once, when those are shown, and not again with every page. */
export class MergeShownDays1763708100000 implements MigrationInterface {
  readonly name = 'MergeShownDays1763708100000';

  async up(runner: QueryRunner): Promise<void> {
    await keepOthersOut(runner);
    await runner.query(`
      DELETE FROM busy_days WHERE NOT EXISTS (
        SELECT FROM calendars WHERE calendars.id = busy_days.calendar_id AND calendars.generation = busy_days.generation)`);
    await keepShownDays(runner, shownOf);
    await followShownContents(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await keepOthersOut(runner);
    await runner.query(`DROP TRIGGER calendar_shows_others ON calendars`);
    await runner.query(`DROP TRIGGER calendar_is_gone ON calendars`);
    await runner.query(`DROP FUNCTION merge_shown_days, forget_busy_days`);
    await keepShownDays(runner, (rows) => `${rows} AS shown`);
    await runner.query(`TRUNCATE busy_days`);
    await runner.query(addDays('busy_ranges'));
  }
}

/** Whoever stores a page or shows other contents has the calendar's row meanwhile: nobody does, until days are kept in the new way. */
const keepOthersOut = (runner: QueryRunner): Promise<unknown> => runner.query(`LOCK TABLE calendars IN SHARE ROW EXCLUSIVE MODE`);

/** Days follow ranges within the same statement, whoever writes them: a question never sees one without the other. */
async function keepShownDays(runner: QueryRunner, shown: (rows: string) => string): Promise<void> {
  await runner.query(`
    CREATE OR REPLACE FUNCTION add_to_busy_days() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      ${addDays(shown('added'))};
      RETURN NULL;
    END $$`);
  await runner.query(`
    CREATE OR REPLACE FUNCTION take_from_busy_days() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      DELETE FROM busy_days AS merged USING (SELECT DISTINCT calendar_id, generation FROM ${shown('removed')}) AS contents
      WHERE merged.calendar_id = contents.calendar_id AND merged.generation = contents.generation AND NOT EXISTS (
        SELECT FROM busy_ranges AS rest WHERE rest.calendar_id = contents.calendar_id AND rest.generation = contents.generation);
      WITH days AS MATERIALIZED (
        SELECT DISTINCT calendar_id, generation, at::date AS day FROM ${shown('removed')}, ${touchedDays} WHERE ${isShort}),
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
}

async function followShownContents(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE FUNCTION merge_shown_days() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      DELETE FROM busy_days WHERE calendar_id = NEW.id;
      ${addDays(`(SELECT * FROM busy_ranges WHERE calendar_id = NEW.id AND generation = NEW.generation) AS shown`)};
      RETURN NULL;
    END $$`);
  await runner.query(`
    CREATE TRIGGER calendar_shows_others AFTER UPDATE OF generation ON calendars
    FOR EACH ROW WHEN (OLD.generation <> NEW.generation) EXECUTE FUNCTION merge_shown_days()`);
  await runner.query(`
    CREATE FUNCTION forget_busy_days() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      DELETE FROM busy_days WHERE calendar_id = OLD.id;
      RETURN NULL;
    END $$`);
  await runner.query(`CREATE TRIGGER calendar_is_gone AFTER DELETE ON calendars FOR EACH ROW EXECUTE FUNCTION forget_busy_days()`);
}
