import type { FakeResponse } from '../_kit/fake.js';
import { isJsonObject, jsonAnswer } from '../_kit/fake-http.js';
import { apiEvent, type CalendarCall } from './google.fake-call.js';
import type { StoredCalendar } from './google.fake-calendars.js';
import { partialAnswer } from './fake/google.fake-fields.js';
import { isCancelledException, spanOf } from './fake/google.fake-occurrences.js';
import { singleEventsOf } from './fake/google.fake-single-events.js';
import { googleFailures } from './google.fake-errors.js';
import { eventRange, type StoredEvent } from './google.fake-events.js';

/** `GET /calendars/{id}/events`: filters, pages and sync tokens. */
export const listEvents = (call: CalendarCall, calendar: StoredCalendar): FakeResponse => {
  const { request, syncEpoch, eventsPerPageMax } = call;
  const { query } = request;
  const since = syncPosition(query.get('syncToken'), syncEpoch);
  if (since === 'forgotten') return googleFailures.fullSyncRequired();
  if (since !== null && incompatibleWithSync.some((name) => query.has(name)))
    return googleFailures.invalid('Sync token cannot be used with these query parameters.');
  if (query.get('orderBy') === 'startTime' && query.get('singleEvents') !== 'true')
    return googleFailures.invalid('The requested ordering is not available for the particular query.');
  if (['timeMin', 'timeMax', 'updatedMin'].some((name) => query.has(name) && Number.isNaN(Date.parse(query.get(name) ?? ''))))
    return googleFailures.invalid('Bad Request');

  const isByTime = query.get('orderBy') === 'startTime';
  const told = pagePosition(query.get('pageToken'), syncEpoch);
  // Default 250, never more than 2500. https://developers.google.com/workspace/calendar/api/v3/reference/events/list
  const size = Math.min(Number(query.get('maxResults') ?? 250), 2500, eventsPerPageMax);
  if (told === null || !Number.isInteger(size) || size < 1) return googleFailures.invalid('Invalid Value');

  const all = query.get('singleEvents') === 'true' && since === null ? singleEventsOf(calendar, query) : [...calendar.events.values()];
  const wanted = all.filter((event) => isWanted(calendar, { event, query, since })).sort(orderOf(query.get('orderBy')));
  // What changes while somebody turns the pages comes again on a later one.
  const found = isByTime ? wanted.slice(told) : wanted.filter(({ revision }) => revision > told);
  const items = found.slice(0, size);
  const position = isByTime ? told + size : (items.at(-1)?.revision ?? told);
  const answer = {
    kind: 'calendar#events',
    etag: `"p${calendar.revision}"`,
    summary: calendar.summary,
    updated: call.now().toISOString(),
    timeZone: calendar.timeZone,
    accessRole: calendar.accessRole,
    defaultReminders: [],
    ...(found.length > size ? { nextPageToken: `${syncEpoch}.${position}` } : { nextSyncToken: `${syncEpoch}-${calendar.revision}` }),
    items: items.map((event) => apiEvent(request, calendar, event)),
  };
  const asked = partialAnswer(answer, query.get('fields'));
  return asked === null ? googleFailures.invalid('Invalid field selection.') : jsonAnswer(200, asked);
};

const incompatibleWithSync = ['iCalUID', 'orderBy', 'privateExtendedProperty', 'q', 'sharedExtendedProperty', 'timeMin', 'timeMax', 'updatedMin'];

const syncPosition = (syncToken: string | null, epoch: string): number | 'forgotten' | null => {
  if (syncToken === null) return null;
  const [tokenEpoch, position] = syncToken.split('-');
  return tokenEpoch === epoch && position !== undefined && /^\d+$/.test(position) ? Number(position) : 'forgotten';
};

/** How far the pages before went: 0 at the first one, null when Google does not know that page. */
const pagePosition = (pageToken: string | null, epoch: string): number | null => {
  if (pageToken === null) return 0;
  const [tokenEpoch, position = ''] = pageToken.split('.');
  return tokenEpoch === epoch && /^\d+$/.test(position) ? Number(position) : null;
};

interface Candidate {
  readonly event: StoredEvent;
  readonly query: URLSearchParams;
  readonly since: number | null;
}

const isWanted = (calendar: StoredCalendar, { event, query, since }: Candidate): boolean => {
  if (since !== null) return event.revision > since;
  if (event.status === 'cancelled' && !isCancelledException(calendar, event) && query.get('showDeleted') !== 'true') return false;
  const { startMs, endMs } = spanOf(event);
  const timeMin = query.get('timeMin');
  const timeMax = query.get('timeMax');
  const updatedMin = query.get('updatedMin');
  if (timeMin !== null && endMs <= Date.parse(timeMin)) return false;
  if (timeMax !== null && startMs >= Date.parse(timeMax)) return false;
  if (updatedMin !== null && Date.parse(event.updated) < Date.parse(updatedMin)) return false;
  const iCalUid = query.get('iCalUID');
  if (iCalUid !== null && iCalUid !== `${event.exceptionOf?.seriesId ?? event.id}@google.com`) return false;
  const text = query.get('q')?.toLowerCase();
  if (text !== undefined && !searchedText(event).includes(text)) return false;
  return (
    hasProperties(event, 'private', query.getAll('privateExtendedProperty')) && hasProperties(event, 'shared', query.getAll('sharedExtendedProperty'))
  );
};

/** Guests are searched, too. https://developers.google.com/workspace/calendar/api/v3/reference/events/list#q */
const searchedText = ({ fields, creator }: StoredEvent): string => {
  const { summary, description, location, attendees } = fields;
  const guests = Array.isArray(attendees)
    ? attendees.flatMap(({ email, displayName }: Readonly<Record<string, unknown>>) => [email, displayName])
    : [];
  return [summary, description, location, creator, ...guests]
    .filter((text) => typeof text === 'string')
    .join('\n')
    .toLowerCase();
};

const hasProperties = ({ fields }: StoredEvent, kind: 'private' | 'shared', wanted: readonly string[]): boolean => {
  const all = isJsonObject(fields['extendedProperties']) ? fields['extendedProperties'][kind] : undefined;
  return wanted.every((pair) => {
    const [name = '', ...value] = pair.split('=');
    return isJsonObject(all) && all[name] === value.join('=');
  });
};

const orderOf =
  (orderBy: string | null) =>
  (one: StoredEvent, other: StoredEvent): number =>
    orderBy === 'startTime' ? eventRange(one).startMs - eventRange(other).startMs : one.revision - other.revision;
