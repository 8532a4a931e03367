import type { Outbound, ProviderErrorCode } from '@patchbay/capabilities';
import { z } from 'zod';
import type { FailureReader } from '../_kit/provider-failure.js';
import { providerHttp, type ProviderHttp } from '../_kit/provider-http.js';
import { publicCloud } from './microsoft.variables.js';

/** Where Microsoft Graph is and how to get there. */
export interface GraphApi {
  readonly provider: string;
  readonly baseUrl: string | undefined;
  readonly outbound: Outbound;
  readonly now: () => Date;
}

/** @see https://learn.microsoft.com/graph/errors#error-resource-type */
export const graphErrorBody = z.object({ error: z.object({ code: z.string() }) });

/**
 * Words that say more than their status does, in lower case: Graph writes them both ways. Outlook's come from Exchange and are in no list of Graph's.
 * https://learn.microsoft.com/graph/errors#code-property
 */
const meanings: Readonly<Record<string, ProviderErrorCode>> = {
  // More than four requests at once for one mailbox, or more than its share: 429, and 503 at times. https://learn.microsoft.com/graph/throttling-limits
  applicationthrottled: 'rate_limited',
  mailboxconcurrency: 'rate_limited',
  errorservertoobusy: 'rate_limited',
  toomanyrequests: 'rate_limited',
  // Tokens of a delta that Exchange no longer has. https://learn.microsoft.com/graph/delta-query-overview#synchronization-reset
  syncstatenotfound: 'cursor_expired',
  syncstateinvalid: 'cursor_expired',
  resyncrequired: 'cursor_expired',
  // A transaction id that another event has, be it deleted.
  errorduplicatetransactionid: 'conflict',
  // 400 for an id that is none.
  errorinvalididmalformed: 'not_found',
};

/** Graph's word for a failure, and what it means. */
export const readGraphFailure: FailureReader = (_status, body) => {
  const parsed = graphErrorBody.safeParse(body);
  if (!parsed.success) return {};
  const { code: reason } = parsed.data.error;
  return { reason, code: meanings[reason.toLowerCase()] };
};

/** Microsoft Graph, version 1.0. Its documents count `/v1.0` to the base URL, so both ways of writing it are understood. */
export const graphHttp = ({ provider, baseUrl = publicCloud.apiBaseUrl, outbound, now }: GraphApi): ProviderHttp =>
  providerHttp({ provider, baseUrl: `${baseUrl.replace(/(\/v1\.0)?\/*$/, '')}/v1.0`, outbound, now, readFailure: readGraphFailure });
