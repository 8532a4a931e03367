import { Inject, Injectable } from '@nestjs/common';
import { Database, LeasedRows, type Transaction, type WorkRow } from '@patchbay/database';
import { AccountRows, type AccountRow } from '@patchbay/bookings';
import { currentTraceparent } from '@patchbay/tracing';

/** Which calendar of an account bookings are written to. */
export interface CalendarChoice {
  readonly calendar_id: string | null;
  /** The one that they are to be written to as soon as it is there again; null while they are. */
  readonly preferred_calendar_id: string | null;
}

export interface CalendarAccountRow extends AccountRow, WorkRow, CalendarChoice {
  /** Its user wants bookings to be written to it. */
  readonly is_default: boolean;
  /** Its provider wants no call before. */
  readonly paused_until: Date | null;
  /** Since when nothing was there to be listed; null when its calendars were listed last, or could not be for another reason only. */
  readonly lost_since: Date | null;
}

@Injectable()
export class AccountsRepository extends AccountRows<CalendarAccountRow> {
  /** Accounts whose calendars shall be read. */
  readonly due: LeasedRows<CalendarAccountRow>;

  constructor(@Inject(Database) database: Database) {
    super(database);
    this.due = new LeasedRows(database, 'accounts');
  }

  /** The calendar that a user chose last, whatever was read before; it stays so until the end of the transaction. */
  async lockChoice(tx: Transaction, id: string): Promise<CalendarChoice> {
    const sql = `SELECT calendar_id, preferred_calendar_id FROM accounts WHERE id = $1 FOR NO KEY UPDATE`;
    const [choice] = await tx.query<CalendarChoice>(sql, [id]);
    return choice ?? { calendar_id: null, preferred_calendar_id: null };
  }

  /** Whether its user has disconnected an account, as it stands within the transaction. */
  async isDisconnected(tx: Transaction, id: string): Promise<boolean> {
    return (await tx.query(`SELECT 1 FROM accounts WHERE id = $1 AND status = 'disconnected'`, [id])).length > 0;
  }

  /** Has the calendars of an account listed that was connected just now: pauses and failures of before are none of this connection. */
  async readConnected(tx: Transaction, id: string, now: Date): Promise<void> {
    const sql = `
      UPDATE accounts SET wanted_revision = wanted_revision + 1, next_attempt_at = $2, traceparent = $3, paused_until = NULL, attempts = 0 WHERE id = $1`;
    await tx.query(sql, [id, now, currentTraceparent() ?? null]);
    // Nobody has looked for what was missing since.
    await tx.query(`UPDATE calendars SET missing_since = NULL WHERE account_id = $1`, [id]);
    await this.readFound(tx, id, now);
  }

  /**
   * Has what was nowhere to be found read again, also where it was switched off for that: once its provider lists calendars after it could not, as of a
   * feed that its server had lost, or once the account is opened with something else. What its user switched off stays off.
   */
  async readFound(tx: Transaction, id: string, now: Date): Promise<void> {
    const sql = `
      UPDATE calendars AS calendar SET sync_enabled = true, error_count = 0, attempts = 0, wanted_revision = calendar.wanted_revision + 1, next_attempt_at = $2,
        traceparent = $3, updated_at = $2
      FROM accounts AS account WHERE account.id = $1 AND account.sync_enabled AND calendar.account_id = account.id AND calendar.is_selected
        AND calendar.last_error = 'not_found'`;
    await tx.query(sql, [id, now, currentTraceparent() ?? null]);
  }
}
