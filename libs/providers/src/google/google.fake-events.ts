import { isJsonObject } from '../_kit/fake-http.js';

/** An event as Google stores it: only what a caller may set, plus what Google adds. */
export interface StoredEvent {
  readonly id: string;
  readonly created: string;
  readonly updated: string;
  readonly sequence: number;
  readonly revision: number;
  readonly status: 'confirmed' | 'tentative' | 'cancelled';
  readonly creator: string;
  /** The series that this is an exception of, and which of its occurrences. */
  readonly exceptionOf: { readonly seriesId: string; readonly originalStart: Readonly<Record<string, string>> } | null;
  /** Fields of the event as the caller wrote them, times already in Google's spelling. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Why Google refuses an event. */
export type EventProblem = { readonly problem: 'invalid' | 'required' | 'timeRangeEmpty'; readonly message: string };

const writable = [
  'summary', 'description', 'location', 'colorId', 'start', 'end', 'recurrence', 'transparency', 'visibility', 'attendees', 'attendeesOmitted',
  'eventType', 'anyoneCanAddSelf', 'guestsCanInviteOthers', 'guestsCanModify', 'guestsCanSeeOtherGuests', 'extendedProperties', 'reminders', 'source', 'conferenceData',
] as const; // prettier-ignore

/** Ids are base32hex in lower case, 5 to 1024 long. https://developers.google.com/workspace/calendar/api/v3/reference/events/insert */
export const isValidEventId = (id: unknown): id is string => typeof id === 'string' && /^[a-v0-9]{5,1024}$/.test(id);

/**
 * Checks what a caller wants an event to be, and puts times into Google's spelling: in the zone of the event, without milliseconds.
 * Fields that nobody may write are ignored, as Google does.
 */
export const toEventFields = (wanted: Readonly<Record<string, unknown>>, calendarZone: string): Readonly<Record<string, unknown>> | EventProblem => {
  const fields: Record<string, unknown> = {};
  for (const name of writable) if (wanted[name] !== undefined && wanted[name] !== null) fields[name] = wanted[name];

  const start = toEventTime(fields['start'], calendarZone);
  const end = toEventTime(fields['end'], calendarZone);
  if (start === 'missing') return { problem: 'required', message: 'Missing start time.' };
  if (end === 'missing') return { problem: 'required', message: 'Missing end time.' };
  if (start === 'invalid') return { problem: 'invalid', message: 'Invalid start time.' };
  if (end === 'invalid') return { problem: 'invalid', message: 'Invalid end time.' };
  if (start.isAllDay !== end.isAllDay) return { problem: 'invalid', message: 'Start and end times must either both be date or both be dateTime.' };
  if (end.ms < start.ms) return { problem: 'timeRangeEmpty', message: 'The specified time range is empty.' };

  const attendees = fields['attendees'];
  if (attendees !== undefined && !isAttendeeList(attendees)) return { problem: 'invalid', message: 'Invalid attendee email.' };
  if (attendees !== undefined) fields['attendees'] = attendees.map((attendee) => ({ responseStatus: 'needsAction', ...attendee }));
  const recurrence = fields['recurrence'];
  if (recurrence !== undefined && !(Array.isArray(recurrence) && recurrence.every((line) => typeof line === 'string')))
    return { problem: 'invalid', message: 'Invalid recurrence rule.' };
  return { ...fields, start: start.value, end: end.value };
};

/** Whether checking an event's fields ended in a refusal. */
export const isEventProblem = <T extends object>(result: T | EventProblem): result is EventProblem => 'problem' in result;

/** Merges a patch as RFC 7396 says: null deletes, objects merge, everything else replaces. */
export const mergePatch = (target: unknown, patch: unknown): unknown => {
  if (!isJsonObject(patch)) return patch;
  const merged: Record<string, unknown> = isJsonObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else merged[name] = mergePatch(merged[name], value);
  }
  return merged;
};

