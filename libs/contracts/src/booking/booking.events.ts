import { defineEvent } from '../definitions/define-event.js';
import { booking, endedBooking, rescheduledBooking } from './booking.models.js';

const organizer = { user_id: '0198f2a4-0000-7000-8000-000000000001', email: 'olivia@example.com', name: 'Olivia Organizer' };
const example = {
  booking_id: 'bk_1042',
  organizer,
  attendees: [{ email: 'adam@example.com', name: 'Adam Attendee', time_zone: 'America/New_York' }],
  title: 'Product demo',
  start_time: '2026-12-01T15:00:00Z',
  end_time: '2026-12-01T15:30:00Z',
  time_zone: 'Europe/Berlin',
  conferencing: 'auto',
};
const ownedByOrganizer = (data: { organizer: { user_id: string } }): string => data.organizer.user_id;

/** Someone booked time with the organiser. A meeting link, a calendar event and webhooks follow. */
export const bookingCreated = defineEvent({
  type: 'booking_created',
  version: 1,
  audience: 'public',
  producer: 'product',
  consumers: ['video', 'calendar'],
  summary: 'Someone booked time with the organiser. A meeting link, a calendar event and webhooks follow.',
  data: booking,
  owner: ownedByOrganizer,
  examples: [example],
});

/** A booking moved to another time, or to another organiser. Carries the booking whole, as it is now. */
export const bookingRescheduled = defineEvent({
  type: 'booking_rescheduled',
  version: 1,
  audience: 'public',
  producer: 'product',
  consumers: ['video', 'calendar'],
  summary: 'A booking moved to another time, or to another organiser. Carries the booking whole, as it is now.',
  data: rescheduledBooking,
  owner: ownedByOrganizer,
  examples: [
    {
      ...example,
      start_time: '2026-12-02T15:00:00Z',
      end_time: '2026-12-02T15:30:00Z',
      previous_start_time: example.start_time,
      previous_end_time: example.end_time,
    },
  ],
});

/** A booking will not take place. Its meeting and its calendar event are removed. */
export const bookingCancelled = defineEvent({
  type: 'booking_cancelled',
  version: 1,
  audience: 'public',
  producer: 'product',
  consumers: ['video', 'calendar'],
  summary: 'A booking will not take place. Its meeting and its calendar event are removed.',
  data: endedBooking,
  owner: ownedByOrganizer,
  examples: [{ booking_id: example.booking_id, organizer, reason: 'The attendee is ill.' }],
});

/** A booking took place. Nothing is changed at any provider. */
export const bookingCompleted = defineEvent({
  type: 'booking_completed',
  version: 1,
  audience: 'public',
  producer: 'product',
  consumers: [],
  summary: 'A booking took place. Nothing is changed at any provider.',
  data: endedBooking,
  owner: ownedByOrganizer,
  examples: [{ booking_id: example.booking_id, organizer }],
});
