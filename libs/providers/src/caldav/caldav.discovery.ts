import { ProviderError, type Outbound } from '@patchbay/capabilities';
import { basicAuthorization } from '../_kit/keyed-call.js';
import { failureOf } from '../_kit/provider-failure.js';

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

/** Whose account it is, and where its calendars are. */
export interface CaldavPrincipal {
  readonly principalUrl: string;
  readonly homeUrl: string;
}

/** Four calls, each with its attempts, within the time that connecting an account may take. Milliseconds. */
const deadlineMs = 4_500;
const redirectsMax = 3;
/**
 * Of one answer; honest ones take less than four kilobytes. tsdav's time grows with the square of the number of different elements: a megabyte of them
 * from a server that means harm would stop the whole process for minutes.
 */
const answerBytesMax = 16 * 1024;

/**
 * Finds the account's principal and its calendars. https://www.rfc-editor.org/rfc/rfc6764#section-6
 *
 * @param rootUrl where to ask first. When it is the bare host, or nothing is found there, the server's own word at `/.well-known/caldav` decides.
 * @throws ProviderError `not_found` when there is no CalDAV
 */
export const discover = async (server: CaldavServer, rootUrl: string): Promise<CaldavPrincipal> => {
  if (new URL(rootUrl).pathname === '/') return discoverAt(server, await wellKnown(server, rootUrl));
  try {
    return await discoverAt(server, rootUrl);
  } catch (error) {
    if (!(error instanceof ProviderError) || !nothingThere.has(error.code)) throw error;
    const elsewhere = await wellKnown(server, rootUrl);
    if (elsewhere === rootUrl) throw error;
    return discoverAt(server, elsewhere);
  }
};

const nothingThere: ReadonlySet<string> = new Set(['not_found', 'invalid_request', 'invalid_response', 'forbidden']);

/** Principal and calendars below an address that is known. `isMoved` when the server has led there. */
export const discoverAt = async (server: CaldavServer, rootUrl: string, isMoved = false): Promise<CaldavPrincipal> => {
  const { fetchPrincipalUrl, fetchHomeUrl } = await import('tsdav');
  let landed = new URL(rootUrl);
  const fetch = davFetch(server, { onLanded: (url) => (landed = url) });
  const asked = { fetch, headers: { authorization: basicAuthorization(server.username, server.password) } };
  const account = { serverUrl: rootUrl, rootUrl, accountType: 'caldav' as const };
  const principalUrl = await found(server, 'no_principal', () => fetchPrincipalUrl({ account, ...asked }));
  // What the answer names is below the address that gave it, not below the one that was asked first.
  if (landed.origin !== new URL(rootUrl).origin && !isMoved) return discoverAt(server, landed.href, true);
  requireTrusted(server, principalUrl);
  const homeUrl = await found(server, 'no_calendars', () => fetchHomeUrl({ account: { ...account, principalUrl }, ...asked }));
  requireTrusted(server, homeUrl);
  return { principalUrl, homeUrl };
};

const wellKnown = async (server: CaldavServer, rootUrl: string): Promise<string> => {
  const { serviceDiscovery } = await import('tsdav');
  let fatal: ProviderError | undefined;
  const send = davFetch(server, { followsRedirects: false });
  // tsdav takes every failure for "no such document" and goes on; a server that is down would be asked again and again.
  const watched: typeof send = async (input, init) => {
    if (fatal !== undefined) throw fatal;
    try {
      return await send(input, init);
    } catch (error) {
      if (error instanceof ProviderError && (error.retryable || error.code === 'address_refused')) fatal = error;
      throw error;
    }
  };
  const headers = { authorization: basicAuthorization(server.username, server.password) };
  const url = await serviceDiscovery({ account: { serverUrl: rootUrl, accountType: 'caldav' }, fetch: watched, headers });
  if (fatal !== undefined) throw fatal;
  requireTrusted(server, url);
  return url;
};

/** tsdav says in sentences what it did not find; they quote addresses. */
const found = async (server: CaldavServer, reason: string, look: () => Promise<string>): Promise<string> => {
  try {
    return await look();
  } catch (error) {
    if (error instanceof ProviderError) throw error;
    throw new ProviderError(server.provider, 'not_found', { reason });
  }
};

const requireTrusted = ({ provider, isTrusted }: CaldavServer, url: string): void => {
  if (!isTrusted(new URL(url))) throw new ProviderError(provider, 'address_refused', { reason: 'leads_elsewhere' });
};

/** A `fetch` for tsdav: failures are thrown, and redirects followed with the method they began with, as WebDAV needs it. */
const davFetch = (server: CaldavServer, { followsRedirects = true, onLanded = (_url: URL): void => undefined } = {}): typeof fetch => {
  const { outbound, accountId, now } = server;
  const send = outbound.fetch({ operation: 'caldav.discover', path: '/', accountId, idempotent: true, deadlineMs });
  return async (input, init) => {
    let url = new URL(input instanceof Request ? input.url : input);
    for (let redirects = 0; ; redirects += 1) {
      const response = await send(url, init);
      const location = response.status >= 300 && response.status < 400 ? response.headers.get('location') : null;
      if (location === null || !followsRedirects || redirects >= redirectsMax) {
        onLanded(url);
        return requireSuccess(server, response, now());
      }
      url = new URL(location, url);
      requireTrusted(server, url.href);
    }
  };
};

const requireSuccess = async ({ provider }: CaldavServer, response: Response, now: Date): Promise<Response> => {
  const { status, headers } = response;
  if (status >= 400) throw failureOf({ status, headers, body: undefined }, { provider, now, readFailure: () => ({}) });
  const body = await response.arrayBuffer();
  if (body.byteLength > answerBytesMax) throw new ProviderError(provider, 'invalid_response', { reason: 'too_large' });
  return new Response(body.byteLength === 0 ? null : body, { status, headers });
};
