import { ProviderError, type AccessToken } from '@patchbay/capabilities';
import type { calendar_v3, MethodOptions } from '@googleapis/calendar';
import type { z } from 'zod';
import { failureOf, type StatusCodes } from '../_kit/provider-failure.js';
import { readGoogleFailure } from './google.failure.js';
import type { GoogleApi } from './google.identity.js';

/** What a call is about, and what is read of its answer. */
export interface SdkCall<Schema extends z.ZodType> {
  readonly token: AccessToken;
  readonly operation: string;
  readonly path: string;
  readonly schema: Schema;
  /** Statuses that mean something special there. */
  readonly codes?: StatusCodes;
}

/** What the client's methods answer; it passes header names and values as a plain object. */
type SdkAnswer = Promise<{ readonly status: number; readonly headers: object; readonly data: unknown }>;

/** Google's own client, made to go through the one outbound path. */
export interface GoogleCalendarSdk {
  call<Schema extends z.ZodType>(
    call: SdkCall<Schema>,
    send: (calendar: calendar_v3.Calendar, options: MethodOptions) => SdkAnswer,
  ): Promise<z.output<Schema>>;
}

/** Every call is idempotent: reads, deletes, patches of whole fields, and inserts with an id of our choosing. */
export const googleCalendarSdk = ({ provider, baseUrl, outbound, now }: GoogleApi): GoogleCalendarSdk => {
  const rootUrl = `${baseUrl.replace(/\/+$/, '')}/`;
  // Loaded with the first call: most processes know Google without ever calling it.
  let loading: Promise<calendar_v3.Calendar> | null = null;
  const load = (): Promise<calendar_v3.Calendar> => (loading ??= import('@googleapis/calendar').then(({ calendar }) => calendar('v3')));

  return {
    call: async ({ token, operation, path, schema, codes }, send) => {
      const calendar = await load();
      const answer = await send(calendar, {
        // With each call: given once for the client, all of it but the host would be ignored.
        rootUrl,
        headers: { authorization: `Bearer ${token.value}` },
        fetchImplementation: outbound.fetch({ operation, path, accountId: token.accountId, idempotent: true }),
        // The outbound path retries and decides; the client shall only build requests and read answers.
        retry: false,
        validateStatus: () => true,
        responseType: 'json',
      }).catch((error: unknown) => {
        throw outboundFailure(error);
      });

      const { status, headers, data } = answer;
      if (status < 200 || status >= 300) {
        const answered = { status, headers: new Headers({ ...headers }), body: data };
        throw failureOf(answered, { provider, now: now(), readFailure: readGoogleFailure, codes });
      }
      const parsed = schema.safeParse(data);
      if (!parsed.success) throw new ProviderError(provider, 'invalid_response', { cause: parsed.error, outcomeUnknown: true });
      return parsed.data;
    },
  };
};

/** The client wraps what our fetch threw; its own wrapper holds the request with its token and must not travel on. */
const outboundFailure = (error: unknown): unknown => {
  let inner: unknown = error;
  while (inner instanceof Error && !(inner instanceof ProviderError) && inner.cause !== undefined) inner = inner.cause;
  return inner instanceof ProviderError
    ? inner
    : new Error('unreachable: the Google client failed by itself', { cause: inner instanceof Error ? inner.message : undefined });
};
