import { Injectable } from '@nestjs/common';
import type { BookingChangePolicy, Booking } from '@patchbay/contracts';
import type { ReadingWindow, SourceEvent } from '@patchbay/capabilities';
import type { Transaction } from '@patchbay/database';
import type { EventRow, EventTimes } from '../bookings/event-row.js';
import type { CalendarRow } from '../sync/sync-rows.js';
import { timesOf, type ToldChange } from './told-change.js';

/** The event of a booking that was told of; nothing of ours is on its way to it. */
export interface ToldBooking extends EventRow {
  readonly wanted: Booking;
  readonly calendar_id: string;
  readonly event_id: string;
  /** Of the event that was told. */
  readonly told_id: string;
  readonly told_resource: string;
  readonly told_start: Date | null;
  readonly told_end: Date | null;
  readonly told_since: Date;
  readonly told_is_missing: boolean;
  readonly policy: BookingChangePolicy;
}

/** Where the event of a booking stands by now. */
export interface StandingElsewhere {
  /** The provider's id of the calendar. */
  readonly calendar_id: string;
  readonly zone: string;
  readonly resource: string;
  readonly event_id: string;
  readonly event: SourceEvent;
}

/** What a reading tells of. */
interface Told {
  readonly changes: readonly ToldChange[];
  /** When it began. */
  readonly since: Date;
  /** What is gone was not told of, but is missing in what is there. */
  readonly isCompared?: boolean;
}

type ToldCalendar = Pick<CalendarRow, 'id' | 'account_id' | 'remote_id' | 'zone'>;

/** Built and shown contents of a calendar, before they are switched. */
export interface Switch {
  readonly built: number;
  readonly shown: number;
  /** What lies outside was perhaps not told of. */
  readonly window: ReadingWindow;
}

/** What is missing because it cannot be read any more need not be gone. */
const isReadable = `NOT EXISTS (
  SELECT FROM calendar_faults AS fault WHERE fault.calendar_id = $1 AND fault.generation = $2 AND fault.kind = 'resource' AND fault.name = resource)`;

/** An event of the resource that bears the key now: one that repeats at Outlook is its times, each under an id of its own. */
const bearsKey = `SELECT FROM calendar_events AS known WHERE known.calendar_id = $1 AND known.generation = $2 AND known.resource = told.resource
  AND known.event ->> 'key' = told.key::text`;

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What providers tell of the events of bookings, until it has been looked at. Everything happens with the calendar's row locked. */
@Injectable()
export class TellingsRepository {
  /** Notes the latest word on events that bear a key of ours. */
  async note(tx: Transaction, calendar: ToldCalendar, told: Told): Promise<void> {
    const tellings = told.changes.flatMap((change) => tellingOf(change, calendar));
    if (tellings.length === 0) return;
    const latest = [...new Map(tellings.map((telling) => [`${telling.resource}\n${telling.eventId}`, telling])).values()];
    await tx.query(
      `INSERT INTO booking_tellings (calendar_id, since, event_id, resource, key, starts_at, ends_at, is_missing)
       SELECT $1, $2, * FROM unnest($3::text[], $4::text[], $5::uuid[], $6::timestamptz[], $7::timestamptz[], $8::boolean[])
       ON CONFLICT (calendar_id, resource, event_id) DO UPDATE SET since = excluded.since, key = excluded.key, starts_at = excluded.starts_at,
         ends_at = excluded.ends_at, is_missing = excluded.is_missing`,
      [
        calendar.id,
        told.since,
        latest.map(({ eventId }) => eventId),
        latest.map(({ resource }) => resource),
        latest.map(({ key }) => key),
        latest.map(({ standing }) => standing.start),
        latest.map(({ standing }) => standing.end),
        latest.map(({ isTold }) => !isTold && told.isCompared === true),
      ],
    );
  }

  /** How events that bear a key of ours differ between contents. What may only have left the window did not change. */
  async compare(tx: Transaction, calendar: ToldCalendar, { built, shown, window }: Switch): Promise<readonly ToldChange[]> {
    const keyed = `SELECT resource, event_id, event FROM calendar_events WHERE calendar_id = $1 AND event ->> 'key' IS NOT NULL AND generation`;
    const rows = await tx.query<{ resource: string; before: SourceEvent | null; after: SourceEvent | null }>(
      `SELECT resource, shown.event AS before, built.event AS after
       FROM (${keyed} = $2) AS built FULL JOIN (${keyed} = $3) AS shown USING (resource, event_id)
       WHERE built.event IS DISTINCT FROM shown.event AND ${isReadable}`,
      [calendar.id, built, shown],
    );
    return rows.filter(({ before, after }) => after !== null || isInside(timesOf(before, calendar.zone), window));
  }

