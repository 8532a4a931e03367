import { setImmediate } from 'node:timers/promises';
import { ProviderError, type AccessToken } from '@patchbay/capabilities';
import { CalendarTextError } from '@patchbay/icalendar';
import { afterWriting } from '../_kit/unknown-outcome.js';
import { eventRequest, type CaldavAccount, type OpenCaldavAccount } from './caldav.account.js';
import { timeZoneOf } from './caldav.calendars.js';
import { openEventFile, type EventFile } from './caldav.event-file.js';
import { findOwnAddresses } from './caldav.files.js';
import { addressOf, readLargeMultistatus, readMultistatus, textIn, type DavResource } from './caldav.multistatus.js';
import { caldavElement, childOf, dav, escapeXml } from './caldav.xml.js';

/** A file that stands in a calendar. */
export interface StoredFile {
  readonly url: string;
  /** As the server wants to hear it; null where it tells none. */
  readonly etag: string | null;
  readonly file: EventFile;
}

/** Some time of a calendar. */
export interface TimeRange {
  readonly from: Date;
  readonly to: Date;
}

/** The files of one calendar. */
export interface EventStore {
  readonly provider: string;
  readonly now: () => Date;
  /** The file of the event with this `UID`, whatever it is called. */
  find(uid: string): Promise<StoredFile | null>;
  /** All files with an event that may take place then. */
  between(range: TimeRange): Promise<readonly StoredFile[]>;
  /** Writes a file that is not there yet. @throws ProviderError `conflict` when it is */
  add(uid: string, text: string): Promise<StoredFile>;
  /** Writes a file anew. @throws ProviderError `conflict` when it is another one by now */
  replace(stored: StoredFile, text: string): Promise<StoredFile>;
  /** Already gone is success. @throws ProviderError `conflict` when it is another one by now, unless that does not matter */
  remove(stored: Pick<StoredFile, 'url' | 'etag'>): Promise<void>;
  /** Deletes the file that an event of ours is written under; false when there is none of that name. */
  removeNamed(uid: string): Promise<boolean>;
  /** What its owner invites others by; null when the server does not say. */
  ownAddress(): Promise<string | null>;
  /** The zone that days and floating times are meant in. */
  timeZone(): Promise<string>;
}

/** @throws ProviderError `not_found` for an id that is no calendar */
export const openEventStore = async (open: OpenCaldavAccount, token: AccessToken, calendarId: string): Promise<EventStore> => {
  const account = open(token);
  const url = await account.locate(calendarId);
  return eventStore(account, url.endsWith('/') ? url : `${url}/`);
};

const eventStore = (account: CaldavAccount, calendarUrl: string): EventStore => {
  const { server } = account;
  const nameOf = (uid: string): string => `${calendarUrl}${encodeURIComponent(uid)}.ics`;
  const query = queryOf(account, calendarUrl);
  const read = readOf(account);
  const find = async (uid: string): Promise<StoredFile | null> => {
    const named = await read(nameOf(uid));
    if (named !== null && hasUid(named, uid)) return named;
    return (await query(uidFilter(uid))).find((stored) => hasUid(stored, uid)) ?? null;
  };
  const put = async (url: string, text: string, condition?: { readonly ifMatch: string } | 'absent'): Promise<StoredFile> => {
    const answer = await eventRequest(server, {
      method: 'PUT',
      url,
      body: text,
      operation: 'caldav.put',
      ...(condition !== undefined && { condition }),
    });
    // Only a strong one says that it stands there as it was sent. https://www.rfc-editor.org/rfc/rfc4791#section-5.3.4
    if (answer.etag !== null && !answer.etag.startsWith('W/')) return { url, etag: answer.etag, file: await openEventFile(text) };
    const read_ = await afterWriting(() => read(url));
    return read_ ?? { url, etag: null, file: await openEventFile(text) };
  };
  return {
    provider: server.provider,
    now: server.now,
    find,
    between: (range) => filesBetween(query, range),
    add: (uid, text) => put(nameOf(uid), text, 'absent'),
    replace: ({ url, etag }, text) => put(url, text, etag === null ? undefined : { ifMatch: etag }),
    remove: async ({ url, etag }) => void (await removeFile(account, url, etag)),
    removeNamed: (uid) => removeFile(account, nameOf(uid), null),
    ownAddress: once(async () => ownAddressIn(await findOwnAddresses(server, calendarUrl), server.username)),
    timeZone: once(() => zoneOfCalendar(account, calendarUrl)),
  };
};

const hasUid = ({ file }: StoredFile, uid: string): boolean => file.uid === uid;

const once = <Answer>(ask: () => Promise<Answer>): (() => Promise<Answer>) => {
  let asked: Promise<Answer> | undefined;
  return () => (asked ??= ask());
};

