import { ProviderError } from '@patchbay/capabilities';
import { basicAuthorization } from '../_kit/keyed-call.js';
import { davFetch, requireTrusted, type CaldavServer, type DavCall } from './caldav.http.js';

/** Whose account it is, and where its calendars are. */
export interface CaldavPrincipal {
  readonly principalUrl: string;
  readonly homeUrl: string;
}

/** Four calls, each with its attempts, within the time that connecting an account may take. Milliseconds. */
const deadlineMs = 4_500;
/**
 * Of one answer; honest ones take less than four kilobytes. tsdav's time grows with the square of the number of different elements: a megabyte of them
 * from a server that means harm would stop the whole process for minutes.
 */
const answerBytesMax = 16 * 1024;
const discovering: DavCall = { operation: 'caldav.discover', deadlineMs, bytesMax: answerBytesMax };

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
  const fetch = davFetch(server, { ...discovering, onLanded: (url) => (landed = url) });
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
  const send = davFetch(server, { ...discovering, followsRedirects: false });
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
