import { z } from 'zod';

/**
 * A provider's id of something in a calendar, as a person sends it back. Dot segments are none: in the path of a provider's API they would stand for
 * the whole calendar, and what was meant for an event would be done to that.
 */
export const remoteId = z
  .string()
  .min(1)
  .max(2_000)
  .regex(/^(?!\.{1,2}$)/);
