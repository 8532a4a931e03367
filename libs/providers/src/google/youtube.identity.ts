import { ProviderError, type IdentityCapability } from '@patchbay/capabilities';
import { googleHttp, type GoogleApi } from './google.identity.js';
import { toProviderAccount, youtubeChannels } from './youtube.identity.mapping.js';

/** Which channel was connected: somebody with several chooses one on the consent page. */
export const youtubeIdentity = (api: GoogleApi): IdentityCapability => {
  const http = googleHttp(api);
  return {
    getAccount: async (token) => {
      const channels = await http.call({
        method: 'GET',
        operation: 'youtube.channels.list',
        path: '/youtube/v3/channels',
        query: { part: 'snippet', mine: 'true' },
        token,
        schema: youtubeChannels,
      });
      const account = toProviderAccount(channels);
      // A Google account need not have a channel, and then there is nothing to connect.
      if (account === null) throw new ProviderError(api.provider, 'not_found', { reason: 'channel_missing' });
      return account;
    },
  };
};
