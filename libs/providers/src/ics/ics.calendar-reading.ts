import { createHash, type Hash } from 'node:crypto';
import {
  credentialsOfToken,
  ProviderError,
  type AccessToken,
  type CalendarReadingCapability,
  type ChangePage,
  type ReadingStart,
  type ResourceChange,
  type SourceEvent,
  type UnreadableEvent,
} from '@patchbay/capabilities';
import {
  calendarParserVersion,
  calendarSteps,
  CalendarTextError,
  inTurns,
  type ParsedCalendar,
  type Steps,
  type UnreadableText,
} from '@patchbay/icalendar';
import { icsForm } from './ics.credentials.js';
import { cursorText, readCursor, type FeedCursor } from './ics.cursor.js';
import { readFeed, readHead, type Feed, type FeedText, type IcsApi } from './ics.feed.js';

/** A feed is one calendar; it has no id of its own. */
const feedCalendarId = 'feed';
/** Of one transaction of whoever stores them. */
const resourcesPerPage = 500;

/** Reads a feed, and tells which of its events came, changed and went. A feed itself only says that something did. */
export const icsCalendarReading = (api: IcsApi): CalendarReadingCapability => ({
  isBoundToWindow: false,
  listCalendars: async (token) => {
    const feed = feedOf(token);
    const { name, timeZone } = await readHead(api, feed, 'invalid_response');
    return [{ id: feedCalendarId, name: name ?? new URL(feed.url).hostname, timeZone, isPrimary: true, isWritable: false }];
  },
  read: (token, start) => readChanges(api, token, start),
});

async function* readChanges(api: IcsApi, token: AccessToken, start: ReadingStart): AsyncGenerator<ChangePage> {
  const feed = feedOf(token);
  if (start.calendarId !== feedCalendarId) throw new ProviderError('ics', 'not_found');
  const address = digestOf(feed.url);
  const before = start.cursor === null ? null : readCursor(start.cursor);
  // What one address said about itself means nothing at another; and what was read in another way is read again, though it has not changed.
  const isAsBefore = before?.address === address && before.parser === calendarParserVersion;
  const found = await readFeed(api, feed, isAsBefore ? before.validators : { etag: null, modified: null });
  if (found === null) return yield { changes: [], cursor: start.cursor };

  const text = await inTurns(textDigest(found.text));
  const after = { address, parser: calendarParserVersion, validators: found.validators, text };
  if (before?.text === text && before.parser === calendarParserVersion) return yield { changes: [], cursor: cursorText({ ...before, ...after }) };
  const contents = await inTurns(contentsOf(found, api.now()));
  const resources = new Map([...contents, ...(await keptOf(contents, start))]);
  yield* pagesOf(resources, { before, after: { ...after, resources: [...resources.keys()] }, start });
}

/** Servers write the time of the answer into every event. */
const answerTimes = /^DTSTAMP[^\r\n]*\r?\n/gim;
/** Characters that are looked at in one go. */
const pieceLength = 65_536;

function* textDigest(text: string): Steps<string> {
  const digest = createHash('sha256');
  for (let from = 0; from < text.length;) {
    const end = text.indexOf('\n', from + pieceLength);
    const piece = text.slice(from, end === -1 ? text.length : end + 1);
    digest.update(piece.replace(answerTimes, ''));
    from += piece.length;
    yield;
  }
  return shortened(digest);
}

interface Comparison {
  readonly before: FeedCursor | null;
  readonly after: FeedCursor;
  readonly start: ReadingStart;
}

/** Until the last page is stored, reading begins again: what is stored already is then found unchanged. */
async function* pagesOf(resources: ReadonlyMap<string, Resource>, { before, after, start }: Comparison): AsyncGenerator<ChangePage> {
  const gone = before === null ? [] : before.resources.filter((resource) => !resources.has(resource));
  const names = [...gone, ...resources.keys()];
  const midway = before === null ? null : cursorText(midwayBetween(before, after));
  for (let first = 0; first === 0 || first < names.length; first += resourcesPerPage) {
    const page = names.slice(first, first + resourcesPerPage);
    const known = await start.known(page.filter((name) => resources.has(name)));
    const isLast = first + resourcesPerPage >= names.length;
    yield { changes: page.map((name) => changeOf(name, resources.get(name), known.get(name))), cursor: isLast ? cursorText(after) : midway };
  }
}

/**
 * After some of the pages a feed is neither as it was before nor as it is now. It must be sent again even when it is as it was before, and of
 * what either had, anything may be stored: it must be found gone when it is not there then.
 */
