import { Inject, Injectable } from '@nestjs/common';
import type { ReadingWindow, SourceEvent } from '@patchbay/capabilities';
import { gapItemsMax, type CalendarGap, type CalendarGapReport, type GapChange, type GapReason } from '@patchbay/contracts';
import { Database, type Transaction } from '@patchbay/database';
import type { UserCaller } from '@patchbay/messaging';
import { keyOfBooked } from '../bookings/booked-times.js';
import type { CalendarRow } from '../sync/sync-rows.js';

/** An event as it is told in a report. */
export type GapEvent = Pick<SourceEvent, 'title' | 'start' | 'end' | 'status'>;

/** An event as it was, and as it is. */
interface GapEvents {
  readonly before: SourceEvent | null;
  readonly after: SourceEvent | null;
}

/** An event that is not as it was. */
export interface GapChangeRow {
  readonly change: GapChange['change'];
  readonly before: GapEvent | null;
  readonly after: GapEvent | null;
}

/** Contents of a calendar that are compared. */
interface ComparedContents {
  readonly built: number;
  readonly shown: number;
  /** Both tell of what is inside. */
  readonly window: ReadingWindow;
}

/** How many events are not as they were, and the first of them. */
export interface GapDifference extends Required<Pick<CalendarGapReport, 'added' | 'changed' | 'removed'>> {
  readonly changes: readonly GapChangeRow[];
}

/** A booking to come, and a busy time that overlaps it. */
export interface CollisionRow {
  readonly booking_id: string;
  readonly title: string;
  readonly starts_at: Date;
  readonly ends_at: Date;
  readonly busy_title: string;
  readonly busy_start: Date;
  readonly busy_end: Date;
}

/** A report as it is stored. */
export interface GapRow extends Omit<CalendarGapReport, 'from' | 'until' | 'created_at'> {
  readonly tenant_id: string;
  readonly user_id: string;
  readonly account_id: string;
  readonly blind_from: Date;
  readonly blind_until: Date;
  readonly created_at: Date;
}

/** So many reports of an account are kept. */
const keptMax = 100;

/** What of an event is kept for a report. */
const shownParts = (event: string): string =>
  `CASE WHEN ${event} IS NOT NULL THEN jsonb_build_object(
     'title', ${event} -> 'title', 'start', ${event} -> 'start', 'end', ${event} -> 'end', 'status', ${event} -> 'status',
     'recurrence', ${event} -> 'recurrence', 'isFree', ${event} -> 'isFree', 'response', ${event} -> 'response') END`;

const takeChanges = (source: string): string => `
  INSERT INTO gap_changes AS known (calendar_id, resource, event_id, before, after)
  SELECT $1, resource, event_id, ${shownParts('before')}, ${shownParts('after')} FROM (${source}) AS told
  ON CONFLICT (calendar_id, resource, event_id) DO UPDATE SET after = excluded.after`;

/** A cancelled exception takes its occurrence away. */
const kindOf = `CASE
  WHEN after IS NULL OR after ->> 'status' = 'cancelled' THEN 'removed'
  WHEN before IS NULL OR before ->> 'status' = 'cancelled' THEN 'added'
  ELSE 'changed' END`;
const found = `SELECT resource, event_id, before, after, ${kindOf} AS change FROM gap_changes WHERE calendar_id = $1 AND before IS DISTINCT FROM after`;

const startOf = (event: string): string => `coalesce(${event} -> 'start' ->> 'dateTime', ${event} -> 'start' ->> 'date')`;

const endOf = (event: string): string => `coalesce(${event} -> 'end' ->> 'dateTime', ${event} -> 'end' ->> 'date')`;

/** So near the edge of what both contents tell of nothing is compared: times are compared as they are written, in whatever zone. Milliseconds. */
const edgeMs = 24 * 60 * 60_000;

/** Whether an event that only one of two contents has is inside of what the other tells of, too: a series with any of its busy times. */
const isWithinBoth = (event: string): string => `(
  ${startOf(event)} COLLATE "C" < $5 AND CASE WHEN ${event} -> 'recurrence' = '[]' THEN ${endOf(event)} COLLATE "C" > $4 ELSE coalesce((
    SELECT bool_or(busy.during && tstzrange($4::timestamptz, $5::timestamptz)) FROM busy_ranges AS busy
    WHERE busy.calendar_id = $1 AND busy.generation = CASE WHEN built.event IS NULL THEN $3::integer ELSE $2::integer END
      AND busy.series_id = ${event} ->> 'id'), true) END)`;

