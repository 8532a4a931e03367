import { allowedTargets } from '@patchbay/egress';
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

/** For calendars on servers that people name: `configuredProviders` goes by it. */
const egressConfig = {
  PUBLIC_BASE_URL: z.url().default('http://localhost:4000').describe('Where the outside world reaches the gateway.'),
  WEBHOOKS_EGRESS_ALLOW: allowedTargets,
};

export const calendarConfig = withProviders(ownConfig.extend(egressConfig));
