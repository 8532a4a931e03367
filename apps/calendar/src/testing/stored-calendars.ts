import { randomUUID } from 'node:crypto';
import type pg from 'pg';

/** What of a calendar matters to a test. */
export interface StoredCalendar {
  readonly remoteId?: string;
  readonly policy?: 'block' | 'warn' | 'ignore';
  readonly generation?: number;
  readonly syncedAt?: Date | null;
  readonly isSelected?: boolean;
  readonly isSyncEnabled?: boolean;
  /** From, and up to. */
  readonly busy?: readonly (readonly [string, string])[];
}

/** What of an account matters to a test. */
export interface StoredAccount {
  readonly userId?: string;
  readonly tenantId?: string;
  readonly status?: 'active' | 'needs_reauth' | 'disconnected';
  readonly isSyncEnabled?: boolean;
  readonly calendars?: readonly StoredCalendar[];
}

/** Stores an account and its calendars as if they had been read; nothing will read them by itself. */
export async function storeAccount(sql: pg.Pool, account: StoredAccount = {}): Promise<{ readonly userId: string; readonly accountId: string }> {
  const { userId = randomUUID(), tenantId = 'default', status = 'active', isSyncEnabled = true, calendars = [{}] } = account;
  const accountId = randomUUID();
  await sql.query(
    `INSERT INTO accounts (id, tenant_id, user_id, provider, status, status_at, created_at, sync_enabled) VALUES ($1, $2, $3, 'google', $4, now(), now(), $5)`,
    [accountId, tenantId, userId, status, isSyncEnabled],
  );
  // Calendars of one name are answered in the order of their ids: here that of the test.
  for (const [index, calendar] of calendars.entries())
    await storeCalendar(sql, { accountId, userId, tenantId }, { remoteId: `${index}-${randomUUID()}`, ...calendar });
  return { userId, accountId };
}

async function storeCalendar(
  sql: pg.Pool,
  { accountId, userId, tenantId }: { readonly accountId: string; readonly userId: string; readonly tenantId: string },
  calendar: StoredCalendar,
): Promise<void> {
  const { remoteId = randomUUID(), policy = 'block', generation = 1, syncedAt = new Date(), isSelected = true, isSyncEnabled = true } = calendar;
  const id = randomUUID();
  await sql.query(
    `INSERT INTO calendars (id, tenant_id, user_id, account_id, provider, remote_id, name, is_primary, is_writable, is_selected, conflict_policy,
       sync_enabled, generation, synced_at, window_from, window_to, wanted_revision, applied_revision)
     VALUES ($1, $2, $3, $4, 'google', $5, 'Work', false, true, $6, $7, $8, $9, $10, '2026-01-01', '2028-01-01', 1, 1)`,
    [id, tenantId, userId, accountId, remoteId, isSelected, policy, isSyncEnabled, generation, syncedAt],
  );
  for (const [from, to] of calendar.busy ?? [])
    await sql.query(
      `INSERT INTO busy_ranges (calendar_id, generation, series_id, event_id, tenant_id, user_id, during, is_all_day, state, title)
       VALUES ($1, $2, 'e', 'e', $3, $4, tstzrange($5, $6), false, 'busy', 'Private')`,
      [id, generation, tenantId, userId, from, to],
    );
}
