import type { z } from 'zod';
import type { AccessToken } from './access-token.js';
import type { Credentials } from './credentials.js';
import { ProviderError } from './provider-error.js';

/**
 * The {@link AccessToken.value} of an account that is opened with credentials: all that was typed, as JSON. It is a secret like any other token, is
 * handed out by `auth` alone, and only the provider that asked for the credentials reads it.
 */
export const credentialsTokenOf = (credentials: Credentials): string => JSON.stringify(credentials);

/**
 * Reads the credentials out of such a token, by the schema that they were checked with when the account was connected.
 *
 * @throws ProviderError `unauthorized` when there are none in it: the account must be connected again
 */
export const credentialsIn = <Read extends Credentials>(provider: string, schema: z.ZodType<Read>, { value }: AccessToken): Read => {
  const parsed = schema.safeParse(jsonIn(value));
  // Without the cause: what does not fit is a password.
  if (!parsed.success) throw new ProviderError(provider, 'unauthorized', { reason: 'no_credentials' });
  return parsed.data;
};

const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};
