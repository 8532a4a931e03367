import { randomUUID } from 'node:crypto';
import type { bookingRescheduled, Booking, EventOf } from '@patchbay/contracts';

const hourMs = 3_600_000;

/** A booking of tomorrow, valid as it is; a test names what it is about. */
export function aBooking(userId: string, change: Partial<Booking> = {}): Booking {
  const startsAt = Date.now() + 24 * hourMs;
  return {
    booking_id: `bk_${randomUUID()}`,
    organizer: { user_id: userId },
    attendees: [{ email: 'adam@example.com' }],
    title: 'Product demo',
    start_time: new Date(startsAt).toISOString(),
    end_time: new Date(startsAt + hourMs / 2).toISOString(),
    time_zone: 'Europe/Berlin',
    conferencing: 'auto',
    ...change,
  };
}

/** The same booking an hour later. */
export function movedBooking(booking: Booking): EventOf<typeof bookingRescheduled>['data'] {
  const later = (time: string): string => new Date(Date.parse(time) + hourMs).toISOString();
  return {
    ...booking,
    start_time: later(booking.start_time),
    end_time: later(booking.end_time),
    previous_start_time: booking.start_time,
    previous_end_time: booking.end_time,
  };
}
