import { ProviderError, type AccessToken, type IdentityCapability } from '@patchbay/capabilities';
import type { ProviderHttp } from '../_kit/provider-http.js';
import { githubEmails, githubUser, primaryEmailIn, toProviderAccount } from './github.identity.mapping.js';

/** Who connected. */
export const githubIdentity = (http: ProviderHttp): IdentityCapability => ({
  getAccount: async (token) => {
    const user = await http.call({ method: 'GET', operation: 'user.get', path: '/user', token, schema: githubUser });
    // Only an address that a person shows to everybody stands in the profile, and only a verified one can be shown.
    return toProviderAccount(user, user.email ?? (await primaryEmail(http, token)));
  },
});

/** Null where the scope, or the permission of a GitHub App, was not given: an account without an address is still an account. */
const primaryEmail = async (http: ProviderHttp, token: AccessToken): Promise<string | null> => {
  try {
    return primaryEmailIn(await http.call({ method: 'GET', operation: 'user.emails', path: '/user/emails', token, schema: githubEmails }));
  } catch (error) {
    if (error instanceof ProviderError && (error.code === 'forbidden' || error.code === 'not_found')) return null;
    throw error;
  }
};
