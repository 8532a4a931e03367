import type { CalendarEvent, RemoteCalendar, RemoteEvent } from '@patchbay/capabilities';
import type { calendar_v3 } from '@googleapis/calendar';
import { z } from 'zod';

/** @see https://developers.google.com/workspace/calendar/api/v3/reference/calendarList/list#response */
export const googleCalendarList = z.object({
  items: z
    .array(
      z.object({
        id: z.string().min(1),
        summary: z.string().default(''),
        summaryOverride: z.string().optional(),
        timeZone: z.string().optional(),
        primary: z.boolean().default(false),
        accessRole: z.string(),
      }),
    )
    .default([]),
  nextPageToken: z.string().optional(),
});

const eventTime = z.object({ dateTime: z.string().optional(), timeZone: z.string().optional() });

/** @see https://developers.google.com/workspace/calendar/api/v3/reference/events#resource */
export const googleEvent = z.object({
  id: z.string().min(1),
  status: z.string().default('confirmed'),
  htmlLink: z.string().optional(),
  summary: z.string().default(''),
  description: z.string().default(''),
  location: z.string().default(''),
  start: eventTime.default({}),
  end: eventTime.default({}),
  attendees: z.array(z.object({ email: z.string(), responseStatus: z.string().optional() })).default([]),
  extendedProperties: z.object({ private: z.record(z.string(), z.string()).default({}) }).default({ private: {} }),
});

/** An event as Google keeps it, as far as it is read here. */
export type GoogleEvent = z.output<typeof googleEvent>;

/** Where our mark is, among an event's private properties. */
export const keyProperty = 'patchbay_key';

/** A page of calendars in our words. */
export const toRemoteCalendars = ({ items }: z.output<typeof googleCalendarList>): readonly RemoteCalendar[] =>
  items.map(({ id, summary, summaryOverride, timeZone, primary, accessRole }) => ({
    id,
    name: summaryOverride ?? summary,
    timeZone: timeZone ?? null,
    isPrimary: primary,
    isWritable: accessRole === 'owner' || accessRole === 'writer',
  }));

/** What a service keeps of an event. */
export const toRemoteEvent = ({ id, htmlLink }: GoogleEvent): RemoteEvent => ({ id, htmlLink: htmlLink ?? null });

/**
 * The event id that Google lets us choose: lower-case base32hex, 5 to 1024 characters, unique in the calendar.
 * A UUID's hexadecimal digits are such characters as they stand. https://developers.google.com/workspace/calendar/api/v3/reference/events/insert
 */
export const toGoogleEventId = (key: string): string => key.replaceAll('-', '').toLowerCase();

/** Whether we wrote this event for this key; another app could have chosen the same id. */
export const isWrittenFor = (event: GoogleEvent, key: string): boolean => event.extendedProperties.private[keyProperty] === key;

/** The event for Google, with its id and our mark. */
export const toGoogleEvent = (event: CalendarEvent): calendar_v3.Schema$Event => ({
  id: toGoogleEventId(event.key),
  status: 'confirmed',
  summary: event.title,
  description: descriptionOf(event),
  location: locationOf(event),
  start: { dateTime: event.startTime, timeZone: event.timeZone },
  end: { dateTime: event.endTime, timeZone: event.timeZone },
  attendees: event.attendees.map(toGoogleAttendee),
  extendedProperties: { private: { [keyProperty]: event.key } },
});

/**
 * What must change in Google's event so that it is the wanted one; null when it is so already, which spares guests a mail for nothing.
 * Unchanged guests are left out: a list that is sent replaces the old one with its answers.
 */
export const toGooglePatch = (existing: GoogleEvent, wanted: CalendarEvent): calendar_v3.Schema$Event | null => {
  const { attendees, ...rest } = toGoogleEvent(wanted);
  const hasSameGuests = sameGuests(existing, wanted);
  if (hasSameGuests && hasSameText(existing, wanted) && hasSameTime(existing, wanted) && existing.status !== 'cancelled') return null;
  return hasSameGuests ? rest : { ...rest, attendees: withKnownAnswers(attendees ?? [], existing) };
};

const descriptionOf = ({ description = '', meetingUrl }: CalendarEvent): string =>
  meetingUrl === undefined ? description : [description, `Join: ${meetingUrl}`].filter((part) => part !== '').join('\n\n');

// Calendars on phones offer to open a link that stands as the location; a real place keeps its line.
const locationOf = ({ location, meetingUrl }: CalendarEvent): string => location ?? meetingUrl ?? '';

const toGoogleAttendee = ({ email, name }: CalendarEvent['attendees'][number]): calendar_v3.Schema$EventAttendee =>
  name === undefined ? { email } : { email, displayName: name };

const withKnownAnswers = (attendees: readonly calendar_v3.Schema$EventAttendee[], existing: GoogleEvent): calendar_v3.Schema$EventAttendee[] => {
  const answers = new Map(existing.attendees.map(({ email, responseStatus }) => [email.toLowerCase(), responseStatus]));
  return attendees.map((attendee) => {
    const responseStatus = answers.get(attendee.email?.toLowerCase() ?? '');
    return responseStatus === undefined ? attendee : { ...attendee, responseStatus };
  });
};

const sameGuests = (existing: GoogleEvent, wanted: CalendarEvent): boolean => {
  const addresses = (attendees: readonly { readonly email: string }[]): string =>
    [...new Set(attendees.map(({ email }) => email.toLowerCase()))].sort().join(' ');
  return addresses(existing.attendees) === addresses(wanted.attendees);
};

const hasSameText = (existing: GoogleEvent, wanted: CalendarEvent): boolean =>
  existing.summary === wanted.title && existing.description === descriptionOf(wanted) && existing.location === locationOf(wanted);

const hasSameTime = ({ start, end }: GoogleEvent, wanted: CalendarEvent): boolean =>
  sameInstant(start.dateTime, wanted.startTime) &&
  sameInstant(end.dateTime, wanted.endTime) &&
  start.timeZone === wanted.timeZone &&
  end.timeZone === wanted.timeZone;

const sameInstant = (one: string | undefined, other: string): boolean => one !== undefined && Date.parse(one) === Date.parse(other);