  /**
   * Bookings of a calendar that were told of and are settled, locked until the end of the transaction. What concerns no booking is forgotten, and so is
   * that an event went which is in another resource now, or under another id, or was missing where something cannot be read.
   *
   * @param generation the contents that are shown from now on.
   */
  async settled(tx: Transaction, calendar: ToldCalendar, generation: number): Promise<readonly ToldBooking[]> {
    const { id, account_id: accountId, remote_id: remoteId } = calendar;
    if ((await tx.query(`SELECT 1 FROM booking_tellings WHERE calendar_id = $1 LIMIT 1`, [id])).length === 0) return [];
    await tx.query(
      `DELETE FROM booking_tellings AS told WHERE calendar_id = $1 AND starts_at IS NULL AND (EXISTS (
         SELECT FROM calendar_events AS known WHERE known.calendar_id = $1 AND known.generation = $2 AND known.series_id = told.event_id
           AND known.event_id = told.event_id AND known.resource <> told.resource) OR is_missing AND NOT ${isReadable})
       RETURNING event_id`,
      [id, generation],
    );
    await tx.query(
      `DELETE FROM booking_tellings AS told WHERE calendar_id = $1 AND EXISTS (${bearsKey} AND known.event_id <> told.event_id)
         AND NOT EXISTS (${bearsKey} AND known.event_id = told.event_id) RETURNING event_id`,
      [id, generation],
    );
    await tx.query(
      `DELETE FROM booking_tellings AS told WHERE calendar_id = $1 AND NOT EXISTS (
         SELECT FROM bookings AS booking WHERE booking.id = told.key AND booking.connection_id = $2 AND booking.calendar_id = $3
           AND NOT booking.is_cancelled AND (booking.event_id IS NULL OR booking.event_id IN (told.event_id, told.resource)))
       RETURNING event_id`,
      [id, accountId, remoteId],
    );
    return tx.query<ToldBooking>(
      `SELECT booking.*, told.event_id AS told_id, told.resource AS told_resource, told.starts_at AS told_start, told.ends_at AS told_end, told.since AS told_since,
         told.is_missing AS told_is_missing,
         account.booking_change_policy AS policy
       FROM booking_tellings AS told JOIN bookings AS booking ON booking.id = told.key JOIN accounts AS account ON account.id = $2
       WHERE told.calendar_id = $1 AND booking.connection_id = $2 AND booking.calendar_id = $3 AND NOT booking.is_cancelled
         AND booking.event_id IN (told.event_id, told.resource) AND booking.wanted IS NOT NULL AND booking.applied_revision = booking.wanted_revision
       ORDER BY booking.id FOR UPDATE OF booking`,
      [id, accountId, remoteId],
    );
  }

  /** Cancelled bookings whose event was found nowhere when it was to go, and stands in a calendar of its account as was told since; locked. */
  async leftOver(tx: Transaction, { id, account_id: accountId }: ToldCalendar): Promise<readonly EventRow[]> {
    return tx.query<EventRow>(
      `SELECT booking.* FROM booking_tellings AS told JOIN bookings AS booking ON booking.id = told.key
       WHERE told.calendar_id = $1 AND told.starts_at IS NOT NULL AND booking.connection_id = $2 AND booking.is_cancelled AND booking.event_id IS NULL
         AND booking.applied_revision = booking.wanted_revision
       ORDER BY booking.id FOR UPDATE OF booking`,
      [id, accountId],
    );
  }

  /** Bookings to come that stand in a calendar, by its contents, and have not the link that was told of them; locked, but for those that are worked on. */
  async withoutLink(
    tx: Transaction,
    { id, account_id: accountId, remote_id: remoteId }: ToldCalendar,
    at: { readonly generation: number; readonly now: Date },
  ) {
    return tx.query<EventRow & { readonly link_missed_at: Date }>(
      `SELECT * FROM bookings AS booking
       WHERE connection_id = $1 AND calendar_id = $2 AND link_missed_at IS NOT NULL AND NOT is_cancelled AND ends_at > $5
         AND applied_revision = wanted_revision AND EXISTS (
           SELECT FROM calendar_events AS known WHERE known.calendar_id = $3 AND known.generation = $4
             AND booking.event_id IN (known.series_id, known.resource) AND known.event ->> 'key' = booking.id::text
             AND known.event ->> 'status' <> 'cancelled')
       ORDER BY id FOR UPDATE SKIP LOCKED`,
      [accountId, remoteId, id, at.generation, at.now],
    );
  }

