import { isDeepStrictEqual } from 'node:util';
import type { FakeRequest, FakeResponse } from '../../_kit/fake.js';
import { emptyAnswer, jsonAnswer, pathSegments } from '../../_kit/fake-http.js';
import { failures, listAnswer, selected, type OutlookCall } from './outlook.fake-answers.js';
import type { StoredCalendar } from './outlook.fake-calendars.js';
import { deltaPage, deltaStart, fromDeltaToken, toDeltaToken, type DeltaPlace } from './outlook.fake-delta.js';
import {
  dayWithId,
  occurrenceIdOf,
  onDay,
  shownIn,
  toGraphEvent,
  type EventFields,
  type GraphAnswer,
  type Presentation,
  type StoredEvent,
} from './outlook.fake-events.js';
import { fieldsAfter, namesUnknownZone, writtenFields } from './outlook.fake-event-writes.js';
import { answerSchedule } from './outlook.fake-schedule.js';
import { answerPermissions } from './outlook.fake-sharing.js';
import { msToWall, wallToMs } from './outlook.fake-time.js';

/** Answers what lies below `/v1.0/me/calendars`, `/v1.0/me/events/{id}` and `/v1.0/me/calendar/getSchedule`; null for everything else. */
export const answerOutlook = (call: OutlookCall): FakeResponse | null => {
  const [version, me, ...path] = pathSegments(call.request.path) ?? [];
  if (version !== 'v1.0' || me !== 'me' || !['calendar', 'calendars', 'events'].includes(path[0] ?? '')) return null;
  const isSchedule = call.request.method === 'POST' && path.join('/') === 'calendar/getSchedule';
  const isReading = call.request.method === 'GET' || isSchedule;
  const wanted = isReading ? ['Calendars.Read', 'Calendars.ReadWrite'] : ['Calendars.ReadWrite'];
  if (!wanted.some((scope) => call.scopes.includes(scope))) return failures.accessDenied();
  if (isSchedule) return answerSchedule(call);
  if (path[0] === 'calendar') return null;
  if (path[0] === 'events') return path[1] === undefined ? null : answerEvent(call, { calendar: null, eventId: path[1] }, path[2]);
  if (path[1] === undefined) return isReading ? listCalendars(call) : null;
  const calendar = call.calendars.find(call.email, path[1]);
  if (calendar === null) return path[1].startsWith('AAMk') ? failures.itemNotFound() : failures.malformedId();
  return answerCalendar(call, calendar, path.slice(2));
};

const answerCalendar = (call: OutlookCall, calendar: StoredCalendar, [area, second, third]: readonly string[]): FakeResponse | null => {
  const { method } = call.request;
  if (area === undefined) return method === 'GET' ? jsonAnswer(200, selected(call.request, toGraphCalendar(calendar, call.habits))) : null;
  if (area === 'calendarPermissions') return answerPermissions(call, calendar, second);
  if (area === 'calendarView' && method === 'GET') return second === 'delta' ? answerDelta(call, calendar) : listView(call, calendar);
  if (area !== 'events') return null;
  if (second !== undefined) return answerEvent(call, { calendar, eventId: second }, third);
  if (method === 'GET') return listEvents(call, calendar);
  return method === 'POST' ? createEvent(call, calendar) : null;
};

const listCalendars = (call: OutlookCall): FakeResponse =>
  listAnswer(
    call,
    call.calendars.ofAccount(call.email).map((calendar) => toGraphCalendar(calendar, call.habits)),
    `users('${call.email}')/calendars`,
  );

const toGraphCalendar = ({ id, name, owner, isDefault, canEdit, email }: StoredCalendar, { hasTeams }: OutlookCall['habits']): GraphAnswer => ({
  id,
  name,
  color: 'auto',
  hexColor: '',
  isDefaultCalendar: isDefault,
  changeKey: 'DwAAABYAAAA=',
  canShare: owner.address === email,
  canViewPrivateItems: canEdit,
  canEdit,
  allowedOnlineMeetingProviders: hasTeams ? ['teamsForBusiness'] : [],
  defaultOnlineMeetingProvider: hasTeams ? 'teamsForBusiness' : 'unknown',
  isTallyingResponses: isDefault,
  isRemovable: !isDefault,
  owner,
});

