import type { AccessToken } from './access-token.js';

/** Who an access token speaks for. */
export interface ProviderAccount {
  /** The provider's own id of the account: stays when the address changes. */
  readonly id: string;
  /** Other ids of the same account, by which the provider may name it in its webhooks. */
  readonly aliases?: readonly string[];
  readonly email: string | null;
  readonly name: string | null;
}

/** Says whose account was connected. */
export interface IdentityCapability {
  /** @throws ProviderError `unauthorized` when the token is refused; `forbidden` when its scopes do not allow to ask. */
  getAccount(token: AccessToken): Promise<ProviderAccount>;
}
