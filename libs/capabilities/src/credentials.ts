import type { CredentialField } from '@patchbay/contracts';
import { z } from 'zod';
import type { AccessToken } from './access-token.js';
import type { ProviderAccount } from './identity.js';

/** What a person typed, by field. */
export type Credentials = Readonly<Record<string, string>>;

/** Connects accounts with a password or a key instead of OAuth. */
export interface CredentialsCapability {
  /** What to ask for, in the order of a form. */
  readonly form: readonly CredentialField[];
  /** Of all fields together; what it answers is what is kept. Its messages are for the person who fills in the form. */
  readonly schema: z.ZodType<Credentials>;
  /**
   * Makes a real call with them, changing nothing.
   *
   * @param accountId our id of the connection, for limits and logs
   * @throws ProviderError `unauthorized` or `forbidden` when they are refused; `invalid_request` or `not_found` when they lead nowhere, such as to a
   *   bucket that does not exist; `address_refused` when a person aimed at an address that may not be called
   */
  check(credentials: Credentials, accountId: string): Promise<ProviderAccount>;
}

const typed = z.record(z.string(), z.string());

/** What was typed in the place of an access token: how the capabilities of an account that was connected with a form are called. */
export const tokenOfCredentials = (credentials: Credentials, accountId: string): AccessToken => ({ value: JSON.stringify(credentials), accountId });

/** The way back, for the adapter. Throws when the token is none of {@link tokenOfCredentials}; the message shows nothing of it. */
export const credentialsOfToken = ({ value }: AccessToken): Credentials => {
  const parsed = typed.safeParse(jsonOf(value));
  if (!parsed.success) throw new Error('unreachable: an access token in the place of credentials');
  return parsed.data;
};

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};