const answerDelta = (call: OutlookCall, calendar: StoredCalendar): FakeResponse => {
  const { request, habits } = call;
  const token = request.query.get('$skiptoken') ?? request.query.get('$deltatoken');
  // https://learn.microsoft.com/graph/delta-query-events#use-query-parameters-in-a-delta-query-for-a-calendar-view
  if (request.query.has('$select') || request.query.has('$expand'))
    return failures.invalid('This query option is not supported with change tracking.');
  const view = token === null ? viewOf(request) : null;
  if (token === null && view === null) return failures.invalid('This request requires a time window specified by startDateTime and endDateTime.');
  const place = token === null && view !== null ? deltaStart(habits, calendar, view) : fromDeltaToken(token ?? '', habits, calendar.id);
  if (place === null) return failures.syncStateNotFound();
  const shape = presentationOf(request, calendar);
  if (shape === null) return failures.invalid('The time zone is not valid.');

  const pageSize = Number(/odata\.maxpagesize=(\d+)/.exec(request.headers['prefer'] ?? '')?.[1] ?? 10);
  const { value, isLast, next } = deltaPage(calendar, place, { habits, pageSize, shape });
  return jsonAnswer(200, {
    '@odata.context': `${request.baseUrl}/v1.0/$metadata#Collection(event)`,
    [isLast ? '@odata.deltaLink' : '@odata.nextLink']: linkTo(request, isLast ? '$deltatoken' : '$skiptoken', next),
    value,
  });
};

const linkTo = ({ baseUrl, path }: FakeRequest, parameter: string, place: DeltaPlace): string =>
  `${baseUrl}${path}?${parameter}=${toDeltaToken(place)}`;

const viewOf = ({ query }: FakeRequest): { readonly fromMs: number; readonly toMs: number } | null => {
  const [fromMs, toMs] = [Date.parse(query.get('startDateTime') ?? ''), Date.parse(query.get('endDateTime') ?? '')];
  return Number.isNaN(fromMs) || Number.isNaN(toMs) || fromMs >= toMs ? null : { fromMs, toMs };
};

/** Null for a zone that nobody knows. */
const presentationOf = ({ headers }: FakeRequest, { owner }: StoredCalendar): Presentation | null => {
  const timeZone = /outlook\.timezone="([^"]+)"/.exec(headers['prefer'] ?? '')?.[1] ?? 'UTC';
  const bodyType = /outlook\.body-content-type="text"/.test(headers['prefer'] ?? '') ? 'text' : 'html';
  return Number.isNaN(wallToMs('2027-01-01T00:00:00', timeZone)) ? null : { timeZone, bodyType, owner };
};

const listView = (call: OutlookCall, calendar: StoredCalendar): FakeResponse => {
  const [view, shape] = [viewOf(call.request), presentationOf(call.request, calendar)];
  if (view === null || shape === null) return failures.invalid('This request requires a time window specified by startDateTime and endDateTime.');
  const all = [...calendar.events.values()].flatMap((event) => shownIn(event, view).map((one) => ({ event, one })));
  if (call.request.query.get('$orderby') === 'start/dateTime') all.sort(({ one }, { one: other }) => one.startMs - other.startMs);
  return listAnswer(
    call,
    all.map(({ event, one }) => toGraphEvent(event, one, shape)),
    'calendarView',
  );
};

/** Masters and single events, as they are stored. */
const listEvents = (call: OutlookCall, calendar: StoredCalendar): FakeResponse => {
  const shape = presentationOf(call.request, calendar);
  if (shape === null) return failures.invalid('The time zone is not valid.');
  const wanted = propertyWanted(call.request.query.get('$filter'));
  if (wanted === null) return failures.invalid('Only single-value extended properties can be filtered by.');
  const stored = [...calendar.events.values()].filter(({ isRemoved, fields }) => !isRemoved && wanted(fields));
  return listAnswer(
    call,
    stored.map((event) => toGraphEvent(event, asStored(event), shape)),
    'events',
  );
};

/** The one filter that this Outlook knows: by an extended property. */
const propertyWanted = (filter: string | null): ((fields: EventFields) => boolean) | null => {
  if (filter === null) return () => true;
  const [, wantedId, wantedValue] = /^singleValueExtendedProperties\/any\(ep: ?ep\/id eq '([^']+)' and ep\/value eq '([^']*)'\)$/i.exec(filter) ?? [];
  if (wantedId === undefined) return null;
  return ({ singleValueExtendedProperties: all }) => all.some(({ id, value }) => id === wantedId && value === wantedValue);
};

const asStored = ({ id, fields }: StoredEvent) => ({ type: fields.recurrence === null ? 'singleInstance' : 'seriesMaster', id, fields });

const createEvent = (call: OutlookCall, calendar: StoredCalendar): FakeResponse => {
  if (!calendar.canEdit) return failures.accessDenied();
  if (namesUnknownZone(call.request)) return failures.unknownTimeZone();
  const written = writtenFields(call.request) ?? {};
  const { start, end } = written;
  const fields = fieldsAfter(null, written, call.habits);
  if (start === undefined || end === undefined || fields === null) return failures.invalidProperty();
  const earlier = findTransaction(calendar, written.transactionId);
  if (earlier !== undefined) {
    // The same event again is answered as if it had just been made.
    const isSame =
      !earlier.isRemoved && Object.entries(fields).every(([name, value]) => isDeepStrictEqual(value, earlier.fields[name as keyof EventFields]));
    return isSame ? showEvent(call, { calendar, event: earlier, date: null }, 201) : failures.duplicateTransaction();
  }
  const event = call.calendars.add(calendar, { ...fields, start, end });
  return showEvent(call, { calendar, event, date: null }, 201);
};

