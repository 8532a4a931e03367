import { routeCatalog, type OutputOf, type RequestContract, type RouteContract } from '@patchbay/contracts';
import type { z } from 'zod';
import { httpCallOf } from './http-call.js';
import { apiErrorOf, PatchbayApiError } from './patchbay-api-error.js';

/** As much of `fetch` as is used here. The browser's own and undici's both fit. */
export type FetchLike = (
  url: string,
  init: {
    readonly method: string;
    readonly headers: Record<string, string>;
    readonly body?: string;
    readonly signal?: AbortSignal;
    readonly credentials?: 'include';
  },
) => Promise<{
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
}>;

/** Where the gateway is and who asks. */
export interface PatchbayClientOptions {
  /** Such as `https://integrations.example.com`; what stands behind the host is kept. */
  readonly baseUrl: string;
  /** An access token or an API key; absent for what is public. */
  readonly token?: string;
  /** True in a page whose person signed in with cookies: the browser sends them along, also to another origin. */
  readonly usesCookies?: boolean;
  /** The browser's own when absent. In Node pass `fetch` of npm's undici: the built-in one can end the process when a peer closes early. */
  readonly fetch?: FetchLike;
}

/** What a single call may add. */
export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * The gateway's API, typed by the contracts it is made of.
 *
 * ```ts
 * const client = new PatchbayClient({ baseUrl: 'http://localhost:4000', token });
 * const { items } = await client.call(listCalendarAccounts, { limit: 10 });
 * ```
 */
export class PatchbayClient {
  readonly #baseUrl: string;
  readonly #token: string | undefined;
  readonly #usesCookies: boolean;
  readonly #fetch: FetchLike;

  constructor({ baseUrl, token, usesCookies = false, fetch }: PatchbayClientOptions) {
    this.#baseUrl = baseUrl.replace(/\/+$/, '');
    this.#token = token;
    this.#usesCookies = usesCookies;
    // Browsers refuse a fetch that is called as the method of anything but the window.
    this.#fetch = fetch ?? ((url, init) => globalThis.fetch(url, init));
  }

  /**
   * Asks one question: a request of the contracts, or one of its routes where there are several.
   *
   * @throws PatchbayApiError when the gateway refuses or fails; whatever `fetch` throws when it cannot be reached.
   */
  async call<Contract extends RequestContract>(
    question: Contract | RouteContract<Contract>,
    input: z.input<Contract['input']>,
    options: CallOptions = {},
  ): Promise<OutputOf<Contract>> {
    const route = 'path' in question ? question : routeOf(question);
    const { method, target, body } = httpCallOf(route, input as Readonly<Record<string, unknown>>);
    const answer = await this.#fetch(`${this.#baseUrl}${target}`, {
      method,
      headers: this.#headers(body !== undefined, options),
      ...(body !== undefined && { body }),
      ...(this.#usesCookies && { credentials: 'include' as const }),
      ...(options.signal !== undefined && { signal: options.signal }),
    });
    const text = await answer.text();
    const requestId = answer.headers.get('x-request-id');
    if (answer.status < 200 || answer.status > 299) throw apiErrorOf(answer.status, text, requestId);
    return readOutput(route.request, text, { status: answer.status, requestId }) as OutputOf<Contract>;
  }

  #headers(hasBody: boolean, { headers = {} }: CallOptions): Record<string, string> {
    return {
      accept: 'application/json',
      ...(hasBody && { 'content-type': 'application/json' }),
      ...(this.#token !== undefined && { authorization: `Bearer ${this.#token}` }),
      ...headers,
    };
  }
}

const routesByRequest: ReadonlyMap<string, RouteContract> = new Map(
  // Of several routes to the same request the first counts, so it must be set last.
  routeCatalog.toReversed().map((route) => [nameOf(route.request), route]),
);

function nameOf({ name, version }: Pick<RequestContract, 'name' | 'version'>): string {
  return `${name}.v${version}`;
}

function routeOf(request: RequestContract): RouteContract {
  const route = routesByRequest.get(nameOf(request));
  if (route === undefined) throw new TypeError(`${nameOf(request)} has no route: it is asked between services only`);
  return route;
}

function readOutput(request: RequestContract, text: string, { status, requestId }: { status: number; requestId: string | null }): unknown {
  const parsed = request.output.safeParse(text === '' ? null : jsonOrUndefined(text));
  if (parsed.success) return parsed.data;
  throw new PatchbayApiError(
    `The answer does not fit ${request.name}: gateway and client differ in age.`,
    status,
    'unexpected_answer',
    {},
    requestId,
  );
}

const jsonOrUndefined = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
