import type { Outbound, ProviderErrorCode } from '@patchbay/capabilities';
import { z } from 'zod';
import type { FailureReader } from '../_kit/provider-failure.js';
import { providerHttp, type ProviderHttp } from '../_kit/provider-http.js';

/** Where Instagram's API is and how to get there. */
export interface InstagramApi {
  readonly baseUrl: string;
  readonly outbound: Outbound;
  readonly now: () => Date;
}

/** @see https://developers.facebook.com/docs/graph-api/guides/error-handling/ */
const graphErrorBody = z.object({ error: z.object({ code: z.number() }) });

// Meta answers 400 to nearly everything; its own numbers say what it is.
const meanings: ReadonlyMap<number, ProviderErrorCode> = new Map([
  [1, 'unavailable'],
  [2, 'unavailable'],
  [4, 'rate_limited'],
  [10, 'forbidden'],
  [17, 'rate_limited'],
  [32, 'rate_limited'],
  [102, 'unauthorized'],
  [190, 'unauthorized'],
  [613, 'rate_limited'],
]);

// "A permission is missing" has a hundred numbers.
const isPermission = (code: number): boolean => code >= 200 && code <= 299;

/** Meta's error number, and what it means. */
export const readInstagramFailure: FailureReader = (_status, body) => {
  const parsed = graphErrorBody.safeParse(body);
  if (!parsed.success) return {};
  const { code } = parsed.data.error;
  return { reason: String(code), code: isPermission(code) ? 'forbidden' : meanings.get(code) };
};

/** The Graph API at Instagram's own host. The token goes into the header, where no log sees it. */
export const instagramHttp = (api: InstagramApi): ProviderHttp => providerHttp({ provider: 'instagram', ...api, readFailure: readInstagramFailure });
