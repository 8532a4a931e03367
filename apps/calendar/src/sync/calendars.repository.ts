import { Inject, Injectable } from '@nestjs/common';
import type { RemoteCalendar } from '@patchbay/capabilities';
import { Database, LeasedRows, LeaseLostError, type ColumnValues, type Lease, type Transaction } from '@patchbay/database';
import { currentTraceparent } from '@patchbay/tracing';
import { v7 as uuidv7 } from 'uuid';
import { storableText } from './storable.js';
import type { CalendarRow } from './sync-rows.js';

/** What of an account decides whether and how often its calendars are read. */
export interface AccountState {
  readonly status: string;
  readonly sync_enabled: boolean;
  readonly sync_interval_minutes: number;
}

const accountState = {
  name: 'account-sync-state',
  text: `SELECT status, sync_enabled, sync_interval_minutes FROM accounts WHERE id = $1`,
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
   * @throws LeaseLostError
   */
  async advance(tx: Transaction, { row }: Lease<CalendarRow>, set: ColumnValues): Promise<void> {
    const assignments = Object.keys(set).map((name, index) => `, ${name} = $${index + 3}`);
    const rows = await tx.query(`UPDATE calendars SET updated_at = now()${assignments.join('')} WHERE id = $1 AND lease_token = $2 RETURNING id`, [
      row.id,
      row.lease_token,
      ...Object.values(set),
    ]);
    if (rows.length === 0) throw new LeaseLostError('a calendar is read by another');
  }

  /** Whoever asked for a reading while one was under way gets another at once, not at the next poll. After the lease was settled. */
  async lookAgainIfAsked(tx: Transaction, id: string, now: Date): Promise<void> {
    await tx.query(`UPDATE calendars SET next_attempt_at = $2 WHERE id = $1 AND wanted_revision > applied_revision AND is_selected`, [id, now]);
  }

  /**
   * Makes selected calendars of an account due. Answers their ids and the revisions that a reading must have fulfilled for the wish to be.
   *
   * @param wish `isFull`: everything is read again, beside what is shown.
   */
  async readSoon(tx: Transaction, wish: ReadingWish): Promise<readonly Pick<CalendarRow, 'id' | 'wanted_revision'>[]> {
    const { accountId, calendarIds = null, isFull = false, now } = wish;
    return tx.query(
      `UPDATE calendars SET wanted_revision = wanted_revision + 1, next_attempt_at = $2, is_full_wanted = is_full_wanted OR $3, traceparent = $4
       WHERE account_id = $1 AND is_selected AND ($5::uuid[] IS NULL OR id = ANY($5)) RETURNING id, wanted_revision`,
      [accountId, now, isFull, currentTraceparent() ?? null, calendarIds],
    );
  }

  /** Forgets what stands in the calendars of an account, and that they were ever read; what its user chose stays. Whoever reads one of them loses it. */
  async forgetContents(tx: Transaction, accountId: string): Promise<void> {
    const rows = await tx.query<{ id: string }>(
      `UPDATE calendars SET generation = 0, cursor = NULL, window_from = NULL, window_to = NULL, synced_at = NULL, building_generation = NULL,
         building_cursor = NULL, next_attempt_at = NULL, lease_token = NULL, lease_until = NULL, last_error = NULL, error_count = 0, updated_at = now()
       WHERE account_id = $1 RETURNING id`,
      [accountId],
    );
    await deleteContents(tx, rows);
  }

  /** Has the calendars of an account listed again. */
  async listAgain(tx: Transaction, accountId: string, now: Date): Promise<void> {
    await tx.query(`UPDATE accounts SET next_attempt_at = least(next_attempt_at, $2) WHERE id = $1`, [accountId, now]);
  }

  /** Makes the calendars of an account those that its provider lists. New ones are read at once where they are selected by themselves. */
  async takeList(tx: Transaction, accountId: string, { calendars, now }: { readonly calendars: readonly RemoteCalendar[]; readonly now: Date }) {
    const listed = [...new Map(calendars.map((calendar) => [storableText(calendar.id), calendar])).entries()];
    const gone = await tx.query<{ id: string }>(`DELETE FROM calendars WHERE account_id = $1 AND remote_id <> ALL ($2::text[]) RETURNING id`, [
      accountId,
      listed.map(([remoteId]) => remoteId),
    ]);
    await deleteContents(tx, gone);
    const isAlone = listed.length === 1;
    await tx.query(insertListed, [
      accountId,
      now,
      listed.map(() => uuidv7()),
      listed.map(([remoteId]) => remoteId),
      listed.map(([, { name }]) => storableText(name)),
      listed.map(([, { timeZone }]) => timeZone),
      listed.map(([, { isPrimary }]) => isPrimary),
      listed.map(([, { isWritable }]) => isWritable),
      // Holidays, birthdays and other people's calendars are of no matter unless somebody says so.
      listed.map(([, { isPrimary, isWritable }]) => isPrimary || isWritable || isAlone),
    ]);
  }
}

/** Which calendars shall be read, and how. */
export interface ReadingWish {
  readonly accountId: string;
  /** Left out: all that are selected. */
  readonly calendarIds?: readonly string[];
  readonly isFull?: boolean;
  readonly now: Date;
}

async function deleteContents(tx: Transaction, calendars: readonly { readonly id: string }[]): Promise<void> {
  if (calendars.length === 0) return;
  for (const table of ['calendar_events', 'busy_ranges'])
    await tx.query(`DELETE FROM ${table} WHERE calendar_id = ANY ($1)`, [calendars.map(({ id }) => id)]);
}

/** What is read by itself at all is read at once when its time zone is another, also by whoever reads it in the old one just now. */
const ifMoved = (column: string, value: string): string =>
  `${column} = CASE WHEN known.time_zone IS DISTINCT FROM excluded.time_zone AND known.next_attempt_at IS NOT NULL THEN ${value} ELSE known.${column} END`;

/** In another time zone whole days and floating times are other times. */
const insertListed = `
  INSERT INTO calendars AS known (id, tenant_id, user_id, account_id, provider, remote_id, name, time_zone, is_primary, is_writable, is_selected,
    conflict_policy, wanted_revision, next_attempt_at)
  SELECT listed.id, accounts.tenant_id, accounts.user_id, accounts.id, accounts.provider, listed.remote_id, listed.name, listed.time_zone,
    listed.is_primary, listed.is_writable, listed.is_selected, accounts.conflict_policy, 1, CASE WHEN listed.is_selected THEN $2::timestamptz END
  FROM accounts, unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::boolean[], $8::boolean[], $9::boolean[])
    AS listed (id, remote_id, name, time_zone, is_primary, is_writable, is_selected)
  WHERE accounts.id = $1
  ON CONFLICT (account_id, remote_id) DO UPDATE SET name = excluded.name, time_zone = excluded.time_zone, is_primary = excluded.is_primary,
    is_writable = excluded.is_writable, updated_at = now(),
    is_full_wanted = known.is_full_wanted OR known.time_zone IS DISTINCT FROM excluded.time_zone,
    ${ifMoved('wanted_revision', 'known.wanted_revision + 1')}, ${ifMoved('next_attempt_at', 'least(known.next_attempt_at, $2::timestamptz)')}`;
