import { Inject, Injectable } from '@nestjs/common';
import type { RemoteCalendar } from '@patchbay/capabilities';
import { Database, LeasedRows, LeaseLostError, type ColumnValues, type Lease, type Transaction } from '@patchbay/database';
import { toIanaZone } from '@patchbay/icalendar';
import { currentTraceparent } from '@patchbay/tracing';
import { v7 as uuidv7 } from 'uuid';
import type { Understanding } from './busy-times.js';
import { storableText } from './storable.js';
import type { CalendarRow } from './sync-rows.js';
import { missingMs } from './sync-schedule.js';

/** What of an account decides whether and how often its calendars are read. */
export interface AccountState {
  readonly status: string;
  readonly sync_enabled: boolean;
  readonly sync_interval_minutes: number;
  /** Its provider wants no call before. */
  readonly paused_until: Date | null;
}

const accountState = {
  name: 'account-sync-state',
  text: `SELECT status, sync_enabled, sync_interval_minutes, paused_until FROM accounts WHERE id = $1`,
};

@Injectable()
export class CalendarsRepository {
  /** Calendars that shall be read. */
  readonly due: LeasedRows<CalendarRow>;

  constructor(@Inject(Database) private readonly database: Database) {
    this.due = new LeasedRows(database, 'calendars');
  }

  async accountState(accountId: string): Promise<AccountState | undefined> {
    const [row] = await this.database.read<AccountState>(accountState, [accountId]);
    return row;
  }

  /**
   * Changes how far a calendar is read, and locks it until the end of the transaction: what is stored with it is stored by whoever holds the lease.
   *
   * @returns how its events are understood now.
   * @throws LeaseLostError
   */
  async advance(tx: Transaction, { row }: Lease<CalendarRow>, set: ColumnValues): Promise<Understanding> {
    const assignments = Object.keys(set).map((name, index) => `, ${name} = $${index + 3}`);
    const [current] = await tx.query<Understanding>(
      `UPDATE calendars SET updated_at = now()${assignments.join('')} WHERE id = $1 AND lease_token = $2 RETURNING zone, tentative_policy`,
      [row.id, row.lease_token, ...Object.values(set)],
    );
    if (current === undefined) throw new LeaseLostError('a calendar is read by another');
    return current;
  }

  /**
   * Makes selected calendars of an account due. Answers their ids and the revisions that a reading must have fulfilled for the wish to be.
   *
   * @param wish `isFull`: everything is read again, beside what is shown.
   */
  async readSoon(tx: Transaction, wish: ReadingWish): Promise<readonly Pick<CalendarRow, 'id' | 'wanted_revision'>[]> {
    const { accountId, calendarIds = null, isFull = false, isUnasked = false, now } = wish;
    return tx.query(
      `UPDATE calendars SET wanted_revision = wanted_revision + 1, next_attempt_at = $2, is_full_wanted = is_full_wanted OR $3, traceparent = $4
       WHERE account_id = $1 AND is_selected AND ($5::uuid[] IS NULL OR id = ANY($5))
         AND (NOT $6 OR sync_enabled AND (SELECT account.sync_enabled FROM accounts AS account WHERE account.id = $1)) RETURNING id, wanted_revision`,
      [accountId, now, isFull, currentTraceparent() ?? null, calendarIds, isUnasked],
    );
  }

  /** Lets nothing of an account be read before its provider wants a call again, whoever asks for it. */
  async pause(tx: Transaction, accountId: string, until: Date): Promise<void> {
    await tx.query(`UPDATE accounts SET paused_until = greatest(paused_until, $2) WHERE id = $1`, [accountId, until]);
  }

  /** Forgets what stands in the calendars of an account, and that they were ever read; what its user chose stays. Whoever reads one of them loses it. */
  async forgetContents(tx: Transaction, accountId: string): Promise<void> {
    const rows = await tx.query<{ id: string }>(
      `UPDATE calendars AS calendar SET generation = 0, cursor = NULL, window_from = NULL, window_to = NULL, synced_at = NULL, building_generation = NULL,
         building_cursor = NULL, building_from = NULL, building_to = NULL, building_since = NULL, is_full_wanted = false, run_id = NULL,
         next_attempt_at = NULL, attempts = 0, lease_token = NULL, lease_until = NULL, last_error = NULL, error_count = 0, unreadable_events = 0,
         missing_since = NULL, sync_enabled = account.sync_enabled, updated_at = now()
       FROM accounts AS account WHERE account.id = $1 AND calendar.account_id = account.id RETURNING calendar.id`,
      [accountId],
    );
    await tx.query(`UPDATE accounts SET paused_until = NULL WHERE id = $1`, [accountId]);
    await tx.query(
      `UPDATE sync_runs SET status = 'failed', error = 'disconnected', finished_at = now() WHERE account_id = $1 AND status = 'running'`,
      [accountId],
    );
    await deleteContents(tx, rows);
  }

