import type { CalendarTime, EventDraft, Guest } from '@patchbay/capabilities';
import type { calendar_v3 } from '@googleapis/calendar';
import { hasMeet, joinUrlOf, type GoogleEventDetails } from './google.calendar-events.mapping.js';
import { toGoogleDateTime } from './google.calendar-time.js';
import { toGoogleEventId } from './google.calendar.mapping.js';

/** Where the key of an event stands that somebody asked for, among its private properties. Not that of bookings' events, which we keep as they shall be. */
export const requestProperty = 'patchbay_request';

/** What a draft is written with. */
export interface DraftContext {
  /** The calendar's zone, which floating times are meant in; null when there are none. */
  readonly calendarZone: string | null;
  /** Names the meeting that may have to be made: the same one makes no second meeting. */
  readonly meetingKey: string;
}

/** A new event for Google, with the id that its key stands for and our mark. */
export const toNewEvent = (key: string, draft: EventDraft, context: DraftContext): calendar_v3.Schema$Event => ({
  ...toEventChange(draft, null, context),
  id: toGoogleEventId(key),
  status: 'confirmed',
  extendedProperties: { private: { [requestProperty]: key } },
});

/** What of an event is sent so that it changes as wanted. `existing` is null for a new one. */
export const toEventChange = (
  change: Partial<EventDraft>,
  existing: GoogleEventDetails | null,
  { calendarZone, meetingKey }: DraftContext,
): calendar_v3.Schema$Event => {
  const { start, end, attendees, reminders, isFree, conference } = change;
  return withoutAbsent({
    summary: change.title,
    description: change.description,
    location: change.location,
    start: start && toGoogleTime(start, existing, calendarZone),
    end: end && toGoogleTime(end, existing, calendarZone),
    recurrence: toRecurrence(change.recurrence, existing),
    attendees: attendees?.map((guest) => toGoogleGuest(guest, existing)),
    reminders: reminders === undefined ? undefined : toGoogleReminders(reminders),
    transparency: isFree === undefined ? undefined : isFree ? 'transparent' : 'opaque',
    visibility: change.visibility,
    conferenceData: conference === undefined ? undefined : toConference(conference, existing, meetingKey),
  });
};

/** An empty list ends a series; what is none, a new event or an occurrence, has nothing to end. */
const toRecurrence = (recurrence: readonly string[] | undefined, existing: GoogleEventDetails | null): string[] | undefined => {
  const isSeries = existing !== null && existing.recurrence.length > 0;
  return recurrence === undefined || (recurrence.length === 0 && !isSeries) ? undefined : [...recurrence];
};

/** Whether a draft has a time of no zone. */
export const floats = ({ start, end }: Partial<EventDraft>): boolean =>
  [start, end].some((time) => time !== undefined && 'dateTime' in time && time.timeZone === null);

const toGoogleTime = (time: CalendarTime, existing: GoogleEventDetails | null, calendarZone: string | null): calendar_v3.Schema$EventDateTime => {
  if ('date' in time) return inPlaceOf(existing, { date: time.date });
  const timeZone = time.timeZone ?? calendarZone ?? 'UTC';
  return inPlaceOf(existing, { dateTime: toGoogleDateTime(time.dateTime, timeZone), timeZone });
};

/**
 * A time as it is sent to an event that has another one. What is not sent stays as it is, and null clears: a day that becomes a time, or the other way round,
 * would stay beside it, and Google refuses both together.
 */
export const inPlaceOf = (existing: GoogleEventDetails | null, time: calendar_v3.Schema$EventDateTime): calendar_v3.Schema$EventDateTime => {
  if (existing === null) return time;
  return 'date' in time ? { ...time, dateTime: null, timeZone: null } : { ...time, date: null };
};

// A list that is sent replaces the old one, with its answers and what guests wrote to them.
const toGoogleGuest = ({ email, name, isOptional }: Guest, existing: GoogleEventDetails | null): calendar_v3.Schema$EventAttendee => {
  const before = existing?.attendees.find((guest) => guest.email?.toLowerCase() === email.toLowerCase());
  const { responseStatus, comment, additionalGuests, resource } = before ?? {};
  return withoutAbsent({ email, displayName: name ?? undefined, optional: isOptional, responseStatus, comment, additionalGuests, resource });
};

const toGoogleReminders = (reminders: EventDraft['reminders']): NonNullable<calendar_v3.Schema$Event['reminders']> => ({
  useDefault: reminders === null,
  overrides: (reminders ?? []).map(({ method, minutesBefore }) => ({ method, minutes: minutesBefore })),
});

/** Undefined when the meeting that is there is the wanted one; null takes it away. */
const toConference = (
  conference: EventDraft['conference'],
  existing: GoogleEventDetails | null,
  meetingKey: string,
): calendar_v3.Schema$ConferenceData | undefined => {
  if (conference === null) return existing === null ? undefined : noConference;
  const isNew = conference.kind === 'new';
  if (isNew && existing !== null && hasMeet(existing)) return undefined;
  if (isNew) {
    const createRequest = { requestId: meetingKey, conferenceSolutionKey: { type: 'hangoutsMeet' } };
    return existing?.conferenceData === undefined ? { createRequest } : { ...clearedConference, createRequest };
  }
  const { joinUrl } = conference;
  // An event that was read and is sent back keeps its meeting.
  if (existing !== null && joinUrlOf(existing) === joinUrl) return undefined;
  return {
    ...(existing?.conferenceData === undefined ? {} : clearedConference),
    // https://developers.google.com/workspace/calendar/api/v3/reference/events#conferenceData.conferenceSolution.key.type
    conferenceSolution: { key: { type: 'addOn' }, name: new URL(joinUrl).hostname },
    entryPoints: [{ entryPointType: 'video', uri: joinUrl }],
  };
};

// The client's types know of no null here, by which Google is told to forget it.
const noConference = null as unknown as calendar_v3.Schema$ConferenceData;
const clearedConference = { createRequest: null, conferenceSolution: null, entryPoints: null, conferenceId: null } as unknown as object;

const withoutAbsent = <Fields extends object>(fields: Fields): { [Name in keyof Fields]: Exclude<Fields[Name], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Fields]: Exclude<Fields[Name], undefined>;
  };
