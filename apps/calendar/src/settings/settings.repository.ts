import { Inject, Injectable } from '@nestjs/common';
import { AccountRows, type AccountRow } from '@patchbay/bookings';
import type { UnreadableEvent } from '@patchbay/capabilities';
import type { BookingChangePolicy, ConflictPolicy, TentativePolicy } from '@patchbay/contracts';
import { Database, idCursorOf, toPage, type Page, type Transaction } from '@patchbay/database';
import type { UserCaller } from '@patchbay/messaging';
import type { ShownChannel } from '../push/shown-push.js';

/** A calendar of an account, as JSON of the database writes it. */
export interface CalendarState {
  /** The provider's id of it. */
  readonly id: string;
  readonly name: string;
  readonly time_zone: string | null;
  readonly is_primary: boolean;
  readonly is_writable: boolean;
  readonly is_selected: boolean;
  readonly conflict_policy: ConflictPolicy;
  readonly sync_enabled: boolean;
  readonly generation: number;
  readonly synced_at: string | null;
  readonly window_from: string | null;
  readonly window_to: string | null;
  readonly error_count: number;
  readonly last_error: string | null;
  /** Of the channel that is nearest to telling; null where there is none. */
  readonly channel: ShownChannel | null;
  readonly unreadable_events: number;
  readonly unreadable_examples: readonly UnreadableEvent[] | null;
}

/** An account with its settings and its calendars. */
export interface SettingsRow extends AccountRow {
  readonly calendar_id: string | null;
  readonly is_default: boolean;
  readonly sync_enabled: boolean;
  readonly sync_interval_minutes: number;
  readonly time_zone: string | null;
  readonly tentative_policy: TentativePolicy;
  readonly conflict_policy: ConflictPolicy;
  readonly booking_change_policy: BookingChangePolicy;
  readonly connected_calendars: readonly CalendarState[];
}

/** What is wanted of one calendar; what is absent stays. */
export interface WantedCalendar {
  readonly id: string;
  readonly is_selected?: boolean | undefined;
  readonly conflict_policy?: ConflictPolicy | undefined;
}

// A few, in an order that stays.
const examples = `(
  SELECT json_agg(json_build_object('title', title, 'start', start, 'fault', fault)) FROM (
    SELECT title, start, fault FROM calendar_faults AS found WHERE found.calendar_id = calendar.id AND found.generation = calendar.generation
    ORDER BY kind, name LIMIT 5) AS first)`;

const channel = `(
  SELECT channel.state FROM push_channels AS channel WHERE channel.calendar_id = calendar.id AND channel.state <> 'closing'
  ORDER BY channel.state = 'active' DESC LIMIT 1)`;

// What the user chose, else the first connected one that can be written to.
const defaultOfUser = `(
  SELECT other.id FROM accounts AS other
  WHERE other.tenant_id = accounts.tenant_id AND other.user_id = accounts.user_id AND other.status <> 'disconnected' AND other.is_active
    AND other.calendar_id IS NOT NULL
  ORDER BY other.is_default DESC, other.created_at, other.id LIMIT 1)`;

// Read very often, so the calendars come with the account, in one question.
const accountsWithCalendars = `
  SELECT id, tenant_id, user_id, provider, provider_email, status, is_active, last_error, created_at, updated_at, calendar_id, sync_enabled,
    coalesce(id = ${defaultOfUser}, false) AS is_default,
    sync_interval_minutes, time_zone, tentative_policy, conflict_policy, booking_change_policy, coalesce((
      SELECT json_agg(json_build_object(
        'id', calendar.remote_id, 'name', calendar.name, 'time_zone', calendar.time_zone, 'is_primary', calendar.is_primary,
        'is_writable', calendar.is_writable, 'is_selected', calendar.is_selected, 'conflict_policy', calendar.conflict_policy,
        'sync_enabled', calendar.sync_enabled, 'generation', calendar.generation, 'synced_at', calendar.synced_at,
        'window_from', calendar.window_from, 'window_to', calendar.window_to, 'error_count', calendar.error_count,
        'last_error', calendar.last_error, 'channel', ${channel}, 'unreadable_events', calendar.unreadable_events,
        'unreadable_examples', CASE WHEN calendar.unreadable_events > 0 THEN ${examples} END) ORDER BY calendar.is_primary DESC, calendar.name, calendar.remote_id)
      FROM calendars AS calendar WHERE calendar.account_id = accounts.id), '[]') AS connected_calendars
  FROM accounts WHERE tenant_id = $1 AND user_id = $2 AND status <> 'disconnected'`;
const listWithCalendars = {
  name: 'list-accounts-with-calendars',
  text: `${accountsWithCalendars} AND ($3::uuid IS NULL OR id < $3) ORDER BY id DESC LIMIT $4`,
};
const findWithCalendars = { name: 'find-account-with-calendars', text: `${accountsWithCalendars} AND id = $3` };

/** Accounts with their calendars, and what people want of them. */
@Injectable()
export class SettingsRepository {
  readonly #accounts: AccountRows<AccountRow>;

  constructor(@Inject(Database) private readonly database: Database) {
    this.#accounts = new AccountRows(database);
  }