/** Instants in milliseconds at which an event begins and ends. */
export const eventRange = ({ fields }: StoredEvent): { readonly startMs: number; readonly endMs: number } => ({
  startMs: instantOf(fields['start']),
  endMs: instantOf(fields['end']),
});

/** What the conference of an event becomes: `createRequest` makes a Meet link at once. */
export const withConference = (fields: Readonly<Record<string, unknown>>, meetingCode: string): Readonly<Record<string, unknown>> => {
  const conference = fields['conferenceData'];
  if (!isJsonObject(conference) || !isJsonObject(conference['createRequest'])) return fields;
  if (Array.isArray(conference['entryPoints'])) return fields;
  const uri = `https://meet.google.com/${meetingCode}`;
  return {
    ...fields,
    hangoutLink: uri,
    conferenceData: {
      createRequest: { conferenceSolutionKey: { type: 'hangoutsMeet' }, ...conference['createRequest'], status: { statusCode: 'success' } },
      entryPoints: [{ entryPointType: 'video', uri, label: uri.slice('https://'.length) }],
      conferenceSolution: {
        key: { type: 'hangoutsMeet' },
        name: 'Google Meet',
        iconUri: 'https://fonts.gstatic.com/s/i/productlogos/meet_2020q4/v6/web-512dp/logo.png',
      },
      conferenceId: meetingCode,
    },
  };
};

/** The event as the API answers it. */
export const toApiEvent = (
  event: StoredEvent,
  calendar: { readonly id: string; readonly email: string; readonly link: string; readonly attendeesMax: number | null },
): Readonly<Record<string, unknown>> => {
  const { exceptionOf } = event;
  const series = exceptionOf === null ? {} : { recurringEventId: exceptionOf.seriesId, originalStartTime: exceptionOf.originalStart };
  // Nothing else is sure to be there. https://developers.google.com/workspace/calendar/api/v3/reference/events#status
  if (exceptionOf !== null && event.status === 'cancelled')
    return { kind: 'calendar#event', etag: etagOf(event), id: event.id, status: event.status, ...series };
  const isOwner = event.creator === calendar.email;
  const organizer = isOwner ? { email: calendar.id, self: true } : { email: event.creator };
  return {
    kind: 'calendar#event',
    etag: etagOf(event),
    id: event.id,
    status: event.status,
    htmlLink: calendar.link,
    created: event.created,
    updated: event.updated,
    creator: isOwner ? { email: event.creator, self: true } : { email: event.creator },
    organizer,
    iCalUID: `${exceptionOf?.seriesId ?? event.id}@google.com`,
    sequence: event.sequence,
    reminders: { useDefault: true },
    eventType: 'default',
    ...series,
    ...event.fields,
    ...attendeesSeenBy(event, calendar),
  };
};

/** Whose calendar it is finds itself marked among the guests, and itself alone where it asked for fewer than there are. */
const attendeesSeenBy = (
  { fields }: StoredEvent,
  { email, attendeesMax }: { readonly email: string; readonly attendeesMax: number | null },
): Readonly<Record<string, unknown>> => {
  const { attendees } = fields;
  if (attendees === undefined || !isAttendeeList(attendees)) return {};
  const marked = attendees.map((attendee) => (attendee['email'] === email ? { ...attendee, self: true } : attendee));
  if (attendeesMax === null || marked.length <= attendeesMax) return { attendees: marked };
  return { attendees: marked.filter((attendee) => 'self' in attendee), attendeesOmitted: true };
};

/** Google's etags are the revision in quotes. */
export const etagOf = ({ revision }: Pick<StoredEvent, 'revision'>): string => `"${String(revision).padStart(16, '0')}"`;

interface EventTime {
  readonly isAllDay: boolean;
  readonly ms: number;
  readonly value: Readonly<Record<string, string>>;
}