  /** Has the calendars of an account listed again. */
  async listAgain(tx: Transaction, accountId: string, now: Date): Promise<void> {
    await tx.query(`UPDATE accounts SET next_attempt_at = least(next_attempt_at, $2) WHERE id = $1`, [accountId, now]);
  }

  /** Calendars of an account that bookings can be written to, the best one first; those that its provider does not list just now come last. */
  async writable(tx: Transaction, accountId: string): Promise<readonly string[]> {
    const rows = await tx.query<Pick<CalendarRow, 'remote_id'>>(
      `SELECT remote_id FROM calendars WHERE account_id = $1 AND is_writable
       ORDER BY missing_since IS NOT NULL, is_primary DESC, is_selected DESC, name, remote_id`,
      [accountId],
    );
    return rows.map(({ remote_id: id }) => id);
  }

  /**
   * Makes the calendars of an account those that its provider lists. New ones are read at once where they are selected by themselves; those that are missing
   * stay for a while, as a provider has more likely lost its way than a calendar is gone.
   *
   * @returns whether there are such.
   */
  async takeList(tx: Transaction, accountId: string, { calendars, now }: ListedCalendars): Promise<{ readonly areSomeMissing: boolean }> {
    const listed = [...new Map(calendars.map((calendar) => [storableText(calendar.id), calendar])).entries()];
    const missing = await this.#miss(tx, accountId, { listed: listed.map(([remoteId]) => remoteId), now });
    const gone = missing.filter(({ missing_since: since }) => now.getTime() - since.getTime() >= missingMs);
    if (gone.length > 0) await this.#letGo(tx, gone);
    const isAlone = listed.length === 1;
    await tx.query(insertListed, [
      accountId,
      now,
      listed.map(() => uuidv7()),
      listed.map(([remoteId]) => remoteId),
      listed.map(([, { name }]) => storableText(name)),
      listed.map(([, { timeZone }]) => (timeZone === null ? null : toIanaZone(timeZone))),
      listed.map(([, { isPrimary }]) => isPrimary),
      listed.map(([, { isWritable }]) => isWritable),
      // Holidays, birthdays, other people's calendars and those that their owner does not want to see are of no matter unless somebody says so.
      listed.map(([, { isPrimary, isWritable, isHidden = false }]) => isPrimary || isAlone || (isWritable && !isHidden)),
    ]);
    await tx.query(`DELETE FROM calendar_choices WHERE account_id = $1 AND remote_id = ANY ($2::text[])`, [
      accountId,
      listed.map(([remoteId]) => remoteId),
    ]);
    await this.settleUnderstanding(tx, accountId, now);
    return { areSomeMissing: missing.length > gone.length };
  }

  /** Has the calendars of an account read anew whose events are understood otherwise by now: in another zone, or tentative ones as free. */
  async settleUnderstanding(tx: Transaction, accountId: string, now: Date): Promise<void> {
    await tx.query(settleUnderstanding, [accountId, now]);
  }

  /** Takes note of the calendars of an account that its provider does not list. */
  async #miss(
    tx: Transaction,
    accountId: string,
    { listed, now }: { readonly listed: readonly string[]; readonly now: Date },
  ): Promise<readonly MissingCalendar[]> {
    return tx.query<MissingCalendar>(
      `UPDATE calendars SET missing_since = coalesce(missing_since, $3) WHERE account_id = $1 AND remote_id <> ALL ($2::text[])
       RETURNING id, missing_since`,
      [accountId, listed, now],
    );
  }

  /** Calendars that are gone; what was chosen for them is kept for when they come back. */
  async #letGo(tx: Transaction, gone: readonly MissingCalendar[]): Promise<void> {
    const ids = gone.map(({ id }) => id);
    await tx.query(
      `INSERT INTO calendar_choices (account_id, remote_id, is_selected, conflict_policy)
       SELECT account_id, remote_id, is_selected, conflict_policy FROM calendars WHERE id = ANY ($1)
       ON CONFLICT (account_id, remote_id) DO UPDATE SET is_selected = excluded.is_selected, conflict_policy = excluded.conflict_policy`,
      [ids],
    );
    await tx.query(`DELETE FROM calendars WHERE id = ANY ($1)`, [ids]);
    await deleteContents(tx, gone);
  }
}

