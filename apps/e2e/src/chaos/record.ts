import type { BookingData, PublishedEvent } from '@patchbay/local-stack';

/** A booking as its product knows it: what it was promised. */
export interface KnownBooking {
  readonly id: string;
  readonly title: string;
  /** Whose booking it is. */
  readonly userId: string;
  /** Where it shall stand now, in milliseconds; null once it is cancelled. */
  startsAt: number | null;
  /** Every event of it that was answered 202. */
  readonly acknowledged: PublishedEvent[];
  /** Nothing more will be published about it. */
  isDone: boolean;
}

/** Everything that was promised to a product, for the comparison at the end. */
export class PublicationRecord {
  readonly bookings: KnownBooking[] = [];
  /** Refusals that an outage must never cause: the caller did nothing wrong. */
  readonly wrongRefusals: string[] = [];
  /** Calls that had to be made again. */
  retries = 0;

  begin(data: BookingData): KnownBooking {
    const { booking_id: id, title, organizer } = data;
    const booking: KnownBooking = {
      id,
      title,
      userId: organizer.user_id,
      startsAt: Date.parse(data.start_time),
      acknowledged: [],
      isDone: false,
    };
    this.bookings.push(booking);
    return booking;
  }

  acknowledge(booking: KnownBooking, event: PublishedEvent): void {
    booking.acknowledged.push(event);
    if (event.type === 'booking_cancelled') booking.startsAt = null;
    if (event.type === 'booking_rescheduled') booking.startsAt = Date.parse(String(event.data['start_time']));
  }

  get acknowledgedCount(): number {
    return this.bookings.reduce((sum, booking) => sum + booking.acknowledged.length, 0);
  }
}
