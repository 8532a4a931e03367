import type { IdentityCapability } from '@patchbay/capabilities';
import type { ProviderHttp } from '../_kit/provider-http.js';
import { toProviderAccount, zoomUser } from './zoom.identity.mapping.js';

/** Who connected. */
export const zoomIdentity = (http: ProviderHttp): IdentityCapability => ({
  getAccount: async (token) =>
    toProviderAccount(
      await http.call({ method: 'GET', operation: 'users.get', path: '/users/{userId}', params: { userId: 'me' }, token, schema: zoomUser }),
    ),
});
