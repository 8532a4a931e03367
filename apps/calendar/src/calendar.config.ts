import { withProviders } from '@patchbay/providers';
import { z } from 'zod';

const ownConfig = z.object({
  CALENDAR_LINK_GRACE_SECONDS: z.coerce
    .number()
    .min(0)
    .max(600)
    .default(5)
    .describe('How long the calendar event of a new booking waits for its meeting link. One that comes later is added to the event.'),
});
export type CalendarConfig = z.output<typeof ownConfig>;

export const calendarConfig = withProviders(ownConfig);
