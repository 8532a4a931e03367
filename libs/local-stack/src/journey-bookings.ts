import { bookingCancelled, bookingCreated, bookingRescheduled, subjectOf } from '@patchbay/contracts';
import { jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';

/** What a booking is at its beginning. */
export type BookingData = z.input<typeof bookingCreated.data>;

/** An event as a product publishes it. */
export interface PublishedEvent {
  readonly id: string;
  readonly type: string;
  readonly version: number;
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const minutes = (count: number): number => count * 60_000;
/** Hours in milliseconds. */
export const hours = (count: number): number => minutes(60) * count;

/** Someone books half an hour with the organiser. */
export const aBooking = ({ id, title, userId, startsAt }: { id: string; title: string; userId: string; startsAt: number }): BookingData => ({
  booking_id: id,
  organizer: { user_id: userId },
  attendees: [
    { email: 'adam@example.com', name: 'Adam Attendee', time_zone: 'America/New_York' },
    { email: 'amina@example.com', name: 'Amina Attendee' },
  ],
  title,
  start_time: new Date(startsAt).toISOString(),
  end_time: new Date(startsAt + minutes(30)).toISOString(),
  time_zone: 'Europe/Berlin',
});

const now = (): string => new Date().toISOString();

/** The booking is made. */
export const created = (booking: BookingData, timestamp = now()): PublishedEvent => ({
  id: randomUUID(),
  type: bookingCreated.type,
  version: bookingCreated.version,
  timestamp,
  data: booking,
});

/** The booking moves by so many milliseconds. */
export const rescheduled = (booking: BookingData, byMs: number, timestamp = now()): PublishedEvent => ({
  id: randomUUID(),
  type: bookingRescheduled.type,
  version: bookingRescheduled.version,
  timestamp,
  data: {
    ...booking,
    start_time: new Date(Date.parse(booking.start_time) + byMs).toISOString(),
    end_time: new Date(Date.parse(booking.end_time) + byMs).toISOString(),
    previous_start_time: booking.start_time,
    previous_end_time: booking.end_time,
  },
});

/** The booking will not take place. */
export const cancelled = ({ booking_id, organizer }: BookingData, timestamp = now()): PublishedEvent => ({
  id: randomUUID(),
  type: bookingCancelled.type,
  version: bookingCancelled.version,
  timestamp,
  data: { booking_id, organizer, reason: 'The attendee is ill.' },
});

/** Publishes as a product does that knows NATS and nothing of Patchbay: the example of `libs/messaging/README.md`. */
export async function publishStraightToNats(natsUrl: string, event: PublishedEvent): Promise<void> {
  const connection = await connect({ servers: natsUrl });
  try {
    await jetstream(connection).publish(subjectOf(event), JSON.stringify(event), { msgID: event.id });
  } finally {
    await connection.close();
  }
}
