import { randomUUID } from 'node:crypto';
import type { BenchDatabase } from './database.js';
import { sealed } from './sealed.js';

const chunk = 1_000;

/** Where the calendars of a benchmark are, and how often they are read. */
export interface PolledCalendars {
  readonly count: number;
  readonly origin: string;
  readonly intervalMinutes: number;
}

/** Accounts of as many people with a calendar each, as they are when they were just connected: all are due, and none was read. */
export async function storePolledCalendars(database: BenchDatabase, { count, origin, intervalMinutes }: PolledCalendars): Promise<void> {
  for (let from = 0; from < count; from += chunk) {
    const ids = Array.from({ length: Math.min(chunk, count - from) }, () => randomUUID());
    await storeConnections(database, ids, origin);
    await database.rows(
      `INSERT INTO calendar.accounts (id, user_id, provider, status, status_at, created_at, sync_interval_minutes)
       SELECT id, id, 'caldav', 'active', now(), now(), $2 FROM unnest($1::uuid[]) AS t (id)`,
      [ids, intervalMinutes],
    );
    await database.rows(
      `INSERT INTO calendar.calendars (id, tenant_id, user_id, account_id, provider, remote_id, name, is_primary, is_writable, is_selected,
         conflict_policy, wanted_revision, next_attempt_at)
       SELECT id, 'default', id, id, 'caldav', url, 'Calendar', true, true, true, 'block', 1, now()
       FROM unnest($1::uuid[], $2::text[]) AS t (id, url)`,
      [ids, ids.map((id) => `${origin}/${id}/calendar/`)],
    );
  }
  await database.tidy();
}

/** People and their passwords; an address of their own for each. */
async function storeConnections(database: BenchDatabase, ids: readonly string[], origin: string): Promise<void> {
  await database.rows(
    `INSERT INTO auth.connections (id, user_id, provider, type, provider_account_id, scopes, status, created_at, updated_at)
     SELECT id, id, 'caldav', 'calendar', id::text, '{}', 'active', now(), now() FROM unnest($1::uuid[]) AS t (id)`,
    [ids],
  );
  const credentials = (id: string): string => JSON.stringify({ server_url: `${origin}/${id}/`, username: id, password: 'right-password' });
  await database.rows(
    `INSERT INTO auth.grants (connection_id, provider, sealed_credentials)
     SELECT id, 'caldav', credentials FROM unnest($1::uuid[], $2::text[]) AS t (id, credentials)`,
    [ids, ids.map((id) => sealed(`default/${id}/credentials`, credentials(id)))],
  );
}
