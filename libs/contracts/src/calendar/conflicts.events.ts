import { z } from 'zod';
import { defineEvent } from '../definitions/define-event.js';

/** A person would rather have a booking at another time, or no longer. The product moves it, or does not. */
export const bookingMoveProposed = defineEvent({
  type: 'booking_move_proposed',
  version: 1,
  audience: 'public',
  producer: 'calendar',
  consumers: [],
  summary:
    'A person decided about a conflict that a booking should be at another time, or took that back (`withdrawn`). Nothing was moved: the product does, with `booking_rescheduled`, or does not.',
  data: z.object({
    user_id: z.uuid(),
    booking_id: z.string(),
    conflict_id: z.uuid(),
    resolution_id: z.uuid(),
    status: z.enum(['proposed', 'withdrawn']),
    start_time: z.iso.datetime(),
    end_time: z.iso.datetime(),
    /** Where the booking is. */
    current_start_time: z.iso.datetime(),
    current_end_time: z.iso.datetime(),
  }),
  owner: (event) => event.user_id,
  examples: [
    {
      user_id: '0198f2a4-0000-7000-8000-000000000001',
      booking_id: 'bk_1042',
      conflict_id: '5b1f3c9e-62aa-8f10-8c3e-1d2f3a4b5c6d',
      resolution_id: '0198f2a4-0000-7000-8000-0000000000e1',
      status: 'proposed',
      start_time: '2026-12-02T15:00:00.000Z',
      end_time: '2026-12-02T15:30:00.000Z',
      current_start_time: '2026-12-01T15:00:00.000Z',
      current_end_time: '2026-12-01T15:30:00.000Z',
    },
  ],
});
