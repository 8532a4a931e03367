import type { LongLivedTokens, OAuthCapability } from '@patchbay/capabilities';
import { z } from 'zod';

/** Where a token is sent to come back with a longer life. https://developers.facebook.com/docs/instagram-platform/reference/access_token */
export const exchangeUrl = ({ exchangeEndpoint, exchangeGrantType }: LongLivedTokens, { clientSecret }: OAuthCapability, token: string): URL =>
  withQuery(exchangeEndpoint, { grant_type: exchangeGrantType, client_secret: clientSecret, access_token: token });

/** Where a long-lived token begins its life anew. https://developers.facebook.com/docs/instagram-platform/reference/refresh_access_token */
export const renewalUrl = ({ renewalEndpoint, renewalGrantType }: LongLivedTokens, token: string): URL =>
  withQuery(renewalEndpoint, { grant_type: renewalGrantType, access_token: token });

/** What both answer. */
export const longLivedAnswer = z.object({ access_token: z.string().min(1), expires_in: z.number().positive().optional() });

/** The word of a failed answer (RFC 6749 section 5.2), after the provider's own form was made a standard one. */
export const failedAnswer = z.object({ error: z.string() });

function withQuery(endpoint: string, parameters: Readonly<Record<string, string>>): URL {
  const url = new URL(endpoint);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url;
}
