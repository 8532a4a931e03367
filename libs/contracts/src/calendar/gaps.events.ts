import { z } from 'zod';
import { defineEvent } from '../definitions/define-event.js';
import { gapReasons } from './gaps.models.js';

/** A calendar that was not read for a while is known again. */
export const calendarGapReported = defineEvent({
  type: 'calendar_gap_reported',
  version: 1,
  audience: 'public',
  producer: 'calendar',
  consumers: [],
  summary: 'A calendar that was not read for a while is known again: what changed meanwhile, and which bookings collide with it. Ask for the report.',
  data: z.object({
    user_id: z.uuid(),
    connection_id: z.uuid(),
    provider: z.string(),
    calendar_id: z.string(),
    /** The report is at `/api/v1/integrations/calendar/{connection_id}/gaps/{gap_id}/`. */
    gap_id: z.uuid(),
    reason: z.enum(gapReasons),
    from: z.iso.datetime(),
    until: z.iso.datetime(),
    /** Null when nothing was kept to compare with. */
    added: z.int().nullable(),
    changed: z.int().nullable(),
    removed: z.int().nullable(),
    collision_count: z.int(),
    /** Bookings that collide, the first hundred by their time. */
    booking_ids: z.array(z.string()),
  }),
  owner: (data) => data.user_id,
  examples: [
    {
      user_id: '0198f2a4-0000-7000-8000-000000000001',
      connection_id: '0198f2a4-0000-7000-8000-0000000000c1',
      provider: 'google',
      calendar_id: 'primary',
      gap_id: '0198f2a4-0000-7000-8000-0000000000d1',
      reason: 'needs_reauth',
      from: '2026-11-28T09:00:00Z',
      until: '2026-11-30T11:58:20Z',
      added: 3,
      changed: 1,
      removed: 0,
      collision_count: 1,
      booking_ids: ['bk_1042'],
    },
  ],
});
