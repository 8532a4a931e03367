import { defineProvider } from '@patchbay/capabilities';
import { z } from 'zod';
import { caldavCalendarReading } from './caldav.calendar-reading.js';
import { caldavAccount, caldavCredentials } from './caldav.credentials.js';

/** Any CalDAV server, with a user name and a password or app password. The person names the server. */
export const caldav = defineProvider({
  id: 'caldav',
  displayName: 'CalDAV',
  setupGuide: new URL('https://www.rfc-editor.org/rfc/rfc4791'),
  config: z.object({}),
  credentials: [],
  // Nobody's server in particular: small ones are easily overrun.
  limits: { provider: { limit: 500, perMs: 1_000 }, account: { limit: 5, perMs: 1_000 } },
  types: ['calendar'],
  capabilities: ['credentials', 'calendarReading'],
  connect: ({ userAimedOutbound, now }) => {
    const api = { outbound: userAimedOutbound, now };
    return { credentials: caldavCredentials(api), calendarReading: caldavCalendarReading(caldavAccount(api)) };
  },
});
