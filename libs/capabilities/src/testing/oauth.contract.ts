import type { IntegrationType } from '@patchbay/contracts';
import type { OAuthCapability } from '../oauth.js';

/** What a provider says about its authorization server, and what it can be connected for. */
export interface OAuthHarness {
  readonly oauth: OAuthCapability;
  readonly types: readonly IntegrationType[];
}

/** The promises in {@link OAuthCapability} that can be read off the data. */
export const oauthContract = (provider: string, describeServer: () => OAuthHarness): void => {
  describe(`${provider}: oauth`, () => {
    it('names scopes for everything it can be connected for', () => {
      const { oauth, types } = describeServer();

      expect(types.filter((type) => (oauth.scopes[type] ?? []).length === 0)).toEqual([]);
    });

    it('names endpoints that are reached over TLS', () => {
      const { oauth } = describeServer();
      const endpoints = [oauth.issuer, oauth.authorizationEndpoint, oauth.tokenEndpoint, oauth.revocationEndpoint].filter((url) => url !== null);

      expect(endpoints.filter((url) => new URL(url).protocol !== 'https:')).toEqual([]);
    });

    it('leaves to the protocol what belongs to it', () => {
      const protocolParameters = ['client_id', 'code_challenge', 'code_challenge_method', 'redirect_uri', 'response_type', 'scope', 'state'];

      expect(Object.keys(describeServer().oauth.authorizationParameters).filter((name) => protocolParameters.includes(name))).toEqual([]);
    });
  });
};
