import { withProviders } from '@patchbay/providers';
import { z } from 'zod';

const ownConfig = z.object({
  CALENDAR_LINK_GRACE_SECONDS: z.coerce
    .number()
    .min(0)
    .max(600)
    .default(5)
    .describe('How long the calendar event of a new booking waits for its meeting link. One that comes later is added to the event.'),
  CALENDAR_WINDOW_PAST_DAYS: z.coerce.number().int().min(1).max(400).default(30).describe('For how many days back busy times are known.'),
  CALENDAR_WINDOW_AHEAD_DAYS: z.coerce.number().int().min(1).max(1100).default(365).describe('For how many days ahead busy times are known.'),
});
export type CalendarConfig = z.output<typeof ownConfig>;

export const calendarConfig = withProviders(ownConfig);
