import { z } from 'zod';
import { connectionStatuses } from '../auth/auth.models.js';

/** A user's video account. Its id is the connection's id. */
export const videoAccount = z.object({
  id: z.uuid(),
  provider: z.string(),
  provider_email: z.string().nullable(),
  status: z.enum(connectionStatuses),
  is_active: z.boolean(),
  /** False: bookings get no meeting from this account. */
  auto_generate_links: z.boolean(),
  last_error: z.string().nullable(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
});
export type VideoAccount = z.output<typeof videoAccount>;
