import type { IdentityCapability } from '@patchbay/capabilities';
import type { ProviderHttp } from '../_kit/provider-http.js';
import { dropboxAccount, toProviderAccount } from './dropbox.identity.mapping.js';

/** Who connected. */
export const dropboxIdentity = (http: ProviderHttp): IdentityCapability => ({
  getAccount: async (token) =>
    toProviderAccount(
      await http.call({
        method: 'POST',
        operation: 'users.get-current-account',
        path: '/users/get_current_account',
        token,
        schema: dropboxAccount,
        idempotent: true,
      }),
    ),
});
