import { defineProvider } from '@patchbay/capabilities';
import { z } from 'zod';
import { oauthVariables } from '../_kit/oauth-variables.js';
import { instagramHttp } from './instagram.http.js';
import { instagramIdentity } from './instagram.identity.js';
import { instagramInbound } from './instagram.inbound.js';
import { instagramOAuth } from './instagram.oauth.js';

/** Every environment variable of Instagram. */
const instagramConfig = oauthVariables('INSTAGRAM', {
  name: 'Instagram',
  apiBaseUrl: 'https://graph.instagram.com',
  authBaseUrl: 'https://www.instagram.com',
}).extend({
  INSTAGRAM_TOKEN_BASE_URL: z
    .url()
    .optional()
    .describe('Where a code becomes a token. Default: https://api.instagram.com, or INSTAGRAM_AUTH_BASE_URL when that was changed.'),
  INSTAGRAM_WEBHOOK_VERIFY_TOKEN: z.string().min(1).optional().describe('Verify token that was entered with the callback URL of the webhooks.'),
  INSTAGRAM_DATA_DELETION_URL: z
    .url()
    .optional()
    .describe("Page that tells people what became of their request to delete their data; `code` is added. Default: Patchbay's own."),
});

/** Instagram: professional accounts and their figures. */
export const instagram = defineProvider({
  id: 'instagram',
  displayName: 'Instagram',
  setupGuide: new URL('https://developers.facebook.com/apps/'),
  config: instagramConfig,
  credentials: ['INSTAGRAM_CLIENT_ID', 'INSTAGRAM_CLIENT_SECRET'],
  // 200 calls an hour for each person; for us as a whole that times the people, so the other number only stops a runaway.
  // https://developers.facebook.com/docs/graph-api/overview/rate-limiting/
  limits: { provider: { limit: 10_000, perMs: 60_000 }, account: { limit: 200, perMs: 3_600_000 } },
  types: ['social'],
  capabilities: ['oauth', 'identity'],
  connect: ({ config, outbound, now }) => ({
    oauth: instagramOAuth(config),
    identity: instagramIdentity(instagramHttp({ baseUrl: config.INSTAGRAM_API_BASE_URL, outbound, now })),
  }),
  // What is signed, is signed with the app's secret; the verify token is only needed to subscribe.
  inboundWebhooks: {
    variables: ['INSTAGRAM_CLIENT_SECRET'],
    secrets: { headers: ['x-hub-signature', 'x-hub-signature-256'], fields: ['signed_request'] },
    connect: ({ config }) =>
      instagramInbound({
        appSecret: config.INSTAGRAM_CLIENT_SECRET,
        verifyToken: config.INSTAGRAM_WEBHOOK_VERIFY_TOKEN,
        dataDeletionUrl: config.INSTAGRAM_DATA_DELETION_URL,
      }),
  },
});
