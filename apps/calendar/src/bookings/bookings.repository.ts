import { Inject, Injectable } from '@nestjs/common';
import { Database, type ColumnValues, type Transaction } from '@patchbay/database';
import { BookingRows, organizerOf, type BookingIntent, type BookingRow, type Place } from '@patchbay/bookings';
import { linksAfter } from './link-state.js';

/** A booking and its event in a calendar. Bound to a connection without an event id: an attempt to write the event may have taken effect. */
export interface EventRow extends BookingRow, LinkState {
  readonly calendar_id: string | null;
  readonly event_id: string | null;
  readonly html_link: string | null;
  readonly link_grace_until: Date | null;
  /** What was told last of the links of those who do not organise the booking, by their ids: perhaps of who soon will. */
  readonly other_links: Readonly<Record<string, LinkState>>;
  /** When our last write was recorded; when it said that the event takes place, and when the event took place before it by what was known. */
  readonly written_at: Date | null;
  readonly written: EventTimes | null;
  readonly written_before: EventTimes | null;
  /** When the event takes place by what was announced last; null while that is as booked. */
  readonly announced: EventTimes | null;
  /** The `wanted_order` whose time was written last; null when the time is to be written, whatever was. */
  readonly timed_order: string | null;
  /** Since when the event is looked for in calendars of its account that cannot all be asked. */
  readonly sought_since: Date | null;
  /** When the event was not there last, to have its link written. */
  readonly link_missed_at: Date | null;
  /** When it was written back within the last hour. */
  readonly restored_at: readonly Date[];
}

/** What is known of the link of the meeting that somebody hosts. */
export interface LinkState {
  readonly link_url: string | null;
  readonly link_is_omitted: boolean;
  readonly link_order: string;
}

/** When an event takes place. Both null: it is gone. */
export interface EventTimes {
  readonly start: string | null;
  readonly end: string | null;
}

@Injectable()
export class BookingsRepository extends BookingRows<EventRow> {
  constructor(@Inject(Database) database: Database) {
    super(database);
  }

  /** Whether an account has a calendar no more. One that its provider does not list any more is known for a while yet, until that is believed. */
  async isCalendarGone(tx: Transaction, { connectionId, calendarId }: Place & { readonly calendarId: string }): Promise<boolean> {
    const rows = await tx.query(
      `SELECT 1 FROM accounts AS account WHERE id = $1 AND applied_revision > 0
         AND NOT EXISTS (SELECT FROM calendars AS calendar WHERE calendar.account_id = account.id AND calendar.remote_id = $2)`,
      [connectionId, calendarId],
    );
    return rows.length > 0;
  }

  protected override carriedOver(row: EventRow, intent: BookingIntent): ColumnValues {
    const organizerId = organizerOf(row, intent);
    const { other_links, ...link } = linksAfter(row, { organizerId, since: intent.wanted_order });
    const grace = organizerId === row.user_id ? { link_grace_until: row.link_grace_until } : {};
    return { ...link, other_links: JSON.stringify(other_links), ...grace };
  }

  /** Writes down what became of a booking without work to do. Its row is locked. */
  async note(tx: Transaction, { id }: EventRow, set: ColumnValues): Promise<void> {
    const assignments = Object.keys(set).map((name, index) => `${name} = $${index + 2}`);
    await tx.query(`UPDATE bookings SET ${assignments.join(', ')} WHERE id = $1 RETURNING id`, [id, ...Object.values(set)]);
  }
}
