import { ProviderError, type Outbound, type OutboundCall, type ProviderErrorCode } from '@patchbay/capabilities';
import { basicAuthorization } from '../_kit/keyed-call.js';
import { failureOf, type FailureReader, type StatusCodes } from '../_kit/provider-failure.js';

/** A CalDAV server, and the way to it. */
export interface CaldavServer {
  readonly provider: string;
  readonly outbound: Outbound;
  readonly now: () => Date;
  readonly username: string;
  readonly password: string;
  /** Our id of the connection. */
  readonly accountId: string;
  /** Whether the password may be shown there, when the server leads on to another address. */
  readonly isTrusted: (url: URL) => boolean;
}

/** What one call is about. */
export interface DavCall {
  /** Dotted and stable, for logs and limits. */
  readonly operation: string;
  /** For everything together, as {@link Outbound} has it. */
  readonly deadlineMs: number;
  /** Of the answer. */
  readonly bytesMax: number;
  /** Where the answer may be larger, and its server slower, than others. */
  readonly raised?: Pick<OutboundCall, 'responseBytesMax' | 'silenceMs'>;
  readonly codes?: StatusCodes;
}

/** One request of our own. */
export interface DavRequest extends DavCall {
  readonly method: 'PROPFIND' | 'REPORT' | 'GET' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly depth?: '0' | '1';
  /** XML, and calendar text for `PUT`. */
  readonly body?: string;
  /** Only if the resource is as it was (`If-Match`), or not there at all (`If-None-Match: *`). */
  readonly condition?: { readonly ifMatch: string } | 'absent';
}

/** An answer, and the address that gave it: the server may have led on. */
export interface DavAnswer {
  readonly url: string;
  readonly text: string;
  /** As the server wrote it; null where it told none. */
  readonly etag: string | null;
}

const redirectsMax = 3;

/** Asks the server, and follows it to where it leads. @throws ProviderError for everything but success */
export const davRequest = async (server: CaldavServer, { method, url, depth, body, condition, ...call }: DavRequest): Promise<DavAnswer> => {
  requireTrusted(server, url);
  let landed = url;
  const fetch = davFetch(server, { ...call, onLanded: (at) => (landed = at.href) });
  const response = await fetch(url, {
    method,
    headers: {
      authorization: basicAuthorization(server.username, server.password),
      ...(depth !== undefined && { depth }),
      ...(condition !== undefined && (condition === 'absent' ? { 'if-none-match': '*' } : { 'if-match': condition.ifMatch })),
      ...(body !== undefined && { 'content-type': `${method === 'PUT' ? 'text/calendar' : 'application/xml'}; charset=utf-8` }),
    },
    ...(body !== undefined && { body: method === 'PUT' ? body : `<?xml version="1.0" encoding="utf-8"?>\n${body}` }),
  });
  if (response.status >= 300) throw new ProviderError(server.provider, 'invalid_response', { reason: 'leads_nowhere' });
  return { url: landed, text: await response.text(), etag: response.headers.get('etag') };
};

/** How {@link davFetch} behaves. */
export interface DavFetchOptions extends DavCall {
  readonly followsRedirects?: boolean;
  readonly onLanded?: (url: URL) => void;
}

/** A `fetch` that throws failures and follows redirects with the method they began with, as WebDAV needs it. */
export const davFetch = (
  server: CaldavServer,
  { operation, deadlineMs, bytesMax, raised, codes, followsRedirects = true, onLanded = () => undefined }: DavFetchOptions,
): typeof fetch => {
  const { outbound, accountId } = server;
  // What is asked here changes nothing, or is the same when it is done twice: a file is put and deleted whole, and only as it was seen.
  const send = outbound.fetch({ operation, path: '/', accountId, idempotent: true, deadlineMs, ...raised });
  return async (input, init) => {
    let url = new URL(input instanceof Request ? input.url : input);
    for (let redirects = 0; ; redirects += 1) {
      const response = await send(url, init);
      const location = response.status >= 300 && response.status < 400 ? response.headers.get('location') : null;
      if (location === null || !followsRedirects || redirects >= redirectsMax) {
        onLanded(url);
        return requireSuccess(server, response, { bytesMax, codes });
      }
      url = new URL(location, url);
      requireTrusted(server, url.href);
    }
  };
};

/** @throws ProviderError `address_refused` when the password may not be shown there */
export const requireTrusted = ({ provider, isTrusted }: CaldavServer, url: string): void => {
  if (!isTrusted(new URL(url))) throw new ProviderError(provider, 'address_refused', { reason: 'leads_elsewhere' });
};

const requireSuccess = async (
  { provider, now }: CaldavServer,
  response: Response,
  { bytesMax, codes }: { readonly bytesMax: number; readonly codes: StatusCodes | undefined },
): Promise<Response> => {
  const { status, headers } = response;
  const body = await response.arrayBuffer();
  if (status >= 400) {
    const said = Buffer.from(body).subarray(0, refusalBytesMax).toString('utf8');
    throw failureOf({ status, headers, body: said }, { provider, now: now(), readFailure, codes });
  }
  if (body.byteLength > bytesMax) throw new ProviderError(provider, 'invalid_response', { reason: 'too_large' });
  return new Response(body.byteLength === 0 ? null : body, { status, headers });
};

const refusalBytesMax = 8 * 1024;

/** A refusal names the condition that was not met, in an element of its own. https://www.rfc-editor.org/rfc/rfc4918#section-16 */
const readFailure: FailureReader = (_status, body) => {
  const said = typeof body === 'string' ? body : '';
  // https://www.rfc-editor.org/rfc/rfc6578#section-3.2
  if (/<(?:[\w.-]+:)?valid-sync-token\b/.test(said)) return { code: 'cursor_expired', reason: 'valid-sync-token' };
  const condition = /<(?:[\w.-]+:)?error\b[^>]*>\s*<(?:[\w.-]+:)?([\w-]+)/.exec(said)?.[1];
  return { code: condition === undefined ? undefined : codeByCondition[condition], reason: condition };
};

// What a calendar does not take is refused with 403, as what nobody may do there is.
// https://www.rfc-editor.org/rfc/rfc4791#section-5.3.2.1
const codeByCondition: Readonly<Record<string, ProviderErrorCode>> = {
  'no-uid-conflict': 'conflict',
  ...Object.fromEntries(
    [
      'supported-calendar-data',
      'valid-calendar-data',
      'valid-calendar-object-resource',
      'supported-calendar-component',
      'max-resource-size',
      'min-date-time',
      'max-date-time',
      'max-instances',
      'max-attendees-per-instance',
    ].map((condition) => [condition, 'invalid_request'] as const),
  ),
};