const toEventTime = (time: unknown, calendarZone: string): EventTime | 'missing' | 'invalid' => {
  if (!isJsonObject(time)) return 'missing';
  const { date, dateTime, timeZone = undefined } = withoutNulls(time);
  if (timeZone !== undefined && (typeof timeZone !== 'string' || !isTimeZone(timeZone))) return 'invalid';
  // https://github.com/n8n-io/n8n/issues/35800
  if (date !== undefined && dateTime !== undefined) return 'invalid';
  if (typeof date === 'string') {
    const ms = Date.parse(`${date}T00:00:00Z`);
    return /^\d{4}-\d{2}-\d{2}$/.test(date) && !Number.isNaN(ms) ? { isAllDay: true, ms, value: { date } } : 'invalid';
  }
  if (dateTime === undefined || dateTime === null) return 'missing';
  if (typeof dateTime !== 'string') return 'invalid';
  const zone = timeZone ?? calendarZone;
  // A time on the wall is one of a zone that is named. https://developers.google.com/workspace/calendar/api/v3/reference/events#start.dateTime
  if (timeZone === undefined && !/(?:Z|[+-]\d{2}:\d{2})$/i.test(dateTime)) return 'invalid';
  const parts = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.\d+)?(Z|[+-]\d{2}:\d{2})?$/i.exec(dateTime);
  const ms = parts === null ? Number.NaN : parts[2] === undefined ? wallTimeToMs(parts[1] ?? '', zone) : Date.parse(dateTime);
  return Number.isNaN(ms) ? 'invalid' : { isAllDay: false, ms, value: { dateTime: inZone(ms, calendarZone), timeZone: zone } };
};

const withoutNulls = (fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));

const instantOf = (time: unknown): number => {
  if (!isJsonObject(time)) return Number.NaN;
  return Date.parse(typeof time['dateTime'] === 'string' ? time['dateTime'] : `${String(time['date'])}T00:00:00Z`);
};

const isAttendeeList = (attendees: unknown): attendees is readonly Readonly<Record<string, unknown>>[] =>
  Array.isArray(attendees) &&
  attendees.every((attendee) => isJsonObject(attendee) && typeof attendee['email'] === 'string' && /^[^\s@]+@[^\s@]+$/.test(attendee['email']));

// Making one takes a hundred times as long as using it.
const clocks = new Map<string, Intl.DateTimeFormat>();

const clockOf = (zone: string): Intl.DateTimeFormat => {
  const clock = clocks.get(zone) ?? new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' });
  clocks.set(zone, clock);
  return clock;
};

/** Google takes names of the IANA database, as they are spelled there; `Intl` also takes offsets, and any spelling. */
const isTimeZone = (zone: string): boolean => {
  try {
    return /^[A-Z]/.test(zone) && clockOf(zone).format(0) !== '';
  } catch {
    return false;
  }
};

const offsetMinutes = (ms: number, zone: string): number => {
  const name =
    clockOf(zone)
      .formatToParts(ms)
      .find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT';
  const offset = /GMT([+-])(\d{2}):(\d{2})/.exec(name);
  return offset === null ? 0 : (offset[1] === '-' ? -1 : 1) * (Number(offset[2]) * 60 + Number(offset[3]));
};

const wallTimeToMs = (wallTime: string, zone: string): number => {
  const asUtc = Date.parse(`${wallTime}Z`);
  if (Number.isNaN(asUtc)) return asUtc;
  const guess = asUtc - offsetMinutes(asUtc, zone) * 60_000;
  return asUtc - offsetMinutes(guess, zone) * 60_000;
};

const inZone = (ms: number, zone: string): string => {
  const offset = offsetMinutes(ms, zone);
  const wallTime = new Date(ms + offset * 60_000).toISOString().slice(0, 19);
  if (offset === 0) return `${wallTime}Z`;
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60].map((part) => String(part).padStart(2, '0'));
  return `${wallTime}${offset < 0 ? '-' : '+'}${hours}:${minutes}`;
};