/** What they sign in with, where that is one of their addresses: it is the one that they know. */
const ownAddressIn = (addresses: readonly string[], username: string): string | null =>
  addresses.find((address) => address.toLowerCase() === username.toLowerCase()) ?? addresses[0] ?? null;

const notHere: ReadonlySet<string> = new Set(['not_found', 'invalid_request']);

/** Reads one file; null when it is not there, or holds no events that can be written again. */
const readOf =
  ({ server }: CaldavAccount) =>
  async (url: string): Promise<StoredFile | null> => {
    try {
      const { text, etag } = await eventRequest(server, { method: 'GET', url, operation: 'caldav.get' });
      return { url, etag: strong(etag), file: await openEventFile(text) };
    } catch (error) {
      if (error instanceof CalendarTextError || (error instanceof ProviderError && notHere.has(error.code))) return null;
      throw error;
    }
  };

/** A proxy on the way makes a weak one of it, and servers compare with what they gave out. https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1 */
const strong = (etag: string | null): string | null => etag?.replace(/^W\//, '') ?? null;

const turnMs = 10;

/** https://www.rfc-editor.org/rfc/rfc4791#section-7.8 */
const queryOf =
  (account: CaldavAccount, calendarUrl: string) =>
  async (filter: string): Promise<readonly StoredFile[]> => {
    const { server } = account;
    const body = `<c:calendar-query xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:prop><d:getetag/><c:calendar-data/></d:prop>
<c:filter><c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT">${filter}</c:comp-filter></c:comp-filter></c:filter></c:calendar-query>`;
    const answer = await eventRequest(server, { method: 'REPORT', url: calendarUrl, depth: '1', body, operation: 'caldav.query' });
    const found: StoredFile[] = [];
    let turnBegan = performance.now();
    for (const resource of (await readLargeMultistatus(server.provider, answer)).resources) {
      // A thousand files take a second: others have their turn in between.
      if (performance.now() - turnBegan > turnMs) {
        await setImmediate();
        turnBegan = performance.now();
      }
      const stored = await toStored(account, resource, answer.url);
      if (stored !== null) found.push(stored);
    }
    return found;
  };

const toStored = async (account: CaldavAccount, { href, properties }: DavResource, base: string): Promise<StoredFile | null> => {
  const url = addressOf(href, base);
  if (url === null) return null;
  const text = childOf(properties, caldavElement('calendar-data'))?.text ?? '';
  if (text.trim() === '') return url.endsWith('/') ? null : readOf(account)(url);
  try {
    return { url, etag: strong(textIn(childOf(properties, dav('getetag')))), file: await openEventFile(text) };
  } catch (error) {
    if (error instanceof CalendarTextError) return null;
    throw error;
  }
};

const uidFilter = (uid: string): string =>
  `<c:prop-filter name="UID"><c:text-match collation="i;octet">${escapeXml(uid)}</c:text-match></c:prop-filter>`;

const dayMs = 86_400_000;

/** A day more on both sides: servers are of several minds about where days and floating times are. */
const timeFilter = ({ from, to }: TimeRange): string => {
  const utc = (date: Date): string => `${date.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
  return `<c:time-range start="${utc(new Date(from.getTime() - dayMs))}" end="${utc(new Date(to.getTime() + dayMs))}"/>`;
};

/** A calendar that is too full to be told of at once is asked for in halves. */
const filesBetween = async (query: (filter: string) => Promise<readonly StoredFile[]>, range: TimeRange): Promise<readonly StoredFile[]> => {
  try {
    return await query(timeFilter(range));
  } catch (error) {
    const [from, to] = [range.from.getTime(), range.to.getTime()];
    if (!(error instanceof ProviderError) || error.reason !== 'too_large' || to - from <= dayMs) throw error;
    const middle = new Date(from + Math.floor((to - from) / 2));
    const halves = [await filesBetween(query, { from: range.from, to: middle }), await filesBetween(query, { from: middle, to: range.to })];
    return [...new Map(halves.flat().map((stored) => [stored.url, stored])).values()];
  }
};

const removeFile = async ({ server }: CaldavAccount, url: string, etag: string | null): Promise<boolean> => {
  try {
    await eventRequest(server, { method: 'DELETE', url, operation: 'caldav.delete', ...(etag !== null && { condition: { ifMatch: etag } }) });
    return true;
  } catch (error) {
    if (error instanceof ProviderError && error.code === 'not_found') return false;
    throw error;
  }
};

const zoneOfCalendar = async ({ server }: CaldavAccount, url: string): Promise<string> => {
  const body = `<d:propfind xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:prop><c:calendar-timezone/><c:calendar-timezone-id/></d:prop></d:propfind>`;
  const answer = await eventRequest(server, { method: 'PROPFIND', url, depth: '0', body, operation: 'caldav.calendar' });
  const [resource] = readMultistatus(server.provider, answer).resources;
  return (resource === undefined ? null : timeZoneOf(resource.properties)) ?? 'UTC';
};
