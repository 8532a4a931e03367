import { z } from 'zod';
import { defineEvent } from '../definitions/define-event.js';
import { bookingChangeActions, bookingChangePolicies, bookingChanges } from './booking-changes.models.js';

const moment = z.iso.datetime().nullable();

/** Somebody moved or deleted the event of a booking in the organiser's calendar, or undid that. */
export const bookingChangeDetected = defineEvent({
  type: 'booking_change_detected',
  version: 1,
  audience: 'public',
  producer: 'calendar',
  consumers: ['video'],
  summary: "Somebody moved or deleted the event of a booking in the organiser's calendar, or undid that. `action` says what was done about it.",
  data: z.object({
    user_id: z.uuid(),
    booking_id: z.string(),
    connection_id: z.uuid(),
    provider: z.string(),
    calendar_id: z.string(),
    /** The event's id at the provider. */
    event_id: z.string(),
    change: z.enum(bookingChanges),
    /** When it was as last booked or announced; null when it was not there. */
    previous_start_time: moment,
    previous_end_time: moment,
    /** When it is now; null when it is gone. */
    start_time: moment,
    end_time: moment,
    /** What the account's owner wants to happen. */
    policy: z.enum(bookingChangePolicies),
    /** What happened: after three times within an hour an event is not written back any more, but only announced. */
    action: z.enum(bookingChangeActions),
  }),
  owner: (data) => data.user_id,
  examples: [
    {
      user_id: '0198f2a4-0000-7000-8000-000000000001',
      booking_id: 'bk_1042',
      connection_id: '0198f2a4-0000-7000-8000-0000000000c1',
      provider: 'google',
      calendar_id: 'primary',
      event_id: '0698f2a4000070008000000000000001',
      change: 'moved',
      previous_start_time: '2026-12-01T15:00:00Z',
      previous_end_time: '2026-12-01T15:30:00Z',
      start_time: '2026-12-01T17:00:00Z',
      end_time: '2026-12-01T17:30:00Z',
      policy: 'announce',
      action: 'announced',
    },
  ],
});
