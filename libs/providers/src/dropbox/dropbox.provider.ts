import { defineProvider } from '@patchbay/capabilities';
import { oauthVariables } from '../_kit/oauth-variables.js';
import { dropboxHttp } from './dropbox.http.js';
import { dropboxIdentity } from './dropbox.identity.js';
import { dropboxApiBaseUrl, dropboxAuthBaseUrl, dropboxOAuth } from './dropbox.oauth.js';
import { dropboxRevocation } from './dropbox.revocation.js';

/** Every environment variable of Dropbox. */
const dropboxConfig = oauthVariables('DROPBOX', { name: 'Dropbox', apiBaseUrl: dropboxApiBaseUrl, authBaseUrl: dropboxAuthBaseUrl });

/** Dropbox: files. */
export const dropbox = defineProvider({
  id: 'dropbox',
  displayName: 'Dropbox',
  setupGuide: new URL('https://www.dropbox.com/developers/apps/create'),
  config: dropboxConfig,
  credentials: ['DROPBOX_CLIENT_ID', 'DROPBOX_CLIENT_SECRET'],
  // Dropbox names no numbers: limits are per account, and an answer says how long to wait. These only stop a runaway.
  // https://developers.dropbox.com/error-handling-guide
  limits: { provider: { limit: 200, perMs: 1_000 }, account: { limit: 10, perMs: 1_000 } },
  types: ['storage'],
  capabilities: ['oauth', 'identity', 'revocation'],
  connect: ({ config, outbound, now }) => {
    const http = dropboxHttp({ baseUrl: config.DROPBOX_API_BASE_URL, outbound, now });
    return { oauth: dropboxOAuth(config), identity: dropboxIdentity(http), revocation: dropboxRevocation(http) };
  },
});