const midwayBetween = (before: FeedCursor, after: FeedCursor): FeedCursor => ({
  address: after.address,
  parser: after.parser,
  validators: { etag: null, modified: null },
  text: '',
  resources: [...new Set([...before.resources, ...after.resources])],
});

const changeOf = (resource: string, found: Resource | undefined, knownVersion: string | undefined): ResourceChange => {
  if (found === undefined) return { kind: 'gone', resource };
  const unreadable = found.unreadable.length === 0 ? {} : { unreadable: found.unreadable };
  const { version, events } = found;
  return version === knownVersion ? { kind: 'unchanged', resource, ...unreadable } : { kind: 'present', resource, version, events, ...unreadable };
};

/** What a feed has about one UID: an event, or a series with its exceptions. */
interface Resource {
  readonly version: string;
  readonly events: readonly SourceEvent[];
  readonly unreadable: readonly UnreadableEvent[];
}

/** What a feed holds, by name. */
type FeedContents = ReadonlyMap<string, Resource>;

function* contentsOf({ text }: FeedText, now: Date): Steps<FeedContents> {
  const { events, unreadable, isWhole } = yield* parsed(text, now);
  // Half of a calendar would make everything in its other half look as if it was gone.
  if (!isWhole) throw new ProviderError('ics', 'invalid_response', { reason: 'incomplete' });
  // Of a feed that makes no sense nobody must think that its owner has become free.
  if (events.length === 0 && unreadable.length > 0) throw tooUnreadable();
  const [readOf, unreadableOf] = [Map.groupBy(events, uidOf), Map.groupBy(unreadable, ({ uid }) => uid)];
  const contents = new Map<string, Resource>();
  for (const uid of new Set([...readOf.keys(), ...unreadableOf.keys()])) {
    contents.set(nameOf(uid), toResource(readOf.get(uid) ?? [], unreadableOf.get(uid) ?? []));
    yield;
  }
  return contents;
}

const uidOf = ({ id, seriesId }: SourceEvent): string => seriesId ?? id;

const tooUnreadable = (): ProviderError => new ProviderError('ics', 'invalid_response', { reason: 'unreadable' });

/** So many events may break in any feed; in a large one, one in a hundred. */
const brokenMax = 5;

/**
 * What could be read before and cannot be now is not gone: it stays as it is stored. When that happens to much of a feed, its server has begun to
 * write something else, and what is stored would no longer be told from what is so.
 */
const keptOf = async (contents: FeedContents, { known }: ReadingStart): Promise<FeedContents> => {
  const kept = new Map<string, Resource>();
  const broken = new Map([...contents].filter(([, { unreadable }]) => unreadable.length > 0));
  const wholeCount = contents.size - broken.size;
  const names = [...broken.keys()];
  for (let first = 0; first < names.length; first += resourcesPerPage) {
    for (const [name, version] of await known(names.slice(first, first + resourcesPerPage))) {
      const { events, unreadable, version: present } = broken.get(name) ?? nothing;
      // With the version that is stored it is found unchanged. Of what was never read whole, the part that can be read goes on being told.
      if (version !== present && (events.length === 0 || !version.endsWith(partMark))) kept.set(name, { version, events: [], unreadable });
    }
    if (kept.size > Math.max(brokenMax, wholeCount / 100)) throw tooUnreadable();
  }
  return kept;
};

const nothing: Resource = { version: '', events: [], unreadable: [] };

function* parsed(text: string, now: Date): Steps<ParsedCalendar> {
  try {
    return yield* calendarSteps(text, { now });
  } catch (error) {
    if (!(error instanceof CalendarTextError)) throw error;
    throw new ProviderError('ics', 'invalid_response', { reason: error.fault });
  }
}

/** A digest of the UID: all names together stand in the cursor, and UIDs are long. */
const nameOf = (uid: string): string => digestOf(uid).slice(0, nameLength);

/** 72 bits: of a hundred thousand UIDs no two share them, but for one time in a trillion. */
const nameLength = 12;

/** Ends the version of what was read in part. No digest has it. */
const partMark = '~';

const toResource = (events: readonly SourceEvent[], unreadable: readonly UnreadableText[]): Resource => ({
  version: `${digestOf(JSON.stringify(events))}${unreadable.length === 0 ? '' : partMark}`,
  events,
  unreadable: unreadable.map(({ title, start, fault }) => ({ title, start, fault })),
});

const feedOf = (token: AccessToken): Feed => ({ url: icsForm.parse(credentialsOfToken(token)).url, accountId: token.accountId });

const digestOf = (text: string): string => shortened(createHash('sha256').update(text));

const shortened = (digest: Hash): string => digest.digest('base64url').slice(0, 24);
