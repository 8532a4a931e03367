import { ProviderError, type AccessToken } from '@patchbay/capabilities';
import { afterWriting } from '../_kit/unknown-outcome.js';
import { eventRequest, type CaldavAccount, type OpenCaldavAccount } from './caldav.account.js';
import { timeZoneOf } from './caldav.calendars.js';
import { openEventFile } from './caldav.event-file.js';
import { findOwnAddresses } from './caldav.files.js';
import { isSamePath, pathOf, readMultistatus, textIn } from './caldav.multistatus.js';
import { childOf, dav } from './caldav.xml.js';
import { filesBetween, filesNamed, readStoredFile, type StoredFile, type TimeRange } from './caldav.stored-files.js';

/** The files of one calendar. */
export interface EventStore {
  readonly provider: string;
  readonly now: () => Date;
  /** The file of the event with this `UID`, whatever it is called. */
  find(uid: string): Promise<StoredFile | null>;
  /** All files with an event that may take place then, each once. @throws ProviderError `too_large` for more than anybody waits for */
  between(range: TimeRange): AsyncIterable<StoredFile>;
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
  /** What the calendar's owner invites others by; none where it is somebody else's than who signs in. */
  ownersAddresses(): Promise<readonly string[]>;
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
  const queries = { server, calendarUrl };
  const read = (url: string): Promise<StoredFile | null> => readStoredFile(server, url);
  const find = async (uid: string): Promise<StoredFile | null> => {
    const named = await read(nameOf(uid));
    if (named !== null && hasUid(named, uid)) return named;
    for await (const stored of filesNamed(queries, uid)) if (hasUid(stored, uid)) return stored;
    return null;
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
    between: (range) => filesBetween(queries, range),
    add: (uid, text) => put(nameOf(uid), text, 'absent'),
    replace: ({ url, etag }, text) => put(url, text, etag === null ? undefined : { ifMatch: etag }),
    remove: async ({ url, etag }) => void (await removeFile(account, url, etag)),
    removeNamed: (uid) => removeFile(account, nameOf(uid), null),
    ownAddress: once(async () => ownAddressIn(await findOwnAddresses(server, calendarUrl), server.username)),
    ownersAddresses: once(async () => ((await isOwnCalendar(account, calendarUrl)) ? findOwnAddresses(server, calendarUrl) : [])),
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

/** A server that names no owner has no calendars of others. https://www.rfc-editor.org/rfc/rfc3744#section-5.1 */
const isOwnCalendar = async ({ server }: Pick<CaldavAccount, 'server'>, url: string): Promise<boolean> => {
  const body = `<d:propfind xmlns:d="DAV:"><d:prop><d:owner/><d:current-user-principal/></d:prop></d:propfind>`;
  const answer = await eventRequest(server, { method: 'PROPFIND', url, depth: '0', body, operation: 'caldav.owner' });
  const [resource] = readMultistatus(server.provider, answer).resources;
  const [owner, user] = ['owner', 'current-user-principal'].map((name) => {
    const href = textIn(childOf(childOf(resource?.properties, dav(name)), dav('href')));
    return href === null ? null : pathOf(href, answer.url);
  });
  return typeof owner !== 'string' || (typeof user === 'string' && isSamePath(owner, user));
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
