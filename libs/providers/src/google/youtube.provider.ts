import { defineProvider } from '@patchbay/capabilities';
import { z } from 'zod';
import { ownWebhookSecret } from '../_kit/channel-token.js';
import { scopesOf } from '../_kit/oauth-variables.js';
import { googleOAuth } from './google.oauth.js';
import { googleScopes } from './google.scopes.js';
import { googleBaseUrlFallbacks, googleBaseUrls, publicApiHost } from './google.variables.js';
import { youtubeIdentity } from './youtube.identity.js';
import { youtubeInbound } from './youtube.inbound.js';

/** Every environment variable of YouTube. */
const youtubeConfig = z.object({
  YOUTUBE_CLIENT_ID: z.string().min(1).describe('OAuth client id for YouTube.'),
  YOUTUBE_CLIENT_SECRET: z.string().min(1).describe('OAuth client secret that belongs to it.'),
  YOUTUBE_REDIRECT_URI: z.url().optional().describe('Redirect URI registered with the client; added to the allow list.'),
  YOUTUBE_SCOPES: z.string().min(1).optional().describe('Scopes to ask for, separated by spaces, instead of the built-in one.'),
  YOUTUBE_WEBHOOK_SECRET: ownWebhookSecret('What the hub signs notices of new videos with.'),
  ...googleBaseUrls('YOUTUBE'),
});

/** YouTube: a channel and its figures. */
export const youtube = defineProvider({
  id: 'youtube',
  displayName: 'YouTube',
  setupGuide: new URL('https://console.cloud.google.com/apis/credentials'),
  config: youtubeConfig,
  credentials: ['YOUTUBE_CLIENT_ID', 'YOUTUBE_CLIENT_SECRET'],
  variableFallbacks: googleBaseUrlFallbacks('YOUTUBE'),
  // 10,000 units a day for a project, and a list costs one. For a single person Google names no number; this one only stops a runaway.
  // https://developers.google.com/youtube/v3/determine_quota_cost
  limits: { provider: { limit: 10_000, perMs: 86_400_000 }, account: { limit: 600, perMs: 60_000 } },
  types: ['social'],
  capabilities: ['oauth', 'identity'],
  connect: ({ config, outbound, now }) => ({
    oauth: googleOAuth({
      clientId: config.YOUTUBE_CLIENT_ID,
      clientSecret: config.YOUTUBE_CLIENT_SECRET,
      redirectUri: config.YOUTUBE_REDIRECT_URI,
      scopes: { social: scopesOf(config.YOUTUBE_SCOPES, [googleScopes.youtubeReadonly]) },
      authBaseUrl: config.YOUTUBE_AUTH_BASE_URL,
      tokenBaseUrl: config.YOUTUBE_TOKEN_BASE_URL,
    }),
    identity: youtubeIdentity({ provider: 'youtube', baseUrl: config.YOUTUBE_API_BASE_URL ?? publicApiHost, outbound, now }),
  }),
  inboundWebhooks: {
    variables: ['YOUTUBE_WEBHOOK_SECRET'],
    secrets: { headers: ['x-hub-signature'], fields: [] },
    connect: ({ config }) => youtubeInbound(config.YOUTUBE_WEBHOOK_SECRET),
  },
});
