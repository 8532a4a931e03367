import {
  ProviderError,
  type CalendarReadingCapability,
  type ChangePage,
  type ProviderErrorCode,
  type ReadingStart,
  type ResourceChange,
} from '@patchbay/capabilities';
import { ahead } from '../_kit/ahead.js';
import type { CaldavAccount, OpenCaldavAccount } from './caldav.account.js';
import { listCaldavCalendars } from './caldav.calendars.js';
import { changesSince, findCalendar, firstChanges, listMembers, lookAtCalendar, type Member, type Portion } from './caldav.changes.js';
import { readCursor, writeCursor, type CaldavCursor } from './caldav.cursor.js';
import { calendarFiles, type CalendarFiles, type FetchedFiles } from './caldav.files.js';

/** Of one page, and of one request for files. Small servers put the answer together in memory. */
const filesPerPage = 500;

/** At once: the server has the next one at hand when it is done with one. */
const pagesAsked = 2;

/**
 * Reads calendars over CalDAV. Discovery is tsdav's; lists and files are not, since its reader of XML needs minutes for what a large calendar answers.
 *
 * A server that knows changes (RFC 6578) is asked for them. Of any other we know by one request whether anything is different; if it is, the cursor is
 * used up and everything is listed again, while only files with another ETag are fetched.
 */
export const caldavCalendarReading = (open: OpenCaldavAccount): CalendarReadingCapability => ({
  isBoundToWindow: false,
  listCalendars: async (token) => listCaldavCalendars(open(token)),
  read: async function* (token, start) {
    const account = open(token);
    if (start.cursor === null) yield* readEverything(account, start);
    else yield* readChanges(account, start, readCursor(account.server.provider, start.calendarId, start.cursor));
  },
});

/** One calendar that is being read. */
interface Reading {
  readonly account: CaldavAccount;
  readonly start: ReadingStart;
  readonly files: CalendarFiles;
}

async function* readEverything(account: CaldavAccount, start: ReadingStart): AsyncIterable<ChangePage> {
  const { server } = account;
  const { url, knowsChanges } = await findCalendar(server, await account.locate(start.calendarId));
  const reading = { account, start, files: calendarFiles(server, url) };
  const asksForChanges = knowsChanges ?? (await lookAtCalendar(server, url)).syncToken !== null;
  const first = asksForChanges ? await firstChanges(server, url) : null;
  if (first !== null) return yield* readPortions(reading, first, null);
  // The tag is from before the list: what changes in between is found twice, never missed.
  const { tag } = await lookAtCalendar(server, url);
  const after = tag === null ? null : writeCursor({ calendarId: start.calendarId, url, kind: 'tag', token: tag });
  yield* tell(reading, await listMembers(server, url), { before: null, after });
}

async function* readChanges(account: CaldavAccount, start: ReadingStart, cursor: CaldavCursor): AsyncIterable<ChangePage> {
  const { server } = account;
  if (cursor.kind === 'tag') {
    const { tag } = await askWhereItIs(account, cursor, (url) => lookAtCalendar(server, url));
    if (tag !== cursor.token) throw new ProviderError(server.provider, 'cursor_expired', { reason: 'something_changed' });
    yield { changes: [], cursor: start.cursor };
    return;
  }
  const portion = await askWhereItIs(account, cursor, (url) => changesSince(server, url, cursor.token));
  yield* readPortions({ account, start, files: calendarFiles(server, portion.url) }, portion, cursor.token);
}

/** What a host says that an account has left. */
const notHere: ReadonlySet<ProviderErrorCode> = new Set(['unauthorized', 'forbidden', 'not_found', 'address_refused']);

/** Asks where the calendar was the last time, and where it is now when it is no longer there. */
const askWhereItIs = async <Answer>(account: CaldavAccount, cursor: CaldavCursor, ask: (url: string) => Promise<Answer>): Promise<Answer> => {
  try {
    return await ask(cursor.url);
  } catch (error) {
    if (!(error instanceof ProviderError) || !(notHere.has(error.code) || error.reason === 'network')) throw error;
    const url = await account.locate(cursor.calendarId);
    if (new URL(url).origin === new URL(cursor.url).origin) throw error;
    return ask(url);
  }
};

/** Tells a portion, and goes on until the server has no more. `begun`: the token that the portion was asked for with. */
async function* readPortions(reading: Reading, first: Portion, begun: string | null): AsyncIterable<ChangePage> {
  const { server } = reading.account;
  let portion = first;
  let token = begun;
  for (;;) {
    const { url, syncToken, isTruncated } = portion;
    if (isTruncated && (syncToken === null || syncToken === token))
      throw new ProviderError(server.provider, 'invalid_response', { reason: 'no_progress' });
    const cursorAt = (at: string | null) =>
      at === null ? null : writeCursor({ calendarId: reading.start.calendarId, url, kind: 'sync', token: at });
    yield* tell(reading, portion, { before: cursorAt(token), after: cursorAt(syncToken) });
    if (!isTruncated || syncToken === null) return;
    portion = await changesSince(server, url, syncToken);
    token = syncToken;
  }
}

/** Only after the last page all of the portion is told: a reading that breaks off before begins it again, and what is known by then costs nothing. */
async function* tell(
  { start, files }: Reading,
  { members, gone }: Portion,
  { before, after }: { readonly before: string | null; readonly after: string | null },
): AsyncIterable<ChangePage> {
  const pages = pagesOf(members);
  // The server works on pages while the one before them is parsed, and another is stored.
  const fetched = ahead(pages, (page) => fetchPage(start, files, page), pagesAsked);
  let page = 0;
  for await (const changes of ahead(fetched, readPage)) {
    const left = page === 0 ? gone.map((resource) => ({ kind: 'gone', resource }) as const) : [];
    page += 1;
    yield { changes: [...left, ...changes], cursor: page === pages.length ? after : before };
  }
}

/** One page at least: it may tell only of what is gone. */
const pagesOf = (members: readonly Member[]): readonly (readonly Member[])[] =>
  Array.from({ length: Math.max(1, Math.ceil(members.length / filesPerPage)) }, (_, page) =>
    members.slice(page * filesPerPage, (page + 1) * filesPerPage),
  );

/** A page of files: some are known already, and the others were asked for. */
interface FetchedPage {
  readonly asRead: readonly Member[];
  readonly fetched: FetchedFiles;
}

const fetchPage = async (start: ReadingStart, files: CalendarFiles, members: readonly Member[]): Promise<FetchedPage> => {
  const known = members.length === 0 ? new Map<string, string>() : await start.known(members.map(({ path }) => path));
  const [asRead, others]: [Member[], Member[]] = [[], []];
  for (const member of members) ((await files.isAsRead(member, known.get(member.path))) ? asRead : others).push(member);
  return { asRead, fetched: await files.fetch(others) };
};

const readPage = async ({ asRead, fetched }: FetchedPage): Promise<readonly ResourceChange[]> => [
  ...asRead.map(({ path }) => ({ kind: 'unchanged', resource: path }) as const),
  ...(await fetched.read()),
];
