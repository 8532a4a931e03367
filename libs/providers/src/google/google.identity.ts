import type { IdentityCapability, Outbound } from '@patchbay/capabilities';
import { providerHttp } from '../_kit/provider-http.js';
import { readGoogleFailure } from './google.failure.js';
import { googleUserInfo, toProviderAccount } from './google.identity.mapping.js';

/** Where Google's APIs are and how to get there. */
export interface GoogleApi {
  readonly baseUrl: string;
  readonly outbound: Outbound;
  readonly now: () => Date;
}

/** Who connected. */
export const googleIdentity = (api: GoogleApi): IdentityCapability => {
  const http = providerHttp({ provider: 'google', ...api, readFailure: readGoogleFailure });
  return {
    getAccount: async (token) =>
      toProviderAccount(
        await http.call({ method: 'GET', operation: 'oauth2.userinfo.get', path: '/oauth2/v2/userinfo', token, schema: googleUserInfo }),
      ),
  };
};