  /** Where events that went from a calendar stand in others of its account, by the ids of their bookings. */
  async elsewhere(
    tx: Transaction,
    { id, account_id: accountId }: ToldCalendar,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, StandingElsewhere>> {
    const rows = await tx.query<StandingElsewhere & { readonly key: string }>(
      `SELECT DISTINCT ON (key) event ->> 'key' AS key, calendar.remote_id AS calendar_id, calendar.zone, known.resource, known.event_id, known.event
       FROM calendars AS calendar JOIN calendar_events AS known ON known.calendar_id = calendar.id AND known.generation = calendar.generation
       WHERE calendar.account_id = $1 AND calendar.id <> $2 AND calendar.is_selected AND event ->> 'key' = ANY ($3) AND event ->> 'seriesId' IS NULL
         AND event ->> 'status' <> 'cancelled'
       ORDER BY key, calendar.remote_id, known.resource`,
      [accountId, id, ids],
    );
    return new Map(rows.map((row) => [row.key, row]));
  }

  /** Has the other calendars of an account read soon that were not since a moment. @returns whether there are any. */
  async readOthers(tx: Transaction, { id, account_id: accountId }: ToldCalendar, { since, now }: { readonly since: Date; readonly now: Date }) {
    const unread = `SELECT id FROM calendars WHERE account_id = $1 AND id <> $2 AND is_selected AND next_attempt_at IS NOT NULL
      AND (seen_until IS NULL OR seen_until < $3)`;
    if ((await tx.query(`${unread} LIMIT 1`, [accountId, id, since])).length === 0) return false;
    // Whoever reads one of them may wait for this one.
    await tx.query(
      `UPDATE calendars SET next_attempt_at = $4 WHERE id IN (
         ${unread} AND next_attempt_at > $4 AND attempts = 0 AND lease_token IS NULL ORDER BY id FOR UPDATE SKIP LOCKED) RETURNING id`,
      [accountId, id, since, now],
    );
    return true;
  }

  /** Has a calendar read again not later than at a moment. Its lease is settled. */
  async readAgain(tx: Transaction, calendarId: string, { at, isFull }: { readonly at: Date; readonly isFull: boolean }): Promise<void> {
    await tx.query(
      `UPDATE calendars SET is_full_wanted = is_full_wanted OR $3, next_attempt_at = least(next_attempt_at, $2)
       WHERE id = $1 AND next_attempt_at IS NOT NULL`,
      [calendarId, at, isFull],
    );
  }

  /** It has been looked at. */
  async forget(tx: Transaction, calendarId: string, looked: readonly ToldBooking[]): Promise<void> {
    if (looked.length === 0) return;
    await tx.query(
      `DELETE FROM booking_tellings AS told USING unnest($2::text[], $3::text[]) AS looked (resource, event_id)
       WHERE told.calendar_id = $1 AND told.resource = looked.resource AND told.event_id = looked.event_id RETURNING told.event_id`,
      [calendarId, looked.map(({ told_resource: resource }) => resource), looked.map(({ told_id: id }) => id)],
    );
  }

  /** Forgets everything that was told of the calendars of an account. */
  async forgetAccount(tx: Transaction, accountId: string): Promise<void> {
    await tx.query(`DELETE FROM booking_tellings WHERE calendar_id IN (SELECT id FROM calendars WHERE account_id = $1) RETURNING event_id`, [
      accountId,
    ]);
  }
}

interface NotedTelling {
  readonly eventId: string;
  readonly resource: string;
  readonly key: string;
  readonly standing: EventTimes;
  readonly isTold: boolean;
}

/** Exceptions of a series bear the key of their series, but are not what was booked. */
function tellingOf({ resource, before, after }: ToldChange, { zone }: ToldCalendar): readonly NotedTelling[] {
  const event = after ?? before;
  const key = after?.key ?? before?.key;
  if (event === null || event.seriesId !== null || key === null || key === undefined || !uuid.test(key)) return [];
  const standing = timesOf(after, zone);
  return standing === null ? [] : [{ eventId: event.id, resource, key, standing, isTold: after !== null }];
}

function isInside(standing: EventTimes | null, { from, to }: ReadingWindow): boolean {
  if (standing === null || standing.start === null || standing.end === null) return false;
  return Date.parse(standing.end) > from.getTime() && Date.parse(standing.start) < to.getTime();
}
