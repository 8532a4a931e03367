import { z } from 'zod';
import { connectionStatuses } from '../auth/auth.models.js';

/** One calendar inside an account. */
export const calendar = z.object({
  id: z.string(),
  name: z.string(),
  time_zone: z.string().nullable(),
  is_primary: z.boolean(),
  is_writable: z.boolean(),
});
export type Calendar = z.output<typeof calendar>;

/** A user's calendar account. Its id is the connection's id, so that connecting again keeps everything attached to it. */
export const calendarAccount = z.object({
  id: z.uuid(),
  provider: z.string(),
  provider_email: z.string().nullable(),
  status: z.enum(connectionStatuses),
  /** The calendar that bookings are written to; null until the calendars were read. */
  calendar_id: z.string().nullable(),
  calendars: z.array(calendar),
  is_active: z.boolean(),
  last_error: z.string().nullable(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
});
export type CalendarAccount = z.output<typeof calendarAccount>;
