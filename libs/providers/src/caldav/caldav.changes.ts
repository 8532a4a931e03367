import { ProviderError, type ProviderErrorCode } from '@patchbay/capabilities';
import type { StatusCodes } from '../_kit/provider-failure.js';
import { readingRequest } from './caldav.account.js';
import type { CaldavServer } from './caldav.http.js';
import { isSamePath, pathOf, readLargeMultistatus, readMultistatus, textIn, type DavResource, type Multistatus } from './caldav.multistatus.js';
import { caldavElement, calendarServer, childOf, childrenOf, dav, escapeXml } from './caldav.xml.js';

/** A calendar as it answers for itself. */
export interface SeenCalendar {
  readonly url: string;
  /** Null when changes cannot be asked for. https://www.rfc-editor.org/rfc/rfc6578#section-4 */
  readonly syncToken: string | null;
  /** Another one as soon as anything in the calendar is different; null where there is none. */
  readonly tag: string | null;
}

/** One file in a calendar, as lists name it. */
export interface Member {
  /** As the server wrote it. */
  readonly href: string;
  readonly path: string;
  /** Its ETag, without what servers add or leave out around it. */
  readonly version: string | null;
}

/** Some of what there is to tell. */
export interface Portion {
  readonly url: string;
  readonly members: readonly Member[];
  /** Paths of what is no longer there. */
  readonly gone: readonly string[];
  readonly syncToken: string | null;
  /** The server keeps the rest for the next request. https://www.rfc-editor.org/rfc/rfc6578#section-3.6 */
  readonly isTruncated: boolean;
}

const namespaces = 'xmlns:d="DAV:" xmlns:cs="http://calendarserver.org/ns/"';

/** @throws ProviderError `not_found` when there is no calendar */
export const lookAtCalendar = async (server: CaldavServer, at: string): Promise<SeenCalendar> => {
  const { url, properties } = await askCalendar(server, at, '<d:sync-token/><cs:getctag/>');
  const syncToken = textIn(childOf(properties, dav('sync-token')));
  return { url, syncToken, tag: textIn(childOf(properties, calendarServer('getctag'))) ?? syncToken };
};

const askCalendar = async (server: CaldavServer, at: string, wanted: string) => {
  const body = `<d:propfind ${namespaces}><d:prop><d:resourcetype/>${wanted}</d:prop></d:propfind>`;
  const answer = await readingRequest(server, { method: 'PROPFIND', url: at, depth: '0', body, operation: 'caldav.calendar' });
  const [resource] = readMultistatus(server.provider, answer).resources;
  const type = childOf(resource?.properties, dav('resourcetype'));
  if (childOf(type, caldavElement('calendar')) === undefined) throw new ProviderError(server.provider, 'not_found', { reason: 'no_calendar' });
  return { url: answer.url, properties: resource?.properties };
};

/** Where a calendar is, and whether it says that changes can be asked for (RFC 3253 section 3.1.5); null when it says nothing of that. */
export interface FoundCalendar {
  readonly url: string;
  readonly knowsChanges: boolean | null;
}

/**
 * Asks for neither token nor tag: to tell them, small servers look through all of a calendar.
 *
 * @throws ProviderError `not_found` when there is no calendar
 */
export const findCalendar = async (server: CaldavServer, at: string): Promise<FoundCalendar> => {
  const { url, properties } = await askCalendar(server, at, '<d:supported-report-set/>');
  const reports = childOf(properties, dav('supported-report-set'));
  if (reports === undefined) return { url, knowsChanges: null };
  const named = childrenOf(reports, dav('supported-report')).flatMap((report) => childrenOf(report, dav('report')));
  return { url, knowsChanges: named.some((report) => childOf(report, dav('sync-collection')) !== undefined) };
};

