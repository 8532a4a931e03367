import { defineProvider } from '@patchbay/capabilities';
import { z } from 'zod';
import { oauthVariables } from '../_kit/oauth-variables.js';
import { githubHttp } from './github.http.js';
import { githubIdentity } from './github.identity.js';
import { githubInbound } from './github.inbound.js';
import { githubOAuth } from './github.oauth.js';
import { githubRevocation } from './github.revocation.js';

/** Every environment variable of GitHub. */
const githubConfig = oauthVariables('GITHUB', {
  name: 'GitHub',
  apiBaseUrl: 'https://api.github.com',
  authBaseUrl: 'https://github.com',
}).extend({ GITHUB_WEBHOOK_SECRET: z.string().min(1).optional().describe('Secret of the webhook that GitHub sends to Patchbay.') });

/** GitHub: accounts to sign in with. */
export const github = defineProvider({
  id: 'github',
  displayName: 'GitHub',
  setupGuide: new URL('https://github.com/settings/applications/new'),
  config: githubConfig,
  credentials: ['GITHUB_CLIENT_ID', 'GITHUB_CLIENT_SECRET'],
  // 5,000 an hour for each person. For us as a whole GitHub names no number; this one only stops a runaway.
  // https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
  limits: { provider: { limit: 100, perMs: 1_000 }, account: { limit: 80, perMs: 60_000 } },
  types: ['authentication'],
  capabilities: ['oauth', 'identity', 'revocation'],
  connect: ({ config, outbound, now }) => {
    const http = githubHttp({ baseUrl: config.GITHUB_API_BASE_URL, outbound, now });
    const app = { clientId: config.GITHUB_CLIENT_ID, clientSecret: config.GITHUB_CLIENT_SECRET };
    return { oauth: githubOAuth(config), identity: githubIdentity(http), revocation: githubRevocation(http, app) };
  },
  inboundWebhooks: {
    variables: ['GITHUB_WEBHOOK_SECRET'],
    secrets: { headers: ['x-hub-signature', 'x-hub-signature-256'], fields: [] },
    connect: ({ config }) => githubInbound(config.GITHUB_WEBHOOK_SECRET),
  },
});
