import { defineProvider } from '@patchbay/capabilities';
import { ownWebhookSecret } from '../_kit/channel-token.js';
import { oauthVariables } from '../_kit/oauth-variables.js';
import { webexHttp } from './webex.http.js';
import { webexIdentity } from './webex.identity.js';
import { webexInbound } from './webex.inbound.js';
import { webexOAuth } from './webex.oauth.js';

/** Every environment variable of Webex. */
const webexConfig = oauthVariables('WEBEX', { name: 'Webex', apiBaseUrl: 'https://webexapis.com', authBaseUrl: 'https://webexapis.com' }).extend({
  WEBEX_WEBHOOK_SECRET: ownWebhookSecret('What Webex signs its webhooks with.'),
});

/** Webex: meetings. */
export const webex = defineProvider({
  id: 'webex',
  displayName: 'Webex',
  setupGuide: new URL('https://developer.webex.com/my-apps/new/integration'),
  config: webexConfig,
  credentials: ['WEBEX_CLIENT_ID', 'WEBEX_CLIENT_SECRET'],
  // Webex names no numbers: it answers 429 and says when to come back. These only stop a runaway. https://developer.webex.com/docs/basics#rate-limiting
  limits: { provider: { limit: 100, perMs: 1_000 }, account: { limit: 10, perMs: 1_000 } },
  types: ['video'],
  capabilities: ['oauth', 'identity'],
  connect: ({ config, outbound, now }) => ({
    oauth: webexOAuth(config),
    identity: webexIdentity(webexHttp({ baseUrl: config.WEBEX_API_BASE_URL, outbound, now })),
  }),
  inboundWebhooks: {
    variables: ['WEBEX_WEBHOOK_SECRET'],
    secrets: { headers: ['x-spark-signature'], fields: [] },
    connect: ({ config }) => webexInbound(config.WEBEX_WEBHOOK_SECRET),
  },
});
