import type { Outbound } from '@patchbay/capabilities';
import { z } from 'zod';
import type { FailureReader } from '../_kit/provider-failure.js';
import { providerHttp, type ProviderHttp } from '../_kit/provider-http.js';

/** Where Zoom's API is and how to get there. */
export interface ZoomApi {
  readonly baseUrl: string;
  readonly outbound: Outbound;
  readonly now: () => Date;
}

/** @see https://developers.zoom.us/docs/api/errors/ */
const zoomErrorBody = z.object({ code: z.number() });

// Zoom's own numbers say more than its statuses: a missing scope is a 400.
const meanings = { 124: 'unauthorized', 1001: 'not_found', 3001: 'not_found', 4711: 'forbidden' } as const;
const isKnown = (code: number): code is keyof typeof meanings => Object.hasOwn(meanings, code);

/** Zoom's error number, and what it means where the status says something else. */
export const readZoomFailure: FailureReader = (_status, body) => {
  const parsed = zoomErrorBody.safeParse(body);
  if (!parsed.success) return {};
  const { code } = parsed.data;
  return { reason: String(code), code: isKnown(code) ? meanings[code] : undefined };
};

/** Zoom's REST API, version 2. Zoom's documents count `/v2` to the base URL, so both ways of writing it are understood. */
export const zoomHttp = ({ baseUrl, outbound, now }: ZoomApi): ProviderHttp =>
  providerHttp({ provider: 'zoom', baseUrl: `${baseUrl.replace(/(\/v2)?\/*$/, '')}/v2`, outbound, now, readFailure: readZoomFailure });