/** Everything in a calendar, for servers that know no changes. */
export const listMembers = async (server: CaldavServer, at: string): Promise<Portion> => {
  const body = `<d:propfind ${namespaces}><d:prop><d:resourcetype/><d:getetag/></d:prop></d:propfind>`;
  const answer = await readingRequest(server, { method: 'PROPFIND', url: at, depth: '1', body, operation: 'caldav.list' });
  const files = filesIn(await readLargeMultistatus(server.provider, answer), answer.url);
  return { url: answer.url, members: files.filter(({ status }) => !isGone(status)).map(toMember), gone: [], syncToken: null, isTruncated: false };
};

// Without a token there is none that could be wrong: what refuses then does not know the report.
const refusals: StatusCodes = {
  400: 'invalid_request',
  409: 'invalid_request',
  412: 'invalid_request',
  501: 'invalid_request',
  507: 'invalid_request',
};
const unsupported: ReadonlySet<ProviderErrorCode> = new Set(['invalid_request', 'invalid_response', 'forbidden', 'cursor_expired']);

/** Everything in a calendar, and the token for what changes afterwards; null when the server names a token and knows no such report. */
export const firstChanges = async (server: CaldavServer, at: string): Promise<Portion | null> => {
  try {
    return await askForChanges(server, { at, token: '', codes: refusals });
  } catch (error) {
    if (error instanceof ProviderError && unsupported.has(error.code)) return null;
    throw error;
  }
};

// RFC 6578 asks for 403 with a condition, which the answer's body tells; servers have found other ways to say that they do not know a token.
const forgotten: StatusCodes = Object.fromEntries([400, 405, 409, 410, 412, 415, 501, 507].map((status) => [status, 'cursor_expired']));

/** @throws ProviderError `cursor_expired` when the server no longer knows the token */
export const changesSince = (server: CaldavServer, at: string, token: string): Promise<Portion> =>
  askForChanges(server, { at, token, codes: forgotten });

interface Question {
  readonly at: string;
  /** Empty for the first time. */
  readonly token: string;
  readonly codes: StatusCodes;
}

const askForChanges = async (server: CaldavServer, { at, token, codes }: Question): Promise<Portion> => {
  const body = `<d:sync-collection ${namespaces}><d:sync-token>${escapeXml(token)}</d:sync-token><d:sync-level>1</d:sync-level>
<d:prop><d:getetag/></d:prop></d:sync-collection>`;
  const answer = await readingRequest(server, { method: 'REPORT', url: at, depth: '0', body, operation: 'caldav.changes', codes });
  const all = await readLargeMultistatus(server.provider, answer);
  const files = filesIn(all, answer.url);
  return {
    url: answer.url,
    members: files.filter(({ status }) => !isGone(status)).map(toMember),
    gone: files.filter(({ status }) => isGone(status)).map(({ path }) => path),
    syncToken: all.syncToken,
    isTruncated: all.resources.some(({ path, status }) => status === 507 && isSamePath(path, pathOf(answer.url, answer.url) ?? '')),
  };
};

/** True for what was deleted, in an answer about many. */
export const isGone = (status: number | null): boolean => status === 404 || status === 410;

/** Everything but the calendar itself, and what is no file in it. */
const filesIn = ({ resources }: Multistatus, calendarUrl: string): readonly DavResource[] => {
  const calendarPath = pathOf(calendarUrl, calendarUrl) ?? '';
  return resources.filter(
    ({ path, properties }) =>
      !path.endsWith('/') && !isSamePath(path, calendarPath) && childOf(childOf(properties, dav('resourcetype')), dav('collection')) === undefined,
  );
};

const toMember = (resource: DavResource): Member => ({ href: resource.href, path: resource.path, version: versionOf(resource) });

/**
 * An ETag to compare with another: servers and the proxies before them make `W/"abc"` of `"abc"`, and some forget the quotes, from one answer to the next.
 * https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3.2
 */
export const versionOf = ({ properties }: DavResource): string | null =>
  textIn(childOf(properties, dav('getetag')))
    ?.replace(/^W\//, '')
    .replaceAll('"', '') || null;
