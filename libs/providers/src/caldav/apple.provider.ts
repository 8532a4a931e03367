import { defineProvider } from '@patchbay/capabilities';
import { z } from 'zod';
import { appleAccount, appleCredentials } from './apple.credentials.js';
import { caldavCalendarEvents } from './caldav.calendar-events.js';
import { caldavCalendar } from './caldav.calendar.js';
import { caldavCalendarReading } from './caldav.calendar-reading.js';

/** Every environment variable of iCloud. */
const appleConfig = z.object({
  APPLE_API_BASE_URL: z.url().default('https://caldav.icloud.com').describe("Where iCloud's calendars are; a sandbox or a proxy can stand in."),
});

/** Apple iCloud: calendars, with an Apple Account and an app-specific password. */
export const apple = defineProvider({
  id: 'apple',
  displayName: 'Apple iCloud',
  setupGuide: new URL('https://support.apple.com/102654'),
  config: appleConfig,
  credentials: [],
  // Apple publishes no numbers; this only stops a runaway. One booking takes some seven requests, as the account has to be found first.
  limits: { provider: { limit: 200, perMs: 1_000 }, account: { limit: 60, perMs: 10_000 } },
  types: ['calendar'],
  capabilities: ['credentials', 'calendar', 'calendarReading', 'calendarEvents'],
  connect: ({ config, outbound, now }) => {
    const api = { baseUrl: config.APPLE_API_BASE_URL, outbound, now };
    const open = appleAccount(api);
    return {
      credentials: appleCredentials(api),
      calendar: caldavCalendar(open, 'apple'),
      calendarReading: caldavCalendarReading(open),
      calendarEvents: caldavCalendarEvents(open, 'apple'),
    };
  },
});
