import { ProviderError, type ResourceChange, type UnreadableEvent } from '@patchbay/capabilities';
import { calendarSteps, CalendarTextError, inTurns, type ParsedCalendar, type ParseOptions } from '@patchbay/icalendar';
import { readingRequest } from './caldav.account.js';
import { isGone, versionOf, type Member } from './caldav.changes.js';
import type { CaldavServer, DavAnswer } from './caldav.http.js';
import { addressOf, readLargeMultistatus, readMultistatus, textIn } from './caldav.multistatus.js';
import { isAsRead, readingVersion, type OwnAddresses } from './caldav.reading-version.js';
import { caldavElement, childOf, childrenOf, dav, escapeXml } from './caldav.xml.js';

/** Gets files out of one calendar. */
export interface CalendarFiles {
  /** Whether a file stands there as it was read into `known`, the version that is stored of it, and would be read as the same again. */
  isAsRead(member: Member, known: string | undefined): Promise<boolean>;
  /** Asks for files. */
  fetch(members: readonly Member[]): Promise<FetchedFiles>;
}

/** Files as the server answered them, not looked at yet: it can be asked for the next ones meanwhile. */
export interface FetchedFiles {
  /** What became of the files since they were listed, in the same order. */
  read(): Promise<readonly ResourceChange[]>;
}

/** Files of the calendar at `url`. */
export const calendarFiles = (server: CaldavServer, url: string): CalendarFiles => {
  let asked: Promise<readonly string[]> | undefined;
  const ownAddresses = (): Promise<readonly string[]> => (asked ??= findOwnAddresses(server, url));
  const source = { server, url, ownAddresses };
  return { isAsRead: (member, known) => isAsRead(member, known, ownAddresses), fetch: (members) => fetchFiles(source, members) };
};

interface Source {
  readonly server: CaldavServer;
  readonly url: string;
  readonly ownAddresses: OwnAddresses;
}

const fetchFiles = async (source: Source, members: readonly Member[]): Promise<FetchedFiles> => {
  if (members.length === 0) return { read: async () => [] };
  const answer = await multiget(source, members);
  if (answer !== 'too_large') return { read: () => readFiles(source, members, answer) };
  const half = Math.ceil(members.length / 2);
  const first = await fetchFiles(source, members.slice(0, half));
  const second = await fetchFiles(source, members.slice(half));
  return { read: async () => [...(await first.read()), ...(await second.read())] };
};

const readFiles = async (source: Source, members: readonly Member[], answer: DavAnswer): Promise<readonly ResourceChange[]> => {
  const { resources } = await readLargeMultistatus(source.server.provider, answer);
  const told = new Map(resources.map((resource) => [resource.path, resource]));
  const changes: ResourceChange[] = [];
  for (const member of members) {
    const resource = told.get(member.path);
    const text = childOf(resource?.properties, caldavElement('calendar-data'))?.text ?? '';
    if (resource !== undefined && isGone(resource.status)) changes.push({ kind: 'gone', resource: member.path });
    else if (resource === undefined || text.trim() === '') changes.push(await fetchOne(source, member));
    else changes.push(await toPresent(source, { ...member, version: versionOf(resource) ?? member.version }, text));
  }
  return changes;
};

/** https://www.rfc-editor.org/rfc/rfc4791#section-7.9 */
const multiget = async ({ server, url }: Source, members: readonly Member[]): Promise<DavAnswer | 'too_large'> => {
  const hrefs = members.map(({ href }) => `<d:href>${escapeXml(href)}</d:href>`).join('');
  const body = `<c:calendar-multiget xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">
<d:prop><d:getetag/><c:calendar-data/></d:prop>${hrefs}</c:calendar-multiget>`;
  try {
    return await readingRequest(server, { method: 'REPORT', url, depth: '1', body, operation: 'caldav.multiget' });
  } catch (error) {
    const isTooLarge = error instanceof ProviderError && error.reason === 'too_large';
    if (isTooLarge && members.length > 1) return 'too_large';
    throw error;
  }
};

/** What was asked for together with others and not answered is asked for alone: an event that silently stays away would be a free hour. */
const fetchOne = async (source: Source, member: Member): Promise<ResourceChange> => {
  const { server } = source;
  try {
    const { text } = await readingRequest(server, { method: 'GET', url: addressOf(member.href, source.url) ?? source.url, operation: 'caldav.get' });
    return await toPresent(source, member, text);
  } catch (error) {
    if (error instanceof ProviderError && error.code === 'not_found') return { kind: 'gone', resource: member.path };
    throw error;
  }
};

const toPresent = async ({ server, ownAddresses }: Source, { path, version }: Member, text: string): Promise<ResourceChange> => {
  // Only who was invited has to be known under an address; most people's changes need no such look.
  const addresses = /^ATTENDEE/im.test(text) ? await ownAddresses() : null;
  const { events, unreadable } = await parsed(text, { ownAddresses: addresses ?? [], now: server.now() });
  if (unreadable.length === 0) return { kind: 'present', resource: path, version: readingVersion(version, addresses), events };
  // Without a version it is fetched again with the next full reading: by then it may be mended, or we may be able to read it.
  const faults = unreadable.map(({ title, start, fault }) => ({ title, start, fault }));
  return { kind: 'present', resource: path, version: null, events, unreadable: faults };
};

type ReadFile = Pick<ParsedCalendar, 'events'> & { readonly unreadable: readonly UnreadableEvent[] };

const parsed = async (text: string, options: ParseOptions): Promise<ReadFile> => {
  try {
    return await inTurns(calendarSteps(text, options));
  } catch (error) {
    if (error instanceof CalendarTextError) return { events: [], unreadable: [{ title: null, start: null, fault: error.fault }] };
    throw error;
  }
};

/** The addresses that somebody is invited by. https://www.rfc-editor.org/rfc/rfc6638#section-2.4.1 */
export const findOwnAddresses = async (server: CaldavServer, url: string): Promise<readonly string[]> => {
  const own = server.username.includes('@') ? [server.username] : [];
  try {
    const principal = await property(server, url, { namespace: 'DAV:', local: 'current-user-principal' });
    const href = textIn(childOf(principal.element, dav('href')));
    const principalUrl = href === null ? null : addressOf(href, principal.url);
    if (principalUrl === null) return own;
    const addresses = await property(server, principalUrl, { namespace: 'urn:ietf:params:xml:ns:caldav', local: 'calendar-user-address-set' });
    const mails = childrenOf(addresses.element, dav('href')).map(({ text }) => /^mailto:(.+)$/i.exec(text.trim())?.[1] ?? '');
    return [...new Set([...own, ...mails.filter((mail) => mail !== '')])];
  } catch (error) {
    if (error instanceof ProviderError && !error.retryable && error.code !== 'unauthorized') return own;
    throw error;
  }
};

const property = async (server: CaldavServer, at: string, { namespace, local }: { readonly namespace: string; readonly local: string }) => {
  const body = `<d:propfind xmlns:d="DAV:" xmlns:x="${namespace}"><d:prop><x:${local}/></d:prop></d:propfind>`;
  const answer = await readingRequest(server, { method: 'PROPFIND', url: at, depth: '0', body, operation: 'caldav.property' });
  const [resource] = readMultistatus(server.provider, answer).resources;
  return { url: answer.url, element: childOf(resource?.properties, `{${namespace}}${local}`) };
};
