import { z } from 'zod';

/** A time that a person keeps free of bookings by hand. */
export const manualBlock = z.object({
  id: z.uuid(),
  title: z.string(),
  note: z.string().nullable(),
  /** Of the first time, when it repeats. */
  start_time: z.iso.datetime(),
  /** The first moment after it. */
  end_time: z.iso.datetime(),
  /** What whole days and repetitions go by. */
  time_zone: z.string(),
  is_all_day: z.boolean(),
  /** `RRULE`, `RDATE` and `EXDATE` lines; empty when it does not repeat. */
  recurrence: z.array(z.string()),
  /** Up to when its times are known; null: all of them are. */
  known_until: z.iso.datetime().nullable(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
});
/** A time that a person keeps free of bookings by hand. */
export type ManualBlock = z.output<typeof manualBlock>;
