import type { Outbound } from '@patchbay/capabilities';
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
const graphErrorBody = z.object({ error: z.object({ code: z.string() }) });

/** Graph's word for a failure. Its statuses mean what they say. */
export const readGraphFailure: FailureReader = (_status, body) => {
  const parsed = graphErrorBody.safeParse(body);
  return parsed.success ? { reason: parsed.data.error.code } : {};
};

/** Microsoft Graph, version 1.0. Its documents count `/v1.0` to the base URL, so both ways of writing it are understood. */
export const graphHttp = ({ provider, baseUrl = publicCloud.apiBaseUrl, outbound, now }: GraphApi): ProviderHttp =>
  providerHttp({ provider, baseUrl: `${baseUrl.replace(/(\/v1\.0)?\/*$/, '')}/v1.0`, outbound, now, readFailure: readGraphFailure });
