import { setImmediate } from 'node:timers/promises';
import { ProviderError } from '@patchbay/capabilities';
import { CalendarTextError } from '@patchbay/icalendar';
import { answerBytesMax, eventDeadlineMs, eventRequest } from './caldav.account.js';
import { openEventFile, type EventFile } from './caldav.event-file.js';
import type { CaldavServer, DavAnswer } from './caldav.http.js';
import { addressOf, readLargeMultistatus, textIn, type DavResource } from './caldav.multistatus.js';
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

/** Asks for the files of one calendar. What is found is told as it is read: nobody needs all of it at once. */
export interface CalendarQueries {
  readonly server: CaldavServer;
  readonly calendarUrl: string;
}

/** One file; null when it is not there, or holds no events that can be written again. */
export const readStoredFile = (server: CaldavServer, url: string): Promise<StoredFile | null> => readWithin(beginQuestion(server), url);

/** The files that may have an event of this `UID`. */
export const filesNamed = (queries: CalendarQueries, uid: string): AsyncIterable<StoredFile> => filesMatching(begin(queries), uidFilter(uid));

/** The files with an event that may take place then, each once. @throws ProviderError `invalid_response` with the reason `too_large` */
export async function* filesBetween(queries: CalendarQueries, range: TimeRange): AsyncGenerator<StoredFile, void> {
  const told = new Set<string>();
  for await (const stored of filesWithin(begin(queries), range)) {
    if (told.has(stored.url)) continue;
    told.add(stored.url);
    yield stored;
  }
}

/** One question, however many requests it takes, and what it may cost in all: a server may answer whatever it likes, as slowly as it likes. */
interface Question {
  readonly server: CaldavServer;
  /** Takes note of so many more bytes. @throws ProviderError `too_large` when that, or the time it took, is too much */
  spend(bytes: number): void;
  /** For the next request. */
  deadlineMs(): number;
}

/** What ten thousand events take, also when they have to be asked for in quarters. */
const bytesMax = 8 * answerBytesMax;
/** Whoever waits has given up by then. */
const questionMs = 2 * eventDeadlineMs;

const beginQuestion = (server: CaldavServer): Question => {
  const endsAt = server.now().getTime() + questionMs;
  const leftMs = (): number => endsAt - server.now().getTime();
  let left = bytesMax;
  return {
    server,
    spend: (bytes) => {
      left -= bytes;
      if (left < 0 || leftMs() <= 0) throw new ProviderError(server.provider, 'invalid_response', { reason: 'too_large' });
    },
    deadlineMs: () => Math.min(eventDeadlineMs, Math.max(1, leftMs())),
  };
};

type Asking = Question & CalendarQueries;

const begin = (queries: CalendarQueries): Asking => ({ ...queries, ...beginQuestion(queries.server) });

const notHere: ReadonlySet<string> = new Set(['not_found', 'invalid_request']);

const readWithin = async ({ server, spend, deadlineMs }: Question, url: string): Promise<StoredFile | null> => {
  try {
    const { text, etag } = await eventRequest(server, { method: 'GET', url, operation: 'caldav.get', deadlineMs: deadlineMs() });
    spend(text.length);
    return { url, etag: strong(etag), file: await openEventFile(text) };
  } catch (error) {
    if (error instanceof CalendarTextError || (error instanceof ProviderError && notHere.has(error.code))) return null;
    throw error;
  }
};

/** A proxy on the way makes a weak one of it, and servers compare with what they gave out. https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1 */
const strong = (etag: string | null): string | null => etag?.replace(/^W\//, '') ?? null;

/** https://www.rfc-editor.org/rfc/rfc4791#section-7.8 */
const ask = ({ server, calendarUrl, deadlineMs }: Asking, filter: string): Promise<DavAnswer> => {
  const body = `<c:calendar-query xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:prop><d:getetag/><c:calendar-data/></d:prop>
<c:filter><c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT">${filter}</c:comp-filter></c:comp-filter></c:filter></c:calendar-query>`;
  return eventRequest(server, { method: 'REPORT', url: calendarUrl, depth: '1', body, operation: 'caldav.query', deadlineMs: deadlineMs() });
};

async function* filesMatching(asking: Asking, filter: string): AsyncGenerator<StoredFile, void> {
  yield* filesIn(asking, await ask(asking, filter));
}

/** A calendar that is too full to be told of at once is asked for in halves. */
async function* filesWithin(asking: Asking, range: TimeRange): AsyncGenerator<StoredFile, void> {
  const answer = await askForAll(asking, range);
  if (answer !== 'too_large') return yield* filesIn(asking, answer);
  // It may have come as far as it was allowed to.
  asking.spend(answerBytesMax);
  const [from, to] = [range.from.getTime(), range.to.getTime()];
  const middle = new Date(from + Math.floor((to - from) / 2));
  yield* filesWithin(asking, { from: range.from, to: middle });
  yield* filesWithin(asking, { from: middle, to: range.to });
}

const askForAll = async (asking: Asking, range: TimeRange): Promise<DavAnswer | 'too_large'> => {
  try {
    return await ask(asking, timeFilter(range));
  } catch (error) {
    if (!(error instanceof ProviderError) || error.reason !== 'too_large' || range.to.getTime() - range.from.getTime() <= dayMs) throw error;
    return 'too_large';
  }
};

const turnMs = 10;

async function* filesIn(asking: Asking, answer: DavAnswer): AsyncGenerator<StoredFile, void> {
  asking.spend(answer.text.length);
  const { resources } = await readLargeMultistatus(asking.server.provider, answer);
  let turnBegan = performance.now();
  for (const resource of resources) {
    // A thousand files take a second, and what is made of them takes as long: others have their turn in between.
    if (performance.now() - turnBegan > turnMs) {
      asking.spend(0);
      await setImmediate();
      turnBegan = performance.now();
    }
    const stored = await toStored(asking, resource, answer.url);
    if (stored !== null) yield stored;
  }
}

const toStored = async (question: Question, { href, properties }: DavResource, base: string): Promise<StoredFile | null> => {
  const url = addressOf(href, base);
  if (url === null) return null;
  const text = childOf(properties, caldavElement('calendar-data'))?.text ?? '';
  if (text.trim() === '') return url.endsWith('/') ? null : readWithin(question, url);
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
