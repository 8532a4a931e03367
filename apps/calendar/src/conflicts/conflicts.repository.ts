import { Inject, Injectable } from '@nestjs/common';
import type { ConflictSeverity, ConflictSideType } from '@patchbay/contracts';
import { Database, timeOfId, type Transaction } from '@patchbay/database';
import type { UserCaller } from '@patchbay/messaging';
import { keyOfBooked } from '../bookings/booked-times.js';

/** A calendar with the event, as JSON of the database writes it. */
export interface SideCalendar {
  readonly account_id: string;
  readonly calendar_id: string;
  readonly provider: string;
  readonly name: string;
}

/** One of two that are at the same time, as JSON of the database writes it. */
export interface SideRow {
  readonly type: ConflictSideType;
  readonly id: string;
  readonly title: string;
  readonly time_zone: string | null;
  readonly start: string;
  readonly end: string;
  /** The first one counts, the others have the same event. */
  readonly calendars: readonly SideCalendar[];
}

export interface ConflictRow {
  readonly id: string;
  readonly severity: ConflictSeverity;
  readonly begins_at: Date;
  readonly first: SideRow;
  readonly second: SideRow;
  readonly resolution_id: string | null;
}

/** Which conflicts are asked for. */
export interface ConflictQuery {
  readonly from: Date;
  readonly to: Date;
  readonly limit: number;
  readonly status?: 'open' | 'resolved' | undefined;
  readonly ids?: readonly string[] | undefined;
  readonly severity?: ConflictSeverity | undefined;
  readonly involves?: ConflictSideType | undefined;
  /** The last one of the page before. */
  readonly after?: { readonly beginsAt: Date; readonly id: string } | undefined;
}

/**
 * So many that are at the same time as one block or booking, as far as that is in the time that is asked for, are told of in each calendar: whoever
 * writes a feed decides how many there are.
 */
const perSideMax = 50;

/** More of a title is nothing that people read. Characters. */
const titleMax = 500;

const sideColumns = (side: string): string => `
  json_build_object('type', ${side}_type, 'id', ${side}_id, 'title', ${side}_title, 'time_zone', ${side}_zone, 'start', lower(${side}_during),
    'end', upper(${side}_during), 'calendars', ${side}_calendars) AS ${side}`;

/**
 * The same for the same two at the same times, whatever else becomes of them: a UUID of version 8 whose first 48 bits are the milliseconds since 1970 at
 * which the overlap begins, so that it is found again by its id.
 */
const idOfPair = `(
  lpad(to_hex(greatest(0, floor(extract(epoch FROM greatest(lower(first_during), lower(second_during))) * 1000)::bigint)), 12, '0')
  || overlay(overlay(substr(md5(concat_ws('|', $1::text, $2::uuid, first_type, first_key, extract(epoch FROM lower(first_during)),
    extract(epoch FROM upper(first_during)), second_type, second_key, extract(epoch FROM lower(second_during)),
    extract(epoch FROM upper(second_during)))), 1, 20) PLACING '8' FROM 1) PLACING '8' FROM 5))::uuid`;

/** When the overlap of a conflict begins. */
export const beginOfConflict = (id: string): Date => timeOfId(id);

/**
 * Every block and booking in the time is held against what is at the same time by index: other blocks and bookings, and busy times. An event in several
 * calendars is one. The event of a booking is not looked at: the booking stands for it, wherever the event is just now, but not for the other times of
 * one that repeats.
 */