  /** The accounts of a person, newest first. @throws AppError `request_invalid` when the cursor is none of ours. */
  async list<Item>(
    user: UserCaller,
    page: { readonly limit: number; readonly cursor?: string | undefined },
    toItem: (row: SettingsRow) => Item,
  ): Promise<Page<Item>> {
    const rows = await this.database.read<SettingsRow>(listWithCalendars, [user.tenant_id, user.user_id, idCursorOf(page), page.limit + 1]);
    return toPage(rows, page.limit, toItem);
  }

  /** One account of a person, within a transaction as that left it; undefined for another's. */
  async find(user: UserCaller, id: string, tx?: Transaction): Promise<SettingsRow | undefined> {
    const values = [user.tenant_id, user.user_id, id];
    const [row] =
      tx === undefined
        ? await this.database.read<SettingsRow>(findWithCalendars, values)
        : await tx.query<SettingsRow>(findWithCalendars.text, values);
    return row;
  }

  /** Changes settings of an account of a person, which is locked then. @returns false for another's. */
  async update(
    tx: Transaction,
    account: { readonly user: UserCaller; readonly id: string },
    set: Readonly<Record<string, unknown>>,
  ): Promise<boolean> {
    return (await this.#accounts.update(tx, account, set)) !== undefined;
  }

  /** Lets no account of a person be the default, for another to become it. Of two who choose at once the later one waits. */
  async clearDefault(tx: Transaction, user: UserCaller): Promise<void> {
    const values = [user.tenant_id, user.user_id];
    await tx.query(`SELECT id FROM accounts WHERE tenant_id = $1 AND user_id = $2 ORDER BY id FOR NO KEY UPDATE`, values);
    await tx.query(`UPDATE accounts SET is_default = false WHERE tenant_id = $1 AND user_id = $2 AND is_default`, values);
  }

  /** Whether bookings can be written to a calendar. */
  async isWritable(tx: Transaction, accountId: string, calendarId: string): Promise<boolean> {
    const rows = await tx.query(`SELECT 1 FROM calendars WHERE account_id = $1 AND remote_id = $2 AND is_writable`, [accountId, calendarId]);
    return rows.length > 0;
  }

  async setPolicy(tx: Transaction, accountId: string, policy: ConflictPolicy): Promise<void> {
    await tx.query(`UPDATE calendars SET conflict_policy = $2, updated_at = now() WHERE account_id = $1`, [accountId, policy]);
    // Also for those that are gone and may come back.
    await tx.query(`UPDATE calendar_choices SET conflict_policy = $2 WHERE account_id = $1`, [accountId, policy]);
  }

  /** Changes calendars of an account. @returns the ids of those that there are. */
  async updateCalendars(tx: Transaction, accountId: string, wanted: readonly WantedCalendar[]): Promise<ReadonlySet<string>> {
    const rows = await tx.query<{ remote_id: string }>(
      `UPDATE calendars SET updated_at = now(), is_selected = coalesce(wanted.is_selected, calendars.is_selected),
         conflict_policy = coalesce(wanted.conflict_policy, calendars.conflict_policy)
       FROM jsonb_to_recordset($2) AS wanted (id text, is_selected boolean, conflict_policy text)
       WHERE calendars.account_id = $1 AND calendars.remote_id = wanted.id RETURNING calendars.remote_id`,
      [accountId, JSON.stringify(wanted)],
    );
    return new Set(rows.map(({ remote_id: id }) => id));
  }

  /** Switches the reading of all calendars of an account on or off. What was switched off after errors begins anew. */
  async setSync(tx: Transaction, accountId: string, isEnabled: boolean): Promise<void> {
    await tx.query(
      `UPDATE calendars SET sync_enabled = $2::boolean, updated_at = now(), error_count = CASE WHEN $2 THEN 0 ELSE error_count END,
         attempts = CASE WHEN $2 AND NOT sync_enabled THEN 0 ELSE attempts END WHERE account_id = $1`,
      [accountId, isEnabled],
    );
  }

  /**
   * Lets the calendars of an account be read that shall be, at once where they were not before, and no others. With a new interval the next reading is
   * not later than that from now, at a moment of its own, so that accounts do not fall into step.
   */
  async schedule(tx: Transaction, accountId: string, { now, isNewInterval }: { readonly now: Date; readonly isNewInterval: boolean }): Promise<void> {
    await tx.query(
      `UPDATE calendars AS calendar SET
         wanted_revision = wanted_revision + CASE WHEN due.is_wanted AND calendar.next_attempt_at IS NULL THEN 1 ELSE 0 END,
         next_attempt_at = CASE
           WHEN NOT due.is_wanted THEN NULL
           WHEN calendar.next_attempt_at IS NULL THEN $2::timestamptz
           WHEN $3::boolean AND calendar.attempts = 0
             THEN least(calendar.next_attempt_at, $2::timestamptz + random() * due.sync_interval_minutes * interval '1 minute')
           ELSE calendar.next_attempt_at END
       FROM (
         SELECT other.id, account.sync_interval_minutes,
           account.status = 'active' AND account.sync_enabled AND other.sync_enabled AND other.is_selected AS is_wanted
         FROM accounts AS account JOIN calendars AS other ON other.account_id = account.id WHERE account.id = $1) AS due
       WHERE calendar.id = due.id`,
      [accountId, now, isNewInterval],
    );
  }
}
