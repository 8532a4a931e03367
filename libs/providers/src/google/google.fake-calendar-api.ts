import { randomBytes } from 'node:crypto';
import type { FakeRequest, FakeResponse } from '../_kit/fake.js';
import { emptyAnswer, jsonAnswer, jsonObjectOf } from '../_kit/fake-http.js';
import { apiEvent, type CalendarCall } from './google.fake-call.js';
import type { EventWrite, StoredCalendar } from './google.fake-calendars.js';
import { answerAcl } from './fake/google.fake-acl.js';
import { occurrenceOf } from './fake/google.fake-occurrences.js';
import { googleFailures } from './google.fake-errors.js';
import { listEvents } from './google.fake-event-list.js';
import { etagOf, isEventProblem, isValidEventId, type EventProblem, type StoredEvent } from './google.fake-events.js';

/** Routes a call of Calendar v3. */
export const answerCalendar = (call: CalendarCall): FakeResponse => {
  const { request, segments, email, calendars } = call;
  const [area, first = '', second, third] = segments;
  if (area === 'users' && first === 'me' && second === 'calendarList') return answerCalendarList(call, third);
  if (area === 'channels' && first === 'stop' && request.method === 'POST') return call.channels.stop(call);
  if (area !== 'calendars') return googleFailures.notFound();
  const calendar = calendars.find(email, first);
  if (calendar === null) return googleFailures.notFound();
  if (segments.length === 2) return request.method === 'GET' ? jsonAnswer(200, toCalendar(calendar)) : googleFailures.notFound();
  if (second === 'acl' && segments.length <= 4) return answerAcl(call, calendar, third);
  if (second !== 'events' || segments.length > 4) return googleFailures.notFound();
  if (third === undefined) {
    if (request.method === 'GET') return listEvents(call, calendar);
    return request.method === 'POST' ? insertEvent(call, calendar) : googleFailures.notFound();
  }
  if (third === 'watch' && segments.length === 4 && request.method === 'POST') return call.channels.watch(call, calendar);
  return answerEvent(call, calendar, third);
};

const answerCalendarList = ({ request, email, calendars }: CalendarCall, calendarId: string | undefined): FakeResponse => {
  if (request.method !== 'GET') return googleFailures.notFound();
  if (calendarId !== undefined) {
    const calendar = calendars.find(email, calendarId);
    return calendar === null ? googleFailures.notFound() : jsonAnswer(200, toListEntry(calendar));
  }
  const accessRole = request.query.get('minAccessRole');
  const showsHidden = request.query.get('showHidden') === 'true';
  const visible = calendars
    .ofAccount(email)
    .filter((calendar) => !['writer', 'owner'].includes(accessRole ?? '') || calendar.accessRole === 'owner')
    .filter(({ isHidden }) => showsHidden || !isHidden);
  const from = Number(request.query.get('pageToken') ?? 0);
  const size = Math.min(Number(request.query.get('maxResults') ?? 100), 250);
  if (!Number.isInteger(from) || !Number.isInteger(size) || size < 1) return googleFailures.invalid('Invalid Value');
  const hasMore = from + size < visible.length;
  return jsonAnswer(200, {
    kind: 'calendar#calendarList',
    etag: '"p33g000000000000"',
    ...(hasMore ? { nextPageToken: String(from + size) } : { nextSyncToken: 'CPDAlvWDx70CEhE' }),
    items: visible.slice(from, from + size).map(toListEntry),
  });
};

const answerEvent = (call: CalendarCall, calendar: StoredCalendar, eventId: string): FakeResponse => {
  const { request, calendars } = call;
  const event = calendar.events.get(eventId) ?? occurrenceOf(calendar, eventId);
  if (event === null) return googleFailures.notFound();
  const answer = (found: StoredEvent): FakeResponse => answerWith(call, calendar, found);
  if (request.method === 'GET') return answer(event);
  if (calendar.accessRole === 'reader') return googleFailures.readOnly();
  const ifMatch = request.headers['if-match'];
  if (ifMatch !== undefined && ifMatch !== '*' && ifMatch !== etagOf(event)) return googleFailures.conditionNotMet();

  if (request.method === 'DELETE') {
    if (event.status === 'cancelled') return googleFailures.deleted();
    calendars.remove(calendar, event, sendUpdatesOf(request));
    return emptyAnswer();
  }
  if (request.method !== 'PATCH' && request.method !== 'PUT') return googleFailures.notFound();
  const write = writeOf(call, calendar);
  if (write === null) return googleFailures.parseError();
  const changed = calendars.change({ ...write, event, mode: request.method === 'PATCH' ? 'merge' : 'replace' });
  return isEventProblem(changed) ? refuse(changed) : answer(changed);
};

const insertEvent = (call: CalendarCall, calendar: StoredCalendar): FakeResponse => {
  if (calendar.accessRole === 'reader') return googleFailures.readOnly();
  const write = writeOf(call, calendar);
  if (write === null) return googleFailures.parseError();
  const wantedId = write.wanted['id'];
  if (wantedId !== undefined && !isValidEventId(wantedId)) return googleFailures.invalid('Invalid resource id value.');
  // An id stays taken after its event was deleted.
  if (wantedId !== undefined && calendar.events.has(wantedId)) return googleFailures.duplicate();
  const inserted = call.calendars.insert({ ...write, id: wantedId ?? randomEventId() });
  return isEventProblem(inserted) ? refuse(inserted) : answerWith(call, calendar, inserted);
};

const writeOf = ({ request }: CalendarCall, calendar: StoredCalendar): EventWrite | null => {
  const wanted = jsonObjectOf(request);
  if (wanted === null) return null;
  return { calendar, wanted, sendUpdates: sendUpdatesOf(request), keepsConference: request.query.get('conferenceDataVersion') === '1' };
};

const answerWith = ({ request }: CalendarCall, calendar: StoredCalendar, event: StoredEvent): FakeResponse =>
  jsonAnswer(200, apiEvent(request, calendar, event), { etag: etagOf(event) });

const refuse = ({ problem, message }: EventProblem): FakeResponse =>
  problem === 'timeRangeEmpty' ? googleFailures.timeRangeEmpty() : googleFailures[problem](message);

const sendUpdatesOf = ({ query }: FakeRequest): string => query.get('sendUpdates') ?? (query.get('sendNotifications') === 'true' ? 'all' : 'none');

const randomEventId = (): string => [...randomBytes(26)].map((byte) => (byte % 32).toString(32)).join('');

const toCalendar = ({ id, summary, timeZone }: StoredCalendar): object => ({
  kind: 'calendar#calendar',
  etag: '"4SH6mSjKQBC8VqVTxqbr2sKXFWk"',
  id,
  summary,
  timeZone,
  conferenceProperties: { allowedConferenceSolutionTypes: ['hangoutsMeet'] },
});

const toListEntry = ({ id, summary, timeZone, isPrimary, accessRole, isHidden }: StoredCalendar): object => ({
  kind: 'calendar#calendarListEntry',
  etag: '"1700000000000000"',
  id,
  summary,
  timeZone,
  colorId: isPrimary ? '14' : '7',
  backgroundColor: '#9fe1e7',
  foregroundColor: '#000000',
  selected: true,
  accessRole,
  defaultReminders: isPrimary ? [{ method: 'popup', minutes: 10 }] : [],
  ...(isPrimary ? { primary: true } : {}),
  ...(isHidden ? { hidden: true } : {}),
  conferenceProperties: { allowedConferenceSolutionTypes: ['hangoutsMeet'] },
});
