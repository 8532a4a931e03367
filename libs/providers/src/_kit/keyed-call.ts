import { ProviderError, type Outbound, type ProviderErrorCode } from '@patchbay/capabilities';
import type { z } from 'zod';
import { failureOf, type FailureReader, type StatusCodes } from './provider-failure.js';

/** One provider, as far as calls that prove themselves with a key need it. */
export interface KeyedApi {
  readonly provider: string;
  readonly outbound: Outbound;
  readonly now: () => Date;
  /** Gets JSON where the body is JSON, text otherwise. */
  readonly readFailure: FailureReader;
}

/** One call with a password, a signature or a key instead of a bearer token. It changes nothing, so it may be repeated. */
export interface KeyedCall {
  readonly operation: string;
  /** The path without anything particular, for logs. */
  readonly path: string;
  readonly accountId: string;
  readonly request: Request;
  readonly codes?: StatusCodes;
}

/**
 * Makes the call and answers its body.
 *
 * @throws ProviderError for every status but 2xx
 */
export const keyedCall = async (api: KeyedApi, { operation, path, accountId, request, codes }: KeyedCall): Promise<string> => {
  const { provider, outbound, now, readFailure } = api;
  const response = await outbound.fetch({ operation, path, accountId, idempotent: true })(request);
  const text = await response.text();
  if (response.ok) return text;
  throw failureOf({ status: response.status, headers: response.headers, body: jsonOrText(text) }, { provider, now: now(), readFailure, codes });
};

/** Reads JSON of which only the fields of `schema` matter. @throws ProviderError `invalid_response` */
export const readJson = <Schema extends z.ZodType>(provider: string, schema: Schema, text: string): z.output<Schema> => {
  const parsed = schema.safeParse(jsonOrText(text));
  if (!parsed.success) throw new ProviderError(provider, 'invalid_response', { cause: parsed.error });
  return parsed.data;
};

/** An `Authorization: Basic` header. https://www.rfc-editor.org/rfc/rfc7617#section-2 */
export const basicAuthorization = (username: string, password: string): string =>
  `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;

/** Reads the `<Code>` of an error in XML, as S3 and Azure have it. */
export const xmlFailureReader =
  (meanings: Readonly<Record<string, ProviderErrorCode>>): FailureReader =>
  (_status, body) => {
    const reason = typeof body === 'string' ? /<Code>([\w.-]{1,64})<\/Code>/.exec(body)?.[1] : undefined;
    return { reason, code: reason === undefined ? undefined : meanings[reason] };
  };

const jsonOrText = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};
