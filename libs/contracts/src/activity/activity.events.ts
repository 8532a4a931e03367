import { z } from 'zod';
import { defineEvent } from '../definitions/define-event.js';
import { activityTypes } from './activity.models.js';

/** A service took a step, or failed to. Kept by `webhooks` as the activity log. */
export const activityRecorded = defineEvent({
  type: 'activity_recorded',
  version: 1,
  audience: 'internal',
  producer: 'auth',
  consumers: ['webhooks'],
  summary: 'A service took a step, or failed to. Published by every service; kept as the activity log.',
  data: z.object({
    user_id: z.uuid(),
    log_type: z.enum(activityTypes),
    integration_type: z.string(),
    booking_id: z.string().nullable().default(null),
    message: z.string(),
    details: z.record(z.string(), z.unknown()).default({}),
    success: z.boolean(),
  }),
  owner: (data) => data.user_id,
  examples: [
    {
      user_id: '0198f2a4-0000-7000-8000-000000000001',
      log_type: 'error',
      integration_type: 'zoom',
      booking_id: 'bk_1042',
      message: 'Zoom did not answer; the meeting will be made when it does.',
      success: false,
    },
  ],
});