interface MissingCalendar {
  readonly id: string;
  readonly missing_since: Date;
}

/** The calendars of an account as its provider lists them. */
export interface ListedCalendars {
  readonly calendars: readonly RemoteCalendar[];
  readonly now: Date;
}

/** Which calendars shall be read, and how. */
export interface ReadingWish {
  readonly accountId: string;
  /** Left out: all that are selected. */
  readonly calendarIds?: readonly string[];
  readonly isFull?: boolean;
  /** Nobody asked for it: what is switched off is left alone. */
  readonly isUnasked?: boolean;
  readonly now: Date;
}

async function deleteContents(tx: Transaction, calendars: readonly { readonly id: string }[]): Promise<void> {
  if (calendars.length === 0) return;
  for (const table of ['calendar_events', 'busy_ranges', 'calendar_faults'])
    await tx.query(`DELETE FROM ${table} WHERE calendar_id = ANY ($1)`, [calendars.map(({ id }) => id)]);
}

const insertListed = `
  INSERT INTO calendars AS known (id, tenant_id, user_id, account_id, provider, remote_id, name, time_zone, zone, is_primary, is_writable, is_selected,
    conflict_policy, sync_enabled, wanted_revision, next_attempt_at)
  SELECT listed.id, accounts.tenant_id, accounts.user_id, accounts.id, accounts.provider, listed.remote_id, listed.name, listed.time_zone,
    coalesce(listed.time_zone, 'UTC'), listed.is_primary, listed.is_writable, coalesce(chosen.is_selected, listed.is_selected),
    coalesce(chosen.conflict_policy, accounts.conflict_policy), accounts.sync_enabled, 1,
    CASE WHEN accounts.sync_enabled AND coalesce(chosen.is_selected, listed.is_selected) THEN $2::timestamptz END
  FROM accounts CROSS JOIN unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::boolean[], $8::boolean[], $9::boolean[])
      AS listed (id, remote_id, name, time_zone, is_primary, is_writable, is_selected)
    LEFT JOIN calendar_choices AS chosen ON chosen.account_id = accounts.id AND chosen.remote_id = listed.remote_id
  WHERE accounts.id = $1
  ON CONFLICT (account_id, remote_id) DO UPDATE SET name = excluded.name, time_zone = excluded.time_zone, is_primary = excluded.is_primary,
    is_writable = excluded.is_writable, missing_since = NULL, updated_at = now()`;

/**
 * A calendar's own zone, else that of another of the account, of the primary one first, else what its user says. In another zone whole days and floating
 * times are other times: what is read by itself at all is read anew at once, also by whoever reads it in the old zone just now.
 */
const settleUnderstanding = `
  UPDATE calendars AS known SET zone = best.zone, tentative_policy = best.tentative_policy, updated_at = now(), is_full_wanted = known.is_full_wanted OR best.is_read,
    wanted_revision = known.wanted_revision + CASE WHEN best.is_read AND known.next_attempt_at IS NOT NULL THEN 1 ELSE 0 END,
    next_attempt_at = CASE WHEN known.next_attempt_at IS NOT NULL THEN least(known.next_attempt_at, $2::timestamptz) END
  FROM (
    SELECT calendar.id, calendar.generation > 0 OR calendar.building_generation IS NOT NULL AS is_read,
      coalesce(calendar.time_zone, (
        SELECT other.time_zone FROM calendars AS other WHERE other.account_id = account.id AND other.time_zone IS NOT NULL
        ORDER BY other.is_primary DESC, other.name, other.remote_id LIMIT 1), account.time_zone, 'UTC') AS zone, account.tentative_policy
    FROM accounts AS account JOIN calendars AS calendar ON calendar.account_id = account.id WHERE account.id = $1) AS best
  WHERE known.id = best.id AND (known.zone, known.tentative_policy) <> (best.zone, best.tentative_policy)`;
