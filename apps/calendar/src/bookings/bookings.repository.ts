import { Inject, Injectable } from '@nestjs/common';
import { Database, type ColumnValues, type Transaction } from '@patchbay/database';
import { BookingRows, organizerOf, type BookingIntent, type Place } from '@patchbay/bookings';
import type { EventRow } from './event-row.js';
import { linksAfter } from './link-state.js';

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
