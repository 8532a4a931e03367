import { defineProvider, type Capabilities } from '@patchbay/capabilities';
import { z } from 'zod';
import { ownWebhookSecret } from '../_kit/channel-token.js';
import { scopesOf } from '../_kit/oauth-variables.js';
import { googleCalendar } from './google.calendar.js';
import { googleCalendarPush } from './google.calendar-push.js';
import { googleCalendarEvents } from './google.calendar-events.js';
import { googleCalendarReading } from './google.calendar-reading.js';
import { googleCalendarSharing } from './google.calendar-sharing.js';
import { googleIdentity } from './google.identity.js';
import { googleInbound } from './google.inbound.js';
import { googleOAuth } from './google.oauth.js';
import { googleScopes } from './google.scopes.js';
import { publicApiHost } from './google.variables.js';

/** Every environment variable of Google. */
const googleConfig = z.object({
  GOOGLE_CALENDAR_CLIENT_ID: z.string().min(1).describe('OAuth client id of the Google Cloud project.'),
  GOOGLE_CALENDAR_CLIENT_SECRET: z.string().min(1).describe('OAuth client secret that belongs to it.'),
  GOOGLE_CALENDAR_REDIRECT_URI: z.url().optional().describe('Redirect URI registered with the client; added to the allow list.'),
  GOOGLE_SCOPES: z.string().min(1).optional().describe('Scopes to ask for, separated by spaces, instead of the built-in ones.'),
  GOOGLE_API_BASE_URL: z.url().default(publicApiHost).describe("Where Google's APIs are; a sandbox or a proxy can stand in."),
  GOOGLE_AUTH_BASE_URL: z.url().default('https://accounts.google.com').describe("Where Google's consent page is."),
  GOOGLE_TOKEN_BASE_URL: z
    .url()
    .optional()
    .describe("Where Google's token endpoint is. Default: https://oauth2.googleapis.com, or GOOGLE_AUTH_BASE_URL when that was changed."),
  GOOGLE_WEBHOOK_SECRET: ownWebhookSecret('What the tokens of push channels are made with, by which Google is known when it calls.'),
});

const calendarScopes = [googleScopes.openid, googleScopes.email, googleScopes.calendar, googleScopes.calendarEvents] as const;

/** Google: calendars. */
export const google = defineProvider({
  id: 'google',
  displayName: 'Google',
  setupGuide: new URL('https://console.cloud.google.com/apis/credentials'),
  config: googleConfig,
  credentials: ['GOOGLE_CALENDAR_CLIENT_ID', 'GOOGLE_CALENDAR_CLIENT_SECRET'],
  // Defaults of the Calendar API for a project and for a user of it. https://developers.google.com/workspace/calendar/api/guides/quota
  limits: { provider: { limit: 10_000, perMs: 60_000 }, account: { limit: 600, perMs: 60_000 } },
  types: ['calendar'],
  capabilities: ['oauth', 'identity', 'calendar', 'calendarReading', 'calendarEvents', 'calendarSharing', 'calendarPush'],
  connect: ({ config, outbound, now }) => {
    const api = { provider: 'google', baseUrl: config.GOOGLE_API_BASE_URL, outbound, now };
    const oauth = googleOAuth({
      clientId: config.GOOGLE_CALENDAR_CLIENT_ID,
      clientSecret: config.GOOGLE_CALENDAR_CLIENT_SECRET,
      redirectUri: config.GOOGLE_CALENDAR_REDIRECT_URI,
      scopes: { calendar: scopesOf(config.GOOGLE_SCOPES, calendarScopes) },
      authBaseUrl: config.GOOGLE_AUTH_BASE_URL,
      tokenBaseUrl: config.GOOGLE_TOKEN_BASE_URL,
    });
    // Whoever cannot tell Google from a stranger must not be called.
    const { GOOGLE_WEBHOOK_SECRET: secrets } = config;
    const push: Partial<Pick<Capabilities, 'calendarPush'>> = secrets === undefined ? {} : { calendarPush: googleCalendarPush(api, secrets) };
    const calendars = {
      calendar: googleCalendar(api),
      calendarReading: googleCalendarReading(api),
      calendarEvents: googleCalendarEvents(api),
      calendarSharing: googleCalendarSharing(api),
    };
    return { oauth, identity: googleIdentity(api), ...calendars, ...push };
  },
  inboundWebhooks: {
    variables: ['GOOGLE_WEBHOOK_SECRET'],
    secrets: { headers: ['x-goog-channel-token'], fields: [] },
    connect: ({ config }) => googleInbound(config.GOOGLE_WEBHOOK_SECRET),
  },
});
