import type { RevocationCapability } from '@patchbay/capabilities';
import { noContent, type ProviderHttp } from '../_kit/provider-http.js';

/**
 * Ends the access token that makes the call, and with it the refresh token it came from and all of that one's access tokens.
 * https://www.dropbox.com/developers/documentation/http/documentation#auth-token-revoke
 */
export const dropboxRevocation = (http: ProviderHttp): RevocationCapability => ({
  revoke: async (token) => {
    await http.call({ method: 'POST', operation: 'auth.token-revoke', path: '/auth/token/revoke', token, schema: noContent, idempotent: true });
  },
});
