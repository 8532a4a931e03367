import { defineProvider } from '@patchbay/capabilities';
import { oauthVariables } from '../_kit/oauth-variables.js';
import { graphHttp } from './microsoft.graph-http.js';
import { microsoftIdentity } from './microsoft.identity.js';
import { microsoftOAuth } from './microsoft.oauth.js';
import { publicCloud, tenantId } from './microsoft.variables.js';

/** Every environment variable of signing in with Microsoft. */
const microsoftConfig = oauthVariables('MICROSOFT', { name: 'Microsoft', ...publicCloud }).extend({ MICROSOFT_TENANT_ID: tenantId });

/** Microsoft: signing in. */
export const microsoft = defineProvider({
  id: 'microsoft',
  displayName: 'Microsoft',
  setupGuide: new URL('https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade'),
  config: microsoftConfig,
  credentials: ['MICROSOFT_CLIENT_ID', 'MICROSOFT_CLIENT_SECRET'],
  // All of Graph per app; for one person no number is published, and a sign-in makes one call. https://learn.microsoft.com/graph/throttling-limits
  limits: { provider: { limit: 130_000, perMs: 10_000 }, account: { limit: 10, perMs: 1_000 } },
  types: ['authentication'],
  capabilities: ['oauth', 'identity'],
  connect: ({ config, outbound, now }) => ({
    oauth: microsoftOAuth({
      clientId: config.MICROSOFT_CLIENT_ID,
      clientSecret: config.MICROSOFT_CLIENT_SECRET,
      redirectUri: config.MICROSOFT_REDIRECT_URI,
      tenantId: config.MICROSOFT_TENANT_ID,
      authBaseUrl: config.MICROSOFT_AUTH_BASE_URL,
      type: 'authentication',
      scopes: config.MICROSOFT_SCOPES,
      builtInScopes: ['openid', 'profile', 'email', 'offline_access', 'User.Read'],
    }),
    identity: microsoftIdentity(graphHttp({ provider: 'microsoft', baseUrl: config.MICROSOFT_API_BASE_URL, outbound, now })),
  }),
});
