import { defineProvider } from '@patchbay/capabilities';
import { z } from 'zod';
import { scopesOf } from '../_kit/oauth-variables.js';
import { googleOAuth } from './google.oauth.js';
import { googleScopes } from './google.scopes.js';
import { googleBaseUrlFallbacks, googleBaseUrls, publicApiHost } from './google.variables.js';
import { googleDriveIdentity } from './google_drive.identity.js';

/** Every environment variable of Google Drive. */
const googleDriveConfig = z.object({
  GOOGLE_DRIVE_CLIENT_ID: z.string().min(1).describe('OAuth client id for Google Drive.'),
  GOOGLE_DRIVE_CLIENT_SECRET: z.string().min(1).describe('OAuth client secret that belongs to it.'),
  GOOGLE_DRIVE_REDIRECT_URI: z.url().optional().describe('Redirect URI registered with the client; added to the allow list.'),
  GOOGLE_DRIVE_SCOPES: z.string().min(1).optional().describe('Scopes to ask for, separated by spaces, instead of the built-in one.'),
  ...googleBaseUrls('GOOGLE_DRIVE'),
});

/** Google Drive: files, to be read. */
export const googleDrive = defineProvider({
  id: 'google_drive',
  displayName: 'Google Drive',
  setupGuide: new URL('https://console.cloud.google.com/apis/credentials'),
  config: googleDriveConfig,
  credentials: ['GOOGLE_DRIVE_CLIENT_ID', 'GOOGLE_DRIVE_CLIENT_SECRET'],
  variableFallbacks: googleBaseUrlFallbacks('GOOGLE_DRIVE'),
  // Defaults of the Drive API for a project and for a user of it. https://developers.google.com/workspace/drive/api/guides/limits
  limits: { provider: { limit: 12_000, perMs: 60_000 }, account: { limit: 12_000, perMs: 60_000 } },
  types: ['storage'],
  capabilities: ['oauth', 'identity'],
  connect: ({ config, outbound, now }) => ({
    oauth: googleOAuth({
      clientId: config.GOOGLE_DRIVE_CLIENT_ID,
      clientSecret: config.GOOGLE_DRIVE_CLIENT_SECRET,
      redirectUri: config.GOOGLE_DRIVE_REDIRECT_URI,
      scopes: { storage: scopesOf(config.GOOGLE_DRIVE_SCOPES, [googleScopes.driveReadonly]) },
      authBaseUrl: config.GOOGLE_DRIVE_AUTH_BASE_URL,
      tokenBaseUrl: config.GOOGLE_DRIVE_TOKEN_BASE_URL,
    }),
    identity: googleDriveIdentity({ provider: 'google_drive', baseUrl: config.GOOGLE_DRIVE_API_BASE_URL ?? publicApiHost, outbound, now }),
  }),
});
