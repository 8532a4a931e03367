import { Inject, Injectable } from '@nestjs/common';
import type { ConflictPolicy, ConnectionStatus } from '@patchbay/contracts';
import { Database, type Transaction } from '@patchbay/database';
import type { AskedRange, FreshnessFacts } from './freshness.js';

/** A time, as JSON of the database writes it: from, and up to. */
export type BusyPair = readonly [from: string, to: string];

/** A calendar that has a say, or an account whose calendars are not known: then what tells of the calendar is null. */
export interface BusySource extends FreshnessFacts {
  readonly account_id: string;
  readonly account_status: ConnectionStatus;
  readonly provider: string;
  readonly calendar_id: string | null;
  readonly name: string | null;
  readonly conflict_policy: ConflictPolicy;
  /** Its busy times, merged; only of calendars that warn. */
  readonly warnings: readonly BusyPair[] | null;
}

/** What is known of one user. */
export interface BusyRow {
  readonly user_id: string;
  /** Of all calendars that block, of blocks and of bookings, merged. */
  readonly busy: readonly BusyPair[] | null;
  /** False: a block repeats beyond the time that its times are known for. */
  readonly are_blocks_known: boolean;
  readonly sources: readonly BusySource[];
}

const pairsOf = (ranges: string): string =>
  `(SELECT json_agg(json_build_array(lower(range), upper(range)) ORDER BY range) FROM unnest(${ranges} * tstzmultirange(tstzrange($3, $4))) AS range)`;

/**
 * Each calendar is merged by itself first, from days that are merged already and from the few ranges that are too long for days; then calendars are.
 * A month with tens of thousands of events is some thirty rows of each. Bookings count from when they are wanted: their events are read later.
 */
const busyOfUsers = {
  name: 'busy-of-users',
  text: `
    WITH sources AS MATERIALIZED (
      SELECT account.user_id, account.id AS account_id, account.provider, account.status, account.sync_enabled AS account_sync_enabled,
        account.sync_interval_minutes, calendar.id, calendar.remote_id, calendar.name, calendar.is_primary, calendar.is_selected,
        calendar.sync_enabled, calendar.generation, calendar.synced_at, calendar.window_from, calendar.window_to, calendar.unreadable_events,
        coalesce(calendar.conflict_policy, account.conflict_policy) AS conflict_policy
      FROM accounts AS account LEFT JOIN calendars AS calendar ON calendar.account_id = account.id
      WHERE account.tenant_id = $1 AND account.user_id = ANY ($2::uuid[]) AND account.status <> 'disconnected'
        AND (calendar.id IS NULL OR calendar.is_selected)),
    known AS MATERIALIZED (
      SELECT sources.*, CASE WHEN sources.conflict_policy <> 'ignore' AND sources.generation > 0 THEN (
        SELECT range_agg(found.during) FROM (
          SELECT day.during FROM busy_days AS day
          WHERE day.calendar_id = sources.id AND day.generation = sources.generation
            AND day.day BETWEEN ($3::timestamptz AT TIME ZONE 'UTC')::date AND ($4::timestamptz AT TIME ZONE 'UTC')::date
          UNION ALL
          SELECT tstzmultirange(range.during) FROM busy_ranges AS range
          WHERE range.calendar_id = sources.id AND range.generation = sources.generation AND range.during && tstzrange($3, $4)
            AND NOT (upper(range.during) - lower(range.during) <= interval '31 days')) AS found) END AS busy
      FROM sources),
    merged AS (
      SELECT user_id, range_agg(busy) FILTER (WHERE conflict_policy = 'block') AS blocked,
        json_agg(json_build_object(
          'account_id', account_id, 'account_status', status, 'account_sync_enabled', account_sync_enabled,
          'sync_interval_minutes', sync_interval_minutes, 'provider', provider, 'calendar_id', remote_id, 'name', name,
          'conflict_policy', conflict_policy,
          'warnings', CASE WHEN conflict_policy = 'warn' THEN ${pairsOf('busy')} END,
          'calendar', CASE WHEN id IS NOT NULL THEN json_build_object(
            'is_selected', is_selected, 'sync_enabled', sync_enabled, 'generation', generation, 'synced_at', synced_at,
            'window_from', window_from, 'window_to', window_to, 'unreadable_events', unreadable_events) END)
          ORDER BY account_id, is_primary DESC, name, remote_id) AS sources
      FROM known GROUP BY user_id),
    own AS (
      SELECT asked.user_id, own.blocked, own.are_blocks_known FROM unnest($2::uuid[]) AS asked (user_id) CROSS JOIN LATERAL (
        SELECT range_agg(found.during) AS blocked, NOT EXISTS (
          SELECT FROM manual_blocks AS block WHERE block.tenant_id = $1 AND block.user_id = asked.user_id
            AND (block.known_from > $3 OR block.known_to < $4)) AS are_blocks_known
        FROM (
          SELECT time.during FROM manual_block_ranges AS time
          WHERE time.user_id = asked.user_id AND time.during && tstzrange($3, $4) AND time.tenant_id = $1
          UNION ALL
          SELECT booking.during FROM bookings AS booking
          WHERE booking.user_id = asked.user_id AND booking.during && tstzrange($3, $4) AND booking.tenant_id = $1) AS found) AS own),
    whole AS (
      SELECT user_id, coalesce(merged.blocked, '{}') + coalesce(own.blocked, '{}') AS blocked, merged.sources, own.are_blocks_known
      FROM own LEFT JOIN merged USING (user_id))
    SELECT user_id, ${pairsOf('blocked')} AS busy, coalesce(sources, '[]') AS sources, are_blocks_known FROM whole`,
};

/** Busy times as they are stored. */
@Injectable()
export class BusyRepository {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** What is known of users in a time, within a transaction as that has it. */
  ofUsers(tenantId: string, userIds: readonly string[], { from, to, tx }: AskedRange & { readonly tx?: Transaction }): Promise<BusyRow[]> {
    const values = [tenantId, userIds, from, to];
    return tx === undefined ? this.database.read<BusyRow>(busyOfUsers, values) : tx.query<BusyRow>(busyOfUsers.text, values);
  }
}
