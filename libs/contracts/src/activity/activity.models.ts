import { z } from 'zod';

/** What kind of step a row of the activity log tells of. */
export const activityTypes = [
  'event_received',
  'video_link_created',
  'video_link_updated',
  'video_link_deleted',
  'calendar_event_created',
  'calendar_event_updated',
  'calendar_event_deleted',
  'booking_change_detected',
  'calendar_gap_reported',
  'webhook_sent',
  'integration_connected',
  'integration_disconnected',
  'token_refreshed',
  'token_expiring',
  'identity_linked',
  'identity_unlinked',
  'session_ended',
  'error',
] as const;

/** One step of Patchbay's work for a user. */
export const activity = z.object({
  id: z.uuid(),
  log_type: z.enum(activityTypes),
  /** The provider, or `webhook`. */
  integration_type: z.string(),
  /** The booking's id. */
  booking: z.string().nullable(),
  message: z.string(),
  details: z.record(z.string(), z.unknown()),
  success: z.boolean(),
  /** W3C trace id: the same for every step that one event set off, in every service. */
  trace_id: z.string().nullable(),
  created_at: z.iso.datetime(),
});
export type Activity = z.output<typeof activity>;
