import { z } from 'zod';
import { timeZone } from '../time-zone.js';

/** A moment: RFC 3339 with an offset. */
export const instant = z.iso.datetime({ offset: true });

/** The person whose calendar and meeting account a booking uses. */
export const organizer = z.object({ user_id: z.uuid(), email: z.email().optional(), name: z.string().max(200).optional() });

/** Someone who is invited. */
export const attendee = z.object({ email: z.email(), name: z.string().max(200).optional(), time_zone: timeZone.optional() });
export type Attendee = z.output<typeof attendee>;

/** `auto` takes the organiser's first working provider, `none` makes no link, anything else names a provider. */
export const conferencing = z
  .string()
  .min(1)
  .max(50)
  .default('auto')
  .describe('`auto`: the first working video account; `none`: no meeting; or the id of a provider, such as `zoom`.');

const bookingShape = {
  booking_id: z.string().min(1).max(200),
  organizer,
  attendees: z.array(attendee).max(500),
  title: z.string().min(1).max(500),
  description: z.string().max(8_000).optional(),
  start_time: instant,
  end_time: instant,
  time_zone: timeZone,
  location: z.string().max(1_000).optional(),
  conferencing,
  metadata: z.record(z.string(), z.unknown()).optional(),
};

const endsAfterItStarts = (booking: { start_time: string; end_time: string }): boolean =>
  Date.parse(booking.end_time) > Date.parse(booking.start_time);
const endFault = { path: ['end_time'], message: 'must be after start_time' };

/** What a booking is, wherever it is spoken of. */
export const booking = z.object(bookingShape).refine(endsAfterItStarts, endFault);
export type Booking = z.output<typeof booking>;

/** A booking as it is after a move, and where it was before. */
export const rescheduledBooking = z
  .object({ ...bookingShape, previous_start_time: instant, previous_end_time: instant })
  .refine(endsAfterItStarts, endFault);

/** A booking that is over, one way or the other. */
export const endedBooking = z.object({ booking_id: bookingShape.booking_id, organizer, reason: z.string().max(2_000).optional() });
