import { ProviderError, type Outbound, type ProviderErrorCode } from '@patchbay/capabilities';
import { toIanaZone } from '@patchbay/icalendar';
import { failureOf } from '../_kit/provider-failure.js';

/** The way to feeds that people name. */
export interface IcsApi {
  readonly outbound: Outbound;
  readonly now: () => Date;
}

/** One feed of one account. */
export interface Feed {
  /** A secret. */
  readonly url: string;
  /** Our id of the connection. */
  readonly accountId: string;
}

/** What a server says that a feed can be asked for by, so that it is sent only when it is another. https://www.rfc-editor.org/rfc/rfc9110#section-13 */
export interface Validators {
  readonly etag: string | null;
  readonly modified: string | null;
}

/** A feed that was read whole. */
export interface FeedText {
  readonly text: string;
  readonly validators: Validators;
}

/** What a feed says about itself before its first event. */
export interface FeedHead {
  readonly name: string | null;
  readonly timeZone: string | null;
}

const provider = 'ics';
const redirectsMax = 3;
/** Four calls within the time that connecting an account may take. Milliseconds. */
const headDeadlineMs = 5_500;
/** Milliseconds, for sixteen megabytes from a slow server. */
const feedDeadlineMs = 30_000;
const headBytesMax = 4 * 1024;
/** Unpacked. Some 25,000 events; a calendar that is larger is no person's, and everything else waits while it is taken apart. */
const feedBytesMax = 8 * 1024 * 1024;
/** Events, reminders and time zones. Many tiny ones take longer than what they are written in says. */
const componentsMax = 50_000;
const nameLengthMax = 200;

/**
 * Reads the beginning of a feed, and no more of it.
 *
 * @param otherwise what it is called when there is something else, such as the page of a calendar
 * @throws ProviderError `not_found` when there is nothing at the address: for now, or because its secret was taken back. Nobody can tell the two apart.
 */
export const readHead = async (api: IcsApi, feed: Feed, otherwise: ProviderErrorCode): Promise<FeedHead> => {
  const call = { operation: 'feed.head', deadlineMs: headDeadlineMs, prefixBytes: headBytesMax };
  // Half of something packed is harder to read than half of a text.
  const text = await textOf(await get(api, feed, { ...call, headers: { 'accept-encoding': 'identity' } }));
  requireCalendar(text, otherwise);
  const lines = text.replace(/\r?\n[ \t]/g, '').split(/^BEGIN:VEVENT/im)[0] ?? '';
  const zone = propertyOf(lines, 'X-WR-TIMEZONE');
  return { name: propertyOf(lines, 'X-WR-CALNAME') ?? propertyOf(lines, 'NAME'), timeZone: zone === null ? null : toIanaZone(zone) };
};

/**
 * Reads a feed; null when it is as it was when the server gave these validators.
 *
 * @throws ProviderError `not_found` when there is nothing at the address; `invalid_response` when there is something else
 */
export const readFeed = async (api: IcsApi, feed: Feed, { etag, modified }: Validators): Promise<FeedText | null> => {
  // Whoever knows both must go by the first. https://www.rfc-editor.org/rfc/rfc9110#section-13.1.3
  const condition = etag === null ? (modified === null ? {} : { 'if-modified-since': modified }) : { 'if-none-match': etag };
  const isConditional = etag !== null || modified !== null;
  const response = await get(api, feed, { operation: 'feed.read', deadlineMs: feedDeadlineMs, headers: condition });
  if (response.status === 304 && isConditional) return null;
  const text = await textOf(response);
  requireCalendar(text, 'invalid_response');
  if (isOvercrowded(text)) throw tooLarge();
  return { text, validators: validatorsOf(response.headers, api.now()) };
};

