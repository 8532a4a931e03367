import type { IdentityCapability } from '@patchbay/capabilities';
import type { ProviderHttp } from '../_kit/provider-http.js';
import { discordUser, toProviderAccount } from './discord.identity.mapping.js';

/** Who connected. */
export const discordIdentity = (http: ProviderHttp): IdentityCapability => ({
  getAccount: async (token) =>
    toProviderAccount(await http.call({ method: 'GET', operation: 'users.me', path: '/users/@me', token, schema: discordUser })),
});
