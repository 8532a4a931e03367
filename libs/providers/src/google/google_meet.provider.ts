import { defineProvider } from '@patchbay/capabilities';
import { z } from 'zod';
import { scopesOf } from '../_kit/oauth-variables.js';
import { googleIdentity } from './google.identity.js';
import { googleOAuth } from './google.oauth.js';
import { googleScopes } from './google.scopes.js';
import { googleBaseUrlFallbacks, googleBaseUrls, publicApiHost } from './google.variables.js';

/** Every environment variable of Google Meet. Its client is the calendar's: a Meet link is made by making a calendar event. */
const googleMeetConfig = z.object({
  GOOGLE_CALENDAR_CLIENT_ID: z.string().min(1).describe('OAuth client id of the Google Cloud project.'),
  GOOGLE_CALENDAR_CLIENT_SECRET: z.string().min(1).describe('OAuth client secret that belongs to it.'),
  GOOGLE_MEET_REDIRECT_URI: z
    .url()
    .optional()
    .describe('Redirect URI registered with the client; added to the allow list. Default: GOOGLE_CALENDAR_REDIRECT_URI.'),
  GOOGLE_MEET_SCOPES: z.string().min(1).optional().describe('Scopes to ask for, separated by spaces, instead of the built-in ones.'),
  ...googleBaseUrls('GOOGLE_MEET'),
});

// Whoever may change events may give them a Meet link. https://developers.google.com/workspace/calendar/api/guides/create-events#conferencing
const meetScopes = [googleScopes.openid, googleScopes.email, googleScopes.calendarEvents] as const;

/** Google Meet: meetings. */
export const googleMeet = defineProvider({
  id: 'google_meet',
  displayName: 'Google Meet',
  setupGuide: new URL('https://console.cloud.google.com/apis/credentials'),
  config: googleMeetConfig,
  credentials: ['GOOGLE_CALENDAR_CLIENT_ID', 'GOOGLE_CALENDAR_CLIENT_SECRET'],
  variableFallbacks: { ...googleBaseUrlFallbacks('GOOGLE_MEET'), GOOGLE_MEET_REDIRECT_URI: 'GOOGLE_CALENDAR_REDIRECT_URI' },
  // Those of the Calendar API, which makes the links. https://developers.google.com/workspace/calendar/api/guides/quota
  limits: { provider: { limit: 10_000, perMs: 60_000 }, account: { limit: 600, perMs: 60_000 } },
  types: ['video'],
  capabilities: ['oauth', 'identity'],
  connect: ({ config, outbound, now }) => ({
    oauth: googleOAuth({
      clientId: config.GOOGLE_CALENDAR_CLIENT_ID,
      clientSecret: config.GOOGLE_CALENDAR_CLIENT_SECRET,
      redirectUri: config.GOOGLE_MEET_REDIRECT_URI,
      scopes: { video: scopesOf(config.GOOGLE_MEET_SCOPES, meetScopes) },
      authBaseUrl: config.GOOGLE_MEET_AUTH_BASE_URL,
      tokenBaseUrl: config.GOOGLE_MEET_TOKEN_BASE_URL,
    }),
    identity: googleIdentity({ provider: 'google_meet', baseUrl: config.GOOGLE_MEET_API_BASE_URL ?? publicApiHost, outbound, now }),
  }),
});
