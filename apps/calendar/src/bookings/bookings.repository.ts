import { Inject, Injectable } from '@nestjs/common';
import { Database } from '@patchbay/database';
import { BookingRows, type BookingRow } from '@patchbay/bookings';

/** A booking and its event in a calendar. Bound to a connection without an event id: an attempt to write the event may have taken effect. */
export interface EventRow extends BookingRow {
  readonly calendar_id: string | null;
  readonly event_id: string | null;
  readonly html_link: string | null;
  readonly link_url: string | null;
  readonly link_is_omitted: boolean;
  readonly link_order: string;
  readonly link_grace_until: Date | null;
}

@Injectable()
export class BookingsRepository extends BookingRows<EventRow> {
  constructor(@Inject(Database) database: Database) {
    super(database);
  }
}
