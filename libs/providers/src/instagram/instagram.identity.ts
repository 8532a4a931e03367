import type { IdentityCapability } from '@patchbay/capabilities';
import type { ProviderHttp } from '../_kit/provider-http.js';
import { instagramUser, toProviderAccount } from './instagram.identity.mapping.js';

/** Which professional account was connected. */
export const instagramIdentity = (http: ProviderHttp): IdentityCapability => ({
  getAccount: async (token) =>
    toProviderAccount(
      await http.call({ method: 'GET', operation: 'me.get', path: '/me', query: { fields: 'id,user_id,username' }, token, schema: instagramUser }),
    ),
});
