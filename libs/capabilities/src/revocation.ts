import type { AccessToken } from './access-token.js';

/** Ends a permission where the provider has a way of its own instead of RFC 7009. */
export interface RevocationCapability {
  /** @throws ProviderError `unauthorized` when the token is dead already, which is as good. */
  revoke(token: AccessToken): Promise<void>;
}
