import type { Outbound } from '@patchbay/capabilities';
import { providerHttp, type ProviderHttp } from '../_kit/provider-http.js';

/** Where Webex's API is and how to get there. */
export interface WebexApi {
  readonly baseUrl: string;
  readonly outbound: Outbound;
  readonly now: () => Date;
}

/**
 * Webex's REST API, version 1; its documents count `/v1` to the base URL, so both ways of writing it are understood.
 * Its errors are sentences without a word to tell them by, so the status decides. https://developer.webex.com/docs/basics#api-errors
 */
export const webexHttp = ({ baseUrl, outbound, now }: WebexApi): ProviderHttp =>
  providerHttp({ provider: 'webex', baseUrl: `${baseUrl.replace(/(\/v1)?\/*$/, '')}/v1`, outbound, now, readFailure: () => ({}) });
