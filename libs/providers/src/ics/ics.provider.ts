import { defineProvider } from '@patchbay/capabilities';
import { z } from 'zod';
import { icsCalendarReading } from './ics.calendar-reading.js';
import { icsCredentials } from './ics.credentials.js';

/** A calendar that somebody publishes as a file on the web, to be read only. The person names its address. */
export const ics = defineProvider({
  id: 'ics',
  displayName: 'Calendar feed (ICS)',
  setupGuide: new URL('https://www.rfc-editor.org/rfc/rfc5545'),
  config: z.object({}),
  credentials: [],
  // Nobody's server in particular, and a feed is the whole calendar each time: small servers are easily overrun.
  limits: { provider: { limit: 500, perMs: 1_000 }, account: { limit: 5, perMs: 1_000 } },
  types: ['calendar'],
  capabilities: ['credentials', 'calendarReading'],
  connect: ({ userAimedOutbound, now }) => {
    const api = { outbound: userAimedOutbound, now };
    return { credentials: icsCredentials(api), calendarReading: icsCalendarReading(api) };
  },
});
