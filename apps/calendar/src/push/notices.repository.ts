import { Inject, Injectable } from '@nestjs/common';
import { Database, type Transaction } from '@patchbay/database';

/** So many calendars are made due in one statement. */
const takenMax = 200;

/**
 * A notice makes a calendar due. One that is taken while the calendar is read asks for one more reading, and one that was read in vain before keeps its
 * pause. What is due anyhow is not written again. Calendars that are locked just now keep their notices.
 */
const take = {
  name: 'take-calendar-notices',
  text: `
    WITH noticed AS MATERIALIZED (
      SELECT calendar.id, notice.due_at FROM calendar_notices AS notice JOIN calendars AS calendar ON calendar.id = notice.calendar_id
      LIMIT ${takenMax} FOR UPDATE OF notice SKIP LOCKED FOR NO KEY UPDATE OF calendar SKIP LOCKED
    ), due AS (
      UPDATE calendars SET wanted_revision = wanted_revision + 1, next_attempt_at = CASE
          WHEN lease_token IS NOT NULL AND lease_until > now() THEN greatest(next_attempt_at, noticed.due_at)
          WHEN attempts = 0 THEN least(next_attempt_at, noticed.due_at)
          ELSE next_attempt_at END
      FROM noticed WHERE calendars.id = noticed.id AND is_selected AND next_attempt_at IS NOT NULL
        AND NOT (lease_token IS NULL AND wanted_revision > applied_revision AND next_attempt_at <= noticed.due_at)
    )
    DELETE FROM calendar_notices AS notice USING noticed WHERE notice.calendar_id = noticed.id RETURNING notice.calendar_id`,
};

/** That something in a calendar is other now, until the calendar is made due: its provider told so, or we wrote into it. */
@Injectable()
export class NoticesRepository {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Keeps what a provider told; a calendar that has a notice already is read at the time of that. Never waits for whoever stores a page of the calendar. */
  async add(tx: Transaction, calendarId: string, dueAt: Date): Promise<void> {
    await tx.query(
      `INSERT INTO calendar_notices (calendar_id, due_at) SELECT id, $2::timestamptz FROM calendars WHERE id = $1 ON CONFLICT DO NOTHING`,
      [calendarId, dueAt],
    );
  }

  /** Keeps that we wrote into a calendar, which is named as its account names it; of one that is not known, nothing. */
  async addOf(
    tx: Transaction,
    { connectionId, calendarId }: { readonly connectionId: string; readonly calendarId: string },
    dueAt: Date,
  ): Promise<void> {
    await tx.query(
      `INSERT INTO calendar_notices (calendar_id, due_at) SELECT id, $3::timestamptz FROM calendars WHERE account_id = $1 AND remote_id = $2
       ON CONFLICT DO NOTHING`,
      [connectionId, calendarId, dueAt],
    );
  }

  /** Makes calendars due that have notices. @returns of how many they were taken. */
  async take(): Promise<number> {
    return (await this.database.execute(take, [])).length;
  }
}