const conflictsOfUser = {
  name: 'conflicts-of-user',
  text: `
    WITH mine AS MATERIALIZED (
      SELECT 'manual_block' AS type, block.id AS key, block.id::text AS id, block.title, block.time_zone AS zone, time.during,
        time.during * tstzrange($3, $4) AS looked_at
      FROM manual_block_ranges AS time JOIN manual_blocks AS block ON block.id = time.block_id
      WHERE time.user_id = $2 AND time.tenant_id = $1 AND time.during && tstzrange($3, $4)
      UNION ALL
      SELECT 'booking', booking.id, booking.booking_id, booking.wanted->>'title', booking.wanted->>'time_zone', booking.during,
        booking.during * tstzrange($3, $4)
      FROM bookings AS booking WHERE booking.user_id = $2 AND booking.tenant_id = $1 AND booking.during && tstzrange($3, $4)),
    sources AS MATERIALIZED (
      SELECT calendar.id, calendar.generation, calendar.zone, json_build_object(
        'account_id', account.id, 'calendar_id', calendar.remote_id, 'provider', account.provider, 'name', calendar.name) AS shown
      FROM accounts AS account JOIN calendars AS calendar ON calendar.account_id = account.id
      WHERE account.tenant_id = $1 AND account.user_id = $2 AND account.status <> 'disconnected' AND calendar.is_selected
        AND calendar.conflict_policy <> 'ignore' AND calendar.generation > 0),
    pairs AS (
      SELECT mine.type AS first_type, mine.key::text AS first_key, mine.id AS first_id, mine.title AS first_title, mine.zone AS first_zone,
        mine.during AS first_during, '[]'::json AS first_calendars, other.*
      FROM mine CROSS JOIN LATERAL (
        (SELECT 'manual_block' AS second_type, time.block_id::text AS second_key, time.block_id::text AS second_id, block.title AS second_title,
           block.time_zone AS second_zone, time.during AS second_during, '[]'::json AS second_calendars
         FROM manual_block_ranges AS time JOIN manual_blocks AS block ON block.id = time.block_id
         WHERE time.user_id = $2 AND time.tenant_id = $1 AND time.during && mine.looked_at AND (mine.type = 'booking' OR time.block_id > mine.key)
         ORDER BY time.during, time.block_id LIMIT ${perSideMax})
        UNION ALL
        (SELECT 'booking', booking.id::text, booking.booking_id, booking.wanted->>'title', booking.wanted->>'time_zone', booking.during, '[]'::json
         FROM bookings AS booking
         WHERE booking.user_id = $2 AND booking.tenant_id = $1 AND booking.during && mine.looked_at AND mine.type = 'booking' AND booking.id > mine.key
         ORDER BY booking.during, booking.id LIMIT ${perSideMax})
        UNION ALL
        SELECT 'synced_block', (array_agg(found.calendar_id || ' ' || found.event_id ORDER BY found.calendar_id, found.event_id))[1],
          (array_agg(found.event_id ORDER BY found.calendar_id, found.event_id))[1], found.title, NULL, found.during,
          json_agg(found.shown ORDER BY found.calendar_id, found.event_id)
        FROM (
          SELECT sources.id AS calendar_id, sources.shown, busy.event_id, left(busy.title, ${titleMax}) AS title, busy.during, (
            SELECT CASE WHEN booked.key ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN EXISTS (
              SELECT FROM bookings AS booking WHERE booking.id = booked.key::uuid AND booking.user_id = $2 AND booking.tenant_id = $1) ELSE false END
            FROM ${keyOfBooked('busy', 'sources.zone')} AS booked (key)) AS is_of_booking
          FROM sources CROSS JOIN LATERAL (
            SELECT range.* FROM busy_ranges AS range
            WHERE range.calendar_id = sources.id AND range.generation = sources.generation AND range.during && mine.looked_at
            ORDER BY range.during, range.event_id LIMIT ${perSideMax}) AS busy) AS found
        GROUP BY found.title, found.during
        HAVING NOT coalesce(bool_or(found.is_of_booking), false) AND NOT (mine.type = 'booking' AND found.title = mine.title AND found.during = mine.during)
      ) AS other),
    conflicts AS (
      SELECT ${idOfPair} AS id, greatest(lower(first_during), lower(second_during)) AS begins_at, first_type, second_type,
        CASE WHEN 'booking' IN (first_type, second_type) THEN 'high' WHEN second_type = 'synced_block' THEN 'medium' ELSE 'low' END AS severity,
        ${sideColumns('first')}, ${sideColumns('second')}
      FROM pairs)
    SELECT conflicts.id, begins_at, severity, first, second, standing.id AS resolution_id
    FROM conflicts LEFT JOIN conflict_resolutions AS standing
      ON standing.tenant_id = $1 AND standing.user_id = $2 AND standing.conflict_id = conflicts.id AND standing.is_standing
    WHERE ($5::text IS NULL OR (CASE WHEN standing.id IS NULL THEN 'open' ELSE 'resolved' END) = $5)
      AND ($6::uuid[] IS NULL OR conflicts.id = ANY ($6)) AND ($7::text IS NULL OR severity = $7) AND ($8::text IS NULL OR $8 IN (first_type, second_type))
      AND ($9::timestamptz IS NULL OR (begins_at, conflicts.id) > ($9, $10::uuid))
    ORDER BY begins_at, conflicts.id LIMIT $11`,
};

/** What is at the same time, as it is found when it is asked for: nothing of it is stored. */
@Injectable()
export class ConflictsRepository {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** In the order they begin; within a transaction as that has it by then. */
  find({ tenant_id: tenantId, user_id: userId }: UserCaller, query: ConflictQuery, tx?: Transaction): Promise<ConflictRow[]> {
    const { from, to, limit, status = null, ids = null, severity = null, involves = null, after } = query;
    const values = [tenantId, userId, from, to, status, ids, severity, involves, after?.beginsAt ?? null, after?.id ?? null, limit];
    return tx === undefined ? this.database.read<ConflictRow>(conflictsOfUser, values) : tx.query<ConflictRow>(conflictsOfUser.text, values);
  }
}
