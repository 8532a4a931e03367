import { Inject, Injectable } from '@nestjs/common';
import { Database } from '@patchbay/database';
import { BookingRows, type BookingRow } from '@patchbay/bookings';

/** A booking and its meeting. Bound to a connection without a meeting id: an attempt to make the meeting may have taken effect. */
export interface MeetingRow extends BookingRow {
  readonly meeting_id: string | null;
  readonly join_url: string | null;
  readonly attempted_start_time: string | null;
  readonly omitted_reason: 'not_wanted' | 'no_account' | null;
}

@Injectable()
export class BookingsRepository extends BookingRows<MeetingRow> {
  constructor(@Inject(Database) database: Database) {
    super(database);
  }
}
