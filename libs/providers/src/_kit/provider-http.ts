import { ProviderError, type AccessToken, type Outbound } from '@patchbay/capabilities';
import { z } from 'zod';
import { failureOf, type FailureReader, type StatusCodes } from './provider-failure.js';
import { followsUnknownOutcome } from './unknown-outcome.js';

/** One JSON call. */
export interface JsonCall<Schema extends z.ZodType> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Dotted and stable, for logs and metrics. */
  readonly operation: string;
  /** Below the API's base URL, with `{names}` that `params` fills. */
  readonly path: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly token: AccessToken;
  /** The whole `Authorization` header, where it is not the token that proves the caller. */
  readonly authorization?: string;
  /** Beside those of every call, such as `Prefer`. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
  /** Of the answer's body; {@link noContent} where there is none. */
  readonly schema: Schema;
  /** Default: everything but POST, as RFC 9110 section 9.2.2 has it; PATCH because ours always sets whole fields. */
  readonly idempotent?: boolean;
  readonly codes?: StatusCodes;
  /** Called before the answer is read when an earlier attempt may have taken effect, for whom success is not one single thing. */
  readonly onEarlierAttempt?: () => void;
}

/** JSON calls to one provider's API. */
export interface ProviderHttp {
  call<Schema extends z.ZodType>(call: JsonCall<Schema>): Promise<z.output<Schema>>;
}

/** What {@link providerHttp} works with. */
export interface ProviderHttpOptions {
  readonly provider: string;
  /** May have a path of its own, such as that of a sandbox or a proxy. */
  readonly baseUrl: string;
  readonly outbound: Outbound;
  readonly now: () => Date;
  readonly readFailure: FailureReader;
}

/** For answers without a body. */
export const noContent = z.unknown().transform(() => undefined);

/** Plain REST for providers without a good SDK; the same path and the same failures as the others have. */
export const providerHttp = ({ provider, baseUrl, outbound, now, readFailure }: ProviderHttpOptions): ProviderHttp => ({
  call: async ({ method, operation, path, params = {}, query = {}, token, idempotent = method !== 'POST', ...rest }) => {
    const { authorization, body, schema, codes, onEarlierAttempt } = rest;
    const send = outbound.fetch({ operation, path, accountId: token.accountId, idempotent });
    const url = new URL(`${baseUrl.replace(/\/+$/, '')}${fillPath(path, params)}`);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const headers = {
      ...rest.headers,
      accept: 'application/json',
      authorization: authorization ?? `Bearer ${token.value}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const response = await send(url, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    if (followsUnknownOutcome(response.headers)) onEarlierAttempt?.();
    const answer = parseJson(await response.text());

    if (!response.ok) {
      throw failureOf({ status: response.status, headers: response.headers, body: answer }, { provider, now: now(), readFailure, codes });
    }
    const parsed = schema.safeParse(answer);
    if (!parsed.success) throw new ProviderError(provider, 'invalid_response', { cause: parsed.error, outcomeUnknown: true });
    return parsed.data;
  },
});

/** Fills the `{names}` of a path. */
export const fillPath = (template: string, params: Readonly<Record<string, string>>): string =>
  template.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => {
    const value = params[name];
    // A dot segment would climb out of the path it stands in; no id of any provider is one.
    if (value === undefined || value === '' || value === '.' || value === '..')
      throw new Error(`unreachable: no usable value for {${name}} in ${template}`);
    return encodeURIComponent(value);
  });

/** Undefined for what is no JSON; the schema then says what is missing, and failures are told by their status. */
const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};
