import type { IdentityCapability } from '@patchbay/capabilities';
import { googleHttp, type GoogleApi } from './google.identity.js';
import { driveAbout, toProviderAccount } from './google_drive.identity.mapping.js';

/** Whose Drive it is: Drive says so itself, so that no scope beside its own is needed. */
export const googleDriveIdentity = (api: GoogleApi): IdentityCapability => {
  const http = googleHttp(api);
  return {
    getAccount: async (token) =>
      toProviderAccount(
        await http.call({
          method: 'GET',
          operation: 'drive.about.get',
          path: '/drive/v3/about',
          query: { fields: 'user' },
          token,
          schema: driveAbout,
        }),
      ),
  };
};