const columns = `id, calendar_id, calendar_name, reason, blind_from, blind_until, added, changed, removed, collision_count, created_at`;
const listGaps = {
  name: 'gaps-of-account',
  text: `SELECT ${columns} FROM calendar_gaps WHERE tenant_id = $1 AND user_id = $2 AND account_id = $3 AND ($4::uuid IS NULL OR id < $4)
    ORDER BY id DESC LIMIT $5`,
};
const findGap = {
  name: 'find-gap',
  text: `SELECT ${columns}, changes, collisions FROM calendar_gaps WHERE tenant_id = $1 AND user_id = $2 AND account_id = $3 AND id = $4`,
};
const findAccount = {
  name: 'find-account-of-gaps',
  text: `SELECT 1 FROM accounts WHERE tenant_id = $1 AND user_id = $2 AND id = $3 AND status <> 'disconnected'`,
};

/** A gap as lists show it. */
export type ListedGapRow = Pick<GapRow, 'blind_from' | 'blind_until' | 'created_at'> & Omit<CalendarGap, 'from' | 'until' | 'created_at'>;

/** Times in which calendars were not read, and what was found afterwards. */
@Injectable()
export class GapsRepository {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Calendars of an account are switched off, all or some; those that never were read, or are not selected, are not missed. */
  async begin(tx: Transaction, accountId: string, { at, remoteIds }: { readonly at: Date; readonly remoteIds?: readonly string[] }): Promise<void> {
    await tx.query(
      `UPDATE calendars SET blind_reason = 'switched_off', blind_since = $2
       WHERE account_id = $1 AND is_selected AND seen_until IS NOT NULL AND blind_reason IS NULL AND ($3::text[] IS NULL OR remote_id = ANY ($3))
       RETURNING id`,
      [accountId, at, remoteIds ?? null],
    );
  }

  /** The calendars of an account cannot be read any more, unless it was connected again since. */
  async beginIfEnded(tx: Transaction, accountId: string, at: Date): Promise<void> {
    await tx.query(
      `UPDATE calendars AS calendar SET blind_reason = coalesce(blind_reason, account.status), blind_since = coalesce(blind_since, $2)
       FROM accounts AS account WHERE account.id = $1 AND account.status IN ('needs_reauth', 'disconnected') AND calendar.account_id = account.id
         AND calendar.is_selected AND calendar.seen_until IS NOT NULL RETURNING calendar.id`,
      [accountId, at],
    );
  }

  /** One calendar is not read from now on, or was not. */
  async beginOne(tx: Transaction, id: string, { reason, at }: { readonly reason: GapReason; readonly at: Date }): Promise<void> {
    await tx.query(
      `UPDATE calendars SET blind_reason = $2, blind_since = $3 WHERE id = $1 AND seen_until IS NOT NULL AND blind_reason IS NULL RETURNING id`,
      [id, reason, at],
    );
  }

  /** Whether a calendar was not read for a while, and no reading has come to its end since. */
  async isOpen(tx: Transaction, calendarId: string): Promise<boolean> {
    return (await tx.query(`SELECT 1 FROM calendars WHERE id = $1 AND blind_reason IS NOT NULL`, [calendarId])).length > 0;
  }

  /** Takes note of changes to what is shown of a calendar after a gap. */
  async take(tx: Transaction, calendarId: string, changes: readonly (GapEvents & { readonly resource: string; readonly eventId: string })[]) {
    await tx.query(takeChanges(`SELECT * FROM unnest($2::text[], $3::text[], $4::jsonb[], $5::jsonb[]) AS row (resource, event_id, before, after)`), [
      calendarId,
      changes.map(({ resource }) => resource),
      changes.map(({ eventId }) => eventId),
      changes.map(({ before }) => (before === null ? null : JSON.stringify(before))),
      changes.map(({ after }) => (after === null ? null : JSON.stringify(after))),
    ]);
  }

  /** Takes note of how contents differ from the shown ones after a gap, within the time that both tell of. */
  async compare(tx: Transaction, calendarId: string, { built, shown, window }: ComparedContents): Promise<void> {
    const contents = `SELECT resource, event_id, event FROM calendar_events WHERE calendar_id = $1 AND generation`;
    await tx.query(
      takeChanges(`
        SELECT resource, event_id, shown.event AS before, built.event AS after
        FROM (${contents} = $2) AS built FULL JOIN (${contents} = $3) AS shown USING (resource, event_id)
        WHERE built.event IS DISTINCT FROM shown.event
          AND (built.event IS NOT NULL AND shown.event IS NOT NULL OR ${isWithinBoth('coalesce(built.event, shown.event)')})
          AND NOT EXISTS (
            SELECT FROM calendar_faults AS fault
            WHERE fault.calendar_id = $1 AND fault.generation = $2 AND fault.kind = 'resource' AND fault.name = resource)`),
      [calendarId, built, shown, new Date(window.from.getTime() + edgeMs).toISOString(), new Date(window.to.getTime() - edgeMs).toISOString()],
    );
  }

