import { defineProvider } from '@patchbay/capabilities';
import { z } from 'zod';
import { caldavCalendarEvents } from './caldav.calendar-events.js';
import { caldavCalendar } from './caldav.calendar.js';
import { caldavCalendarReading } from './caldav.calendar-reading.js';
import { caldavAccount, caldavCredentials } from './caldav.credentials.js';

/** Any CalDAV server, with a user name and a password or app password. The person names the server. */
export const caldav = defineProvider({
  id: 'caldav',
  displayName: 'CalDAV',
  setupGuide: new URL('https://www.rfc-editor.org/rfc/rfc4791'),
  config: z.object({}),
  credentials: [],
  // Nobody's server in particular: small ones are easily overrun. A large calendar takes some thirty requests, one after the other, when it is first read.
  limits: { provider: { limit: 500, perMs: 1_000 }, account: { limit: 600, perMs: 60_000 } },
  types: ['calendar'],
  capabilities: ['credentials', 'calendar', 'calendarReading', 'calendarEvents'],
  connect: ({ userAimedOutbound, now }) => {
    const api = { outbound: userAimedOutbound, now };
    const open = caldavAccount(api);
    return {
      credentials: caldavCredentials(api),
      calendar: caldavCalendar(open, 'caldav'),
      calendarReading: caldavCalendarReading(open),
      calendarEvents: caldavCalendarEvents(open, 'caldav'),
    };
  },
});