const findTransaction = (calendar: StoredCalendar, transactionId: string | null | undefined): StoredEvent | undefined =>
  typeof transactionId === 'string' ? [...calendar.events.values()].find(({ fields }) => fields.transactionId === transactionId) : undefined;

/** An event, or with its day one occurrence of a series. */
interface FoundEvent {
  readonly calendar: StoredCalendar;
  readonly event: StoredEvent;
  readonly date: string | null;
}

const answerEvent = (
  call: OutlookCall,
  place: { readonly calendar: StoredCalendar | null; readonly eventId: string },
  area: string | undefined,
): FakeResponse | null => {
  // Below `/me` only what is in calendars of one's own is found.
  const calendars = place.calendar === null ? call.calendars.ofAccount(call.email).filter(({ canEdit }) => canEdit) : [place.calendar];
  const found = calendars.flatMap((calendar) => findIn(calendar, place.eventId))[0];
  if (found === undefined) return failures.itemNotFound();
  const { method } = call.request;
  if (area === 'instances' && method === 'GET') return listInstances(call, found);
  if (area !== undefined) return null;
  if (method === 'GET') return showEvent(call, found, 200);
  if (!found.calendar.canEdit) return failures.accessDenied();
  if (method === 'DELETE') return deleteEvent(call, found);
  return method === 'PATCH' ? patchEvent(call, found) : null;
};

const findIn = (calendar: StoredCalendar, id: string): readonly FoundEvent[] => {
  const stored = calendar.events.get(id);
  if (stored !== undefined) return stored.isRemoved ? [] : [{ calendar, event: stored, date: null }];
  if (!id.startsWith('AAMkOcc')) return [];
  return [...calendar.events.values()].flatMap((event) => {
    const date = event.isRemoved ? null : dayWithId(event, id);
    return date === null ? [] : [{ calendar, event, date }];
  });
};

const showEvent = ({ request }: OutlookCall, { calendar, event, date }: FoundEvent, status: number): FakeResponse => {
  const shape = presentationOf(request, calendar);
  if (shape === null) return failures.invalid('The time zone is not valid.');
  const [shown] = date === null ? [asStored(event)] : shownIn(event, dayAround(date)).filter(({ id }) => id === occurrenceIdOf(event.id, date));
  if (shown === undefined) return failures.itemNotFound();
  const context = `${request.baseUrl}/v1.0/$metadata#events/$entity`;
  return jsonAnswer(status, { '@odata.context': context, ...selected(request, toGraphEvent(event, shown, shape)) });
};

// An exception may have been moved anywhere.
const dayAround = (date: string) => ({ fromMs: 0, toMs: Date.parse(date) + 4_000 * 86_400_000 });

const listInstances = (call: OutlookCall, { calendar, event }: FoundEvent): FakeResponse => {
  const [view, shape] = [viewOf(call.request), presentationOf(call.request, calendar)];
  if (view === null || shape === null) return failures.invalid('This request requires a time window specified by startDateTime and endDateTime.');
  if (event.fields.recurrence === null) return failures.invalid('The event is not a series master.');
  return listAnswer(
    call,
    shownIn(event, view).map((one) => toGraphEvent(event, one, shape)),
    'instances',
  );
};

const deleteEvent = ({ calendars }: OutlookCall, { calendar, event, date }: FoundEvent): FakeResponse => {
  if (date === null) calendars.remove({ calendar, event });
  else calendars.except({ calendar, event }, date, 'deleted');
  return emptyAnswer();
};

const patchEvent = (call: OutlookCall, { calendar, event, date }: FoundEvent): FakeResponse => {
  if (namesUnknownZone(call.request)) return failures.unknownTimeZone();
  const written = writtenFields(call.request);
  const exception = date === null ? undefined : event.exceptions.get(date);
  const before = date === null ? event.fields : { ...onDay(event.fields, date), ...(exception === 'deleted' ? {} : exception) };
  const change = written === null ? null : fieldsAfter(before, written, call.habits);
  // An occurrence cannot recur by itself.
  if (change === null || (date !== null && (change.recurrence ?? null) !== null)) return failures.invalidProperty();
  const changed = date === null ? call.calendars.change({ calendar, event }, change) : call.calendars.except({ calendar, event }, date, change);
  return showEvent(call, { calendar, event: changed, date }, 200);
};

/** The day of a series on which an occurrence would begin. */
export const dayOfStart = (event: StoredEvent, wall: string, zone: string): string =>
  msToWall(wallToMs(wall, zone), event.fields.start.timeZone).slice(0, 'yyyy-mm-dd'.length);
