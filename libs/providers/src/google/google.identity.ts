import type { IdentityCapability, Outbound } from '@patchbay/capabilities';
import { providerHttp, type ProviderHttp } from '../_kit/provider-http.js';
import { readGoogleFailure } from './google.failure.js';
import { googleUserInfo, toProviderAccount } from './google.identity.mapping.js';

/** Where Google's APIs are and how to get there. */
export interface GoogleApi {
  /** In whose name the calls are made. */
  readonly provider: string;
  readonly baseUrl: string;
  readonly outbound: Outbound;
  readonly now: () => Date;
}

/** JSON calls to one of Google's APIs. */
export const googleHttp = (api: GoogleApi): ProviderHttp => providerHttp({ ...api, readFailure: readGoogleFailure });

/** Who connected. */
export const googleIdentity = (api: GoogleApi): IdentityCapability => {
  const http = googleHttp(api);
  return {
    getAccount: async (token) =>
      toProviderAccount(
        await http.call({ method: 'GET', operation: 'oauth2.userinfo.get', path: '/oauth2/v2/userinfo', token, schema: googleUserInfo }),
      ),
  };
};
