import { defineProvider } from '@patchbay/capabilities';
import { oauthVariables } from '../_kit/oauth-variables.js';
import { graphHttp } from './microsoft.graph-http.js';
import { microsoftIdentity } from './microsoft.identity.js';
import { microsoftOAuth } from './microsoft.oauth.js';
import { fallbacksToOutlook, outlookDefaults, publicCloud } from './microsoft.variables.js';

/** Every environment variable of Microsoft Teams. */
const microsoftTeamsConfig = oauthVariables('MICROSOFT_TEAMS', { name: 'Microsoft Teams', ...publicCloud }).extend({
  MICROSOFT_TEAMS_CLIENT_ID: outlookDefaults.clientId,
  MICROSOFT_TEAMS_CLIENT_SECRET: outlookDefaults.clientSecret,
  MICROSOFT_TEAMS_REDIRECT_URI: outlookDefaults.redirectUri,
  MICROSOFT_TEAMS_TENANT_ID: outlookDefaults.tenantId,
  MICROSOFT_TEAMS_API_BASE_URL: outlookDefaults.apiBaseUrl,
  MICROSOFT_TEAMS_AUTH_BASE_URL: outlookDefaults.authBaseUrl,
});

/** Microsoft Teams: meetings of work and school accounts. */
export const microsoftTeams = defineProvider({
  id: 'microsoft_teams',
  displayName: 'Microsoft Teams',
  setupGuide: new URL('https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade'),
  config: microsoftTeamsConfig,
  credentials: ['MICROSOFT_TEAMS_CLIENT_ID', 'MICROSOFT_TEAMS_CLIENT_SECRET'],
  ...fallbacksToOutlook('MICROSOFT_TEAMS'),
  // All of Graph per app. For meetings Microsoft names 2000 a month and user and no rate; this one only stops a runaway.
  // https://learn.microsoft.com/graph/throttling-limits#cloud-communication-service-limits
  limits: { provider: { limit: 130_000, perMs: 10_000 }, account: { limit: 10, perMs: 1_000 } },
  types: ['video'],
  capabilities: ['oauth', 'identity'],
  connect: ({ config, outbound, now }) => ({
    oauth: microsoftOAuth({
      clientId: config.MICROSOFT_TEAMS_CLIENT_ID,
      clientSecret: config.MICROSOFT_TEAMS_CLIENT_SECRET,
      redirectUri: config.MICROSOFT_TEAMS_REDIRECT_URI,
      tenantId: config.MICROSOFT_TEAMS_TENANT_ID,
      authBaseUrl: config.MICROSOFT_TEAMS_AUTH_BASE_URL,
      type: 'video',
      scopes: config.MICROSOFT_TEAMS_SCOPES,
      builtInScopes: ['offline_access', 'User.Read', 'OnlineMeetings.ReadWrite'],
    }),
    identity: microsoftIdentity(graphHttp({ provider: 'microsoft_teams', baseUrl: config.MICROSOFT_TEAMS_API_BASE_URL, outbound, now })),
  }),
});
