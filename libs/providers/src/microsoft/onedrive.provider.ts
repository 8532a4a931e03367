import { defineProvider } from '@patchbay/capabilities';
import { oauthVariables } from '../_kit/oauth-variables.js';
import { graphHttp } from './microsoft.graph-http.js';
import { microsoftIdentity } from './microsoft.identity.js';
import { microsoftOAuth } from './microsoft.oauth.js';
import { fallbacksToOutlook, outlookDefaults, publicCloud } from './microsoft.variables.js';

/** Every environment variable of OneDrive. */
const onedriveConfig = oauthVariables('ONEDRIVE', { name: 'OneDrive', ...publicCloud }).extend({
  ONEDRIVE_CLIENT_ID: outlookDefaults.clientId,
  ONEDRIVE_CLIENT_SECRET: outlookDefaults.clientSecret,
  ONEDRIVE_REDIRECT_URI: outlookDefaults.redirectUri,
  ONEDRIVE_TENANT_ID: outlookDefaults.tenantId,
  ONEDRIVE_API_BASE_URL: outlookDefaults.apiBaseUrl,
  ONEDRIVE_AUTH_BASE_URL: outlookDefaults.authBaseUrl,
});

/** OneDrive: files of work, school and personal accounts. */
export const onedrive = defineProvider({
  id: 'onedrive',
  displayName: 'OneDrive',
  setupGuide: new URL('https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade'),
  config: onedriveConfig,
  credentials: ['ONEDRIVE_CLIENT_ID', 'ONEDRIVE_CLIENT_SECRET'],
  ...fallbacksToOutlook('ONEDRIVE'),
  // All of Graph per app, and of OneDrive per user, over all apps.
  // https://learn.microsoft.com/sharepoint/dev/general-development/how-to-avoid-getting-throttled-or-blocked-in-sharepoint-online#user-throttling
  limits: { provider: { limit: 130_000, perMs: 10_000 }, account: { limit: 3_000, perMs: 300_000 } },
  types: ['storage'],
  capabilities: ['oauth', 'identity'],
  connect: ({ config, outbound, now }) => ({
    oauth: microsoftOAuth({
      clientId: config.ONEDRIVE_CLIENT_ID,
      clientSecret: config.ONEDRIVE_CLIENT_SECRET,
      redirectUri: config.ONEDRIVE_REDIRECT_URI,
      tenantId: config.ONEDRIVE_TENANT_ID,
      authBaseUrl: config.ONEDRIVE_AUTH_BASE_URL,
      type: 'storage',
      scopes: config.ONEDRIVE_SCOPES,
      builtInScopes: ['offline_access', 'User.Read', 'Files.Read'],
    }),
    identity: microsoftIdentity(graphHttp({ provider: 'onedrive', baseUrl: config.ONEDRIVE_API_BASE_URL, outbound, now })),
  }),
});
