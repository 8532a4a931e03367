import type { AccessToken } from '../access-token.js';
import type { IdentityCapability } from '../identity.js';
import { failurePromises, type ProviderSituations } from './situations.js';

/** An account at a running fake. */
export interface IdentityHarness {
  readonly identity: IdentityCapability;
  readonly token: AccessToken;
  /** Who signed in; null where the provider never tells addresses. */
  readonly email: string | null;
  readonly situations: ProviderSituations;
  stop(): Promise<void>;
}

/** The promises in {@link IdentityCapability}, checked against any provider that makes them. */
export const identityContract = (provider: string, start: () => Promise<IdentityHarness>): void => {
  describe(`${provider}: identity`, () => {
    let harness: IdentityHarness;
    beforeEach(async () => (harness = await start()));
    afterEach(() => harness.stop());
    const ask = () => harness.identity.getAccount(harness.token);

    it('says who signed in, by an id that stays', async () => {
      const [first, second] = [await ask(), await ask()];

      expect(first).toMatchObject({ email: harness.email, id: expect.stringMatching(/./) });
      expect(second.id).toBe(first.id);
    });

    failurePromises({ name: 'asking', begin: async () => ({ situations: harness.situations, token: harness.token, call: ask }) });
  });
};
