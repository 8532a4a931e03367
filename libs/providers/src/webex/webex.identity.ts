import type { IdentityCapability } from '@patchbay/capabilities';
import type { ProviderHttp } from '../_kit/provider-http.js';
import { toProviderAccount, webexPerson } from './webex.identity.mapping.js';

/** Who connected. */
export const webexIdentity = (http: ProviderHttp): IdentityCapability => ({
  getAccount: async (token) =>
    toProviderAccount(await http.call({ method: 'GET', operation: 'people.me', path: '/people/me', token, schema: webexPerson })),
});
