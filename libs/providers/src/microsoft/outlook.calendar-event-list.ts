import { ProviderError, type EventDetails, type EventPage, type EventQuery } from '@patchbay/capabilities';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { queryOfLink } from './outlook.calendar-cursor.js';
import { graphEventDetailsFields, graphEventDetailsPage, toEventDetails } from './outlook.calendar-events.mapping.js';
import { outlookPreferences } from './outlook.calendar-list.js';
import { momentOf } from './outlook.calendar-time.js';
import type { EventPlace } from './outlook.event-place.js';

/** Bodies are read as well: larger pages would be larger than an answer may be. */
const pageSizeMax = 50;

/** Graph finds no words in a calendar view, so its pages are looked through here; so many for one answer, however rare the word is. */
const pagesMax = 8;

/** Some events of a calendar view, which shows series as their occurrences. https://learn.microsoft.com/graph/api/calendar-list-calendarview */
export const listOutlookEvents = async (place: EventPlace, query: EventQuery): Promise<EventPage> => {
  const question = questionOf(place, query);
  let at: ListPlace = query.cursor === null ? { position: {}, offset: 0 } : readCursor(query.cursor, question);
  const found: EventDetails[] = [];
  let size = question.size;
  for (let count = 0; count < pagesMax; count += 1) {
    const { page, fits } = await loadFitting(place, { ...at.position, ...question.parameters }, size);
    size = fits;
    for (const [index, told] of page.value.entries()) {
      if (index < at.offset) continue;
      if (found.length === query.limit) return { events: found, cursor: storeCursor({ ...at, offset: index }, question) };
      const event = toEventDetails(told);
      if (isMeant(event, query)) found.push(event);
    }
    const link = page['@odata.nextLink'];
    if (link === undefined) return { events: found, cursor: null };
    at = { position: positionOf(link, question), offset: Math.max(0, at.offset - page.value.length) };
    if (found.length >= query.limit) break;
  }
  return { events: found, cursor: storeCursor(at, question) };
};

/** The parameters that are the same on every page, and a word for the whole question. */
interface Question {
  readonly parameters: Readonly<Record<string, string>>;
  /** How many events a page has. */
  readonly size: number;
  readonly digest: string;
}

const questionOf = ({ calendarId }: EventPlace, { from, to, text, attendee, limit }: EventQuery): Question => {
  const isFiltered = text !== null || attendee !== null;
  const parameters = {
    startDateTime: from.toISOString(),
    endDateTime: to.toISOString(),
    $orderby: 'start/dateTime',
    $select: graphEventDetailsFields,
  };
  const words = [calendarId, parameters.startDateTime, parameters.endDateTime, text, attendee];
  const size = isFiltered ? pageSizeMax : Math.min(limit, pageSizeMax);
  return { parameters, size, digest: createHash('sha256').update(JSON.stringify(words)).digest('base64url').slice(0, 22) };
};

/** Some people invite with whole documents: what does not fit into an answer is asked for in smaller pages. */
const loadFitting = async (place: EventPlace, query: Readonly<Record<string, string>>, size: number) => {
  for (const fits of [size, ...smallerSizes.filter((smaller) => smaller < size)]) {
    try {
      return { page: await load(place, { ...query, $top: String(fits) }), fits };
    } catch (error) {
      if (!(error instanceof ProviderError) || error.reason !== 'too_large' || fits === 1) throw error;
    }
  }
  throw new Error('unreachable: the last size is one');
};

const smallerSizes = [5, 1];

const load = ({ http, token, calendarId }: EventPlace, query: Readonly<Record<string, string>>) =>
  http.call({
    method: 'GET',
    operation: 'calendarView.list',
    path: '/me/calendars/{calendarId}/calendarView',
    params: { calendarId },
    query,
    headers: { prefer: outlookPreferences },
    token,
    schema: graphEventDetailsPage,
  });

/** Where a page begins: what Graph's link to it says beyond the question. */
type Position = Readonly<Record<string, string>>;

const positionOf = (link: string, { parameters }: Question): Position =>
  Object.fromEntries(Object.entries(queryOfLink(link)).filter(([name]) => !(name in parameters) && name !== '$top'));

interface ListPlace {
  readonly position: Position;
  /** So much of that page was answered before. */
  readonly offset: number;
}

const storedCursor = z.strictObject({
  version: z.literal(1),
  question: z.string(),
  position: z.record(z.string().max(50), z.string().max(4_000)),
  offset: z.int().min(0),
});

const storeCursor = (place: ListPlace, { digest }: Question): string =>
  Buffer.from(JSON.stringify({ version: 1, question: digest, ...place } satisfies z.input<typeof storedCursor>)).toString('base64url');

/** @throws ProviderError `invalid_request` for a cursor of another question */
const readCursor = (cursor: string, { digest }: Question): ListPlace => {
  const parsed = storedCursor.safeParse(jsonOf(Buffer.from(cursor, 'base64url').toString('utf8')));
  if (!parsed.success || parsed.data.question !== digest) throw new ProviderError('outlook', 'invalid_request', { reason: 'cursor_unknown' });
  return parsed.data;
};

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

const isMeant = (event: EventDetails, query: EventQuery): boolean =>
  touches(event, query) && (query.text === null || hasText(event, query.text)) && (query.attendee === null || hasGuest(event, query.attendee));

/** A view also has what ends as it begins. Of whole days, Graph alone knows where they begin. */
const touches = ({ start, end }: EventDetails, { from, to }: EventQuery): boolean => {
  if ('date' in start || 'date' in end) return true;
  const [first, after] = [momentOf(start.dateTime, start.timeZone ?? 'UTC'), momentOf(end.dateTime, end.timeZone ?? 'UTC')];
  return first < to.getTime() && (after > from.getTime() || (first === after && first >= from.getTime()));
};

const hasText = ({ title, description, location }: EventDetails, text: string): boolean =>
  [title, description, location].some((part) => part.toLowerCase().includes(text.toLowerCase()));

const hasGuest = ({ attendees, organizer }: EventDetails, address: string): boolean =>
  [...attendees.map(({ email }) => email), organizer?.email].some((email) => email?.toLowerCase() === address.toLowerCase());
