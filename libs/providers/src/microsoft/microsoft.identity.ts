import type { IdentityCapability } from '@patchbay/capabilities';
import type { ProviderHttp } from '../_kit/provider-http.js';
import { graphUser, toProviderAccount } from './microsoft.identity.mapping.js';

/** Who connected. Needs the permission `User.Read`. https://learn.microsoft.com/graph/api/user-get */
export const microsoftIdentity = (http: ProviderHttp): IdentityCapability => ({
  getAccount: async (token) => {
    const query = { $select: 'id,displayName,mail,userPrincipalName' };
    return toProviderAccount(await http.call({ method: 'GET', operation: 'me.get', path: '/me', query, token, schema: graphUser }));
  },
});