  /** Ends the gap of a calendar that is read again from a moment on, whose row is locked. @returns why it was not read; undefined when it was, or the gap began later. */
  async end(tx: Transaction, calendarId: string, since: Date): Promise<GapReason | undefined> {
    const [gap] = await tx.query<{ reason: GapReason }>(
      `UPDATE calendars SET blind_reason = NULL, blind_since = NULL
       FROM (SELECT id, blind_reason AS reason FROM calendars WHERE id = $1 AND blind_reason IS NOT NULL AND blind_since <= $2) AS gap
       WHERE calendars.id = gap.id RETURNING gap.reason`,
      [calendarId, since],
    );
    return gap?.reason;
  }

  /** What was found after a gap; it is forgotten with that. */
  async difference(tx: Transaction, calendarId: string): Promise<GapDifference> {
    const [counts] = await tx.query<Pick<GapDifference, 'added' | 'changed' | 'removed'>>(
      `SELECT count(*) FILTER (WHERE change = 'added')::int AS added, count(*) FILTER (WHERE change = 'changed')::int AS changed,
         count(*) FILTER (WHERE change = 'removed')::int AS removed FROM (${found}) AS found`,
      [calendarId],
    );
    const changes = await tx.query<GapChangeRow>(
      `SELECT before, after, change FROM (${found}) AS found ORDER BY coalesce(${startOf('after')}, ${startOf('before')}), resource, event_id LIMIT ${gapItemsMax}`,
      [calendarId],
    );
    await tx.query(`DELETE FROM gap_changes WHERE calendar_id = $1 RETURNING event_id`, [calendarId]);
    return { ...(counts ?? { added: 0, changed: 0, removed: 0 }), changes };
  }

  /** The first bookings to come that collide with busy times of a calendar, other than those of their own events. However many there are, no more are looked for. */
  collisions(
    tx: Transaction,
    { id, tenant_id, user_id, zone }: CalendarRow,
    { generation, now }: { readonly generation: number; readonly now: Date },
  ) {
    return tx.query<CollisionRow>(
      `WITH coming AS MATERIALIZED (
         SELECT id, booking_id, wanted ->> 'title' AS title, during FROM bookings
         WHERE tenant_id = $3 AND user_id = $4 AND during && tstzrange($5, NULL) ORDER BY during, booking_id)
       SELECT * FROM (
         SELECT coming.booking_id, coming.title, lower(coming.during) AS starts_at, upper(coming.during) AS ends_at, busy.title AS busy_title,
           lower(busy.during) AS busy_start, upper(busy.during) AS busy_end
         FROM coming CROSS JOIN LATERAL (
           SELECT title, during FROM busy_ranges AS other
           WHERE other.calendar_id = $1 AND other.generation = $2 AND other.during && coming.during
             AND ${keyOfBooked('other', '$6')} IS DISTINCT FROM coming.id::text
           LIMIT ${gapItemsMax}) AS busy
         LIMIT ${gapItemsMax}) AS first
       ORDER BY starts_at, ends_at, booking_id, busy_start, busy_end`,
      [id, generation, tenant_id, user_id, now, zone],
    );
  }

  /** Keeps a report; the oldest beyond those that are kept go. */
  async add(tx: Transaction, gap: GapRow): Promise<void> {
    const row = { ...gap, changes: JSON.stringify(gap.changes), collisions: JSON.stringify(gap.collisions) };
    const names = Object.keys(row);
    await tx.query(`INSERT INTO calendar_gaps (${names.join(', ')}) VALUES (${names.map((_, index) => `$${index + 1}`).join(', ')})`, [
      ...Object.values(row),
    ]);
    await tx.query(
      `DELETE FROM calendar_gaps WHERE account_id = $1
         AND id <= (SELECT id FROM calendar_gaps WHERE account_id = $1 ORDER BY id DESC OFFSET $2 LIMIT 1) RETURNING id`,
      [gap.account_id, keptMax],
    );
  }

  /** Forgets what was found in the calendars of an account. */
  async forget(tx: Transaction, accountId: string): Promise<void> {
    await tx.query(`DELETE FROM gap_changes WHERE calendar_id IN (SELECT id FROM calendars WHERE account_id = $1) RETURNING event_id`, [accountId]);
    await tx.query(`DELETE FROM calendar_gaps WHERE account_id = $1 RETURNING id`, [accountId]);
  }

  /** Gaps of an account, newest first, one further than asked for. */
  list(user: UserCaller, accountId: string, page: { readonly after: string | null; readonly limit: number }): Promise<ListedGapRow[]> {
    return this.database.read<ListedGapRow>(listGaps, [user.tenant_id, user.user_id, accountId, page.after, page.limit + 1]);
  }

  async find(user: UserCaller, accountId: string, id: string): Promise<GapRow | undefined> {
    const [row] = await this.database.read<GapRow>(findGap, [user.tenant_id, user.user_id, accountId, id]);
    return row;
  }

  /** Whether a person has such an account. */
  async hasAccount(user: UserCaller, id: string): Promise<boolean> {
    return (await this.database.read(findAccount, [user.tenant_id, user.user_id, id])).length > 0;
  }
}