interface FeedCall {
  readonly operation: string;
  readonly deadlineMs: number;
  readonly prefixBytes?: number;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Calendars that Microsoft 365 publishes are answered with an error by many tenants to whoever does not look like a browser: `Mozilla/5.0` alone does not,
 * a platform and a version of Chrome do. https://github.com/nextcloud/server/issues/54799, https://github.com/nextcloud/server/pull/54575
 */
const browsersHosts: ReadonlySet<string> = new Set(['outlook.office365.com', 'outlook.office.com']);
const likeBrowser = { 'user-agent': 'Mozilla/5.0 (Linux) like Chrome/139 Patchbay' } as const;
/** What such a tenant says, in a header or in where it leads to. */
const wantsBrowser = 'OwaBasicUnsupportedException';

/** Follows redirects, each of which the way out judges by itself. */
const get = async (api: IcsApi, { url: first, accountId }: Feed, { operation, deadlineMs, prefixBytes, headers }: FeedCall): Promise<Response> => {
  const send = api.outbound.fetch({ operation, path: '/{feed}', accountId, idempotent: true, deadlineMs, prefixBytes });
  let url = new URL(first);
  for (let redirects = 0; ; redirects += 1) {
    const caller = browsersHosts.has(url.hostname) ? likeBrowser : {};
    const response = await send(url, { headers: { accept: 'text/calendar, text/plain;q=0.5, */*;q=0.1', ...caller, ...headers } });
    requireWelcome(response);
    const location = isRedirect(response.status) ? response.headers.get('location') : null;
    if (location === null) return requireAnswer(api, response);
    if (redirects >= redirectsMax) throw new ProviderError(provider, 'invalid_response', { reason: 'too_many_redirects' });
    url = nextHop(url, location);
  }
};

const isRedirect = (status: number): boolean => status >= 300 && status < 400 && status !== 304;

/** An address that was entered for https is a secret that must not travel in the clear because a redirect says so. */
const nextHop = (from: URL, location: string): URL => {
  if (!URL.canParse(location, from.href)) throw new ProviderError(provider, 'invalid_response', { reason: 'redirect_unreadable' });
  const to = new URL(location, from);
  const isTrusted = to.protocol === 'https:' || (to.protocol === 'http:' && from.protocol === 'http:');
  if (!isTrusted || to.username !== '' || to.password !== '') throw new ProviderError(provider, 'address_refused', { reason: 'leads_elsewhere' });
  return to;
};

/** Not that the server is away: it will have none of us until one side changes its ways. */
const requireWelcome = ({ status, headers }: Response): void => {
  const says = `${headers.get('x-owa-error') ?? ''} ${headers.get('location') ?? ''}`;
  if (status >= 300 && says.includes(wantsBrowser)) throw new ProviderError(provider, 'forbidden', { reason: 'browsers_only' });
};

const requireAnswer = ({ now }: IcsApi, response: Response): Response => {
  const { status, headers } = response;
  if (response.ok || status === 304) return response;
  const readFailure = () => ({ reason: status === 404 || status === 410 ? 'no_such_feed' : undefined });
  throw failureOf({ status, headers, body: undefined }, { provider, now: now(), readFailure });
};

const textOf = async (response: Response): Promise<string> => {
  const bytes = await response.arrayBuffer();
  if (bytes.byteLength > feedBytesMax) throw tooLarge();
  return decode(bytes, response.headers.get('content-type'));
};

/** UTF-8 unless the server says otherwise (RFC 5545 section 3.1.4), in a word that we know. */
const decode = (bytes: ArrayBuffer, contentType: string | null): string => {
  const charset = /;\s*charset="?([\w-]+)/i.exec(contentType ?? '')?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
};

const tooLarge = (): ProviderError => new ProviderError(provider, 'invalid_response', { reason: 'too_large' });

const isOvercrowded = (text: string): boolean => {
  const begin = /^BEGIN:/gim;
  for (let count = 0; begin.test(text); count += 1) if (count >= componentsMax) return true;
  return false;
};

const requireCalendar = (text: string, otherwise: ProviderErrorCode): void => {
  if (!/^\s*BEGIN:VCALENDAR\s/i.test(text.slice(0, 1_000))) throw new ProviderError(provider, otherwise, { reason: 'not_a_calendar' });
};

const propertyOf = (lines: string, name: string): string | null => {
  const value = new RegExp(`^${name}(?:;[^:\\r\\n]*)?:([^\\r\\n]*)`, 'im').exec(lines)?.[1] ?? '';
  const plain = value
    .replace(/\\n/gi, ' ')
    .replace(/\\([\\;,])/g, '$1')
    .replace(/\p{Cc}/gu, '')
    .trim();
  return plain === '' ? null : plain.slice(0, nameLengthMax);
};

/** Dates count whole seconds: what changed twice in one is not told by them. https://www.rfc-editor.org/rfc/rfc9110#section-8.8.2.2 */
const settledMs = 2_000;

const validatorsOf = (headers: Headers, now: Date): Validators => {
  const modified = headers.get('last-modified');
  const answeredAt = Date.parse(headers.get('date') ?? '');
  const ageMs = (Number.isNaN(answeredAt) ? now.getTime() : answeredAt) - Date.parse(modified ?? '');
  return { etag: headers.get('etag'), modified: ageMs >= settledMs ? modified : null };
};
