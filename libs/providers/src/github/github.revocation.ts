import type { RevocationCapability } from '@patchbay/capabilities';
import { noContent, type ProviderHttp } from '../_kit/provider-http.js';

/** The app as GitHub knows it. */
export interface GithubApp {
  readonly clientId: string;
  readonly clientSecret: string;
}

/**
 * Ends everything a person allowed the app. GitHub has a call of its own in place of RFC 7009, which the app proves itself for.
 * https://docs.github.com/en/rest/apps/oauth-applications#delete-an-app-authorization
 */
export const githubRevocation = (http: ProviderHttp, { clientId, clientSecret }: GithubApp): RevocationCapability => ({
  revoke: async (token) => {
    await http.call({
      method: 'DELETE',
      operation: 'applications.delete-grant',
      path: '/applications/{clientId}/grant',
      params: { clientId },
      token,
      authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
      body: { access_token: token.value },
      schema: noContent,
      // The token is not known any more, or never was of this app.
      codes: { 404: 'unauthorized', 422: 'unauthorized' },
    });
  },
});
