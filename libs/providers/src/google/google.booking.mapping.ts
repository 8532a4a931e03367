import type { CalendarEvent, EventDraft, RemoteEvent } from '@patchbay/capabilities';
import type { calendar_v3 } from '@googleapis/calendar';
import { inPlaceOf, toEventChange } from './google.calendar-draft.mapping.js';
import type { GoogleEventDetails } from './google.calendar-events.mapping.js';
import { keyProperty, toGoogleEventId } from './google.calendar.mapping.js';

/** What a service keeps of an event. */
export const toRemoteEvent = ({ id, htmlLink }: GoogleEventDetails): RemoteEvent => ({ id, htmlLink: htmlLink ?? null });

/** Whether we wrote this event for this key; another app could have chosen the same id. */
export const isWrittenFor = (event: GoogleEventDetails, key: string): boolean => event.extendedProperties.private[keyProperty] === key;

/**
 * Whether it is the calendar's own event, and no copy of a guest: those bear the same id.
 * https://developers.google.com/workspace/calendar/api/v3/reference/events#organizer
 */
export const isOrganizedHere = ({ organizer }: GoogleEventDetails): boolean => organizer === undefined || organizer.self === true;

/** The event of a booking for Google, with its id and our mark. */
export const toGoogleEvent = (event: CalendarEvent): calendar_v3.Schema$Event => ({
  id: toGoogleEventId(event.key),
  status: 'confirmed',
  ...toEventChange(contentOf(event, null), null, contextOf(event)),
  ...timesOf(event, null),
  ...marked(event),
});

/**
 * What must change in Google's event so that it is the wanted one; null when it is so already, which spares guests a mail for nothing.
 * Unchanged guests are left out: a list that is sent replaces the old one.
 */
export const toGooglePatch = (existing: GoogleEventDetails, wanted: CalendarEvent): calendar_v3.Schema$Event | null => {
  const isDeleted = existing.status === 'cancelled';
  const content = contentOf(wanted, existing);
  const keepsTimes = wanted.keepsTimes === true && !isDeleted;
  const patch = {
    ...(isDeleted ? { status: 'confirmed' } : {}),
    ...toEventChange(isDeleted ? content : differing(content, existing), existing, contextOf(wanted)),
    ...(keepsTimes || (hasSameTimes(existing, wanted) && !isDeleted) ? {} : timesOf(wanted, existing)),
  };
  return Object.keys(patch).length === 0 ? null : { ...patch, ...marked(wanted) };
};

type Content = Pick<EventDraft, 'title' | 'description' | 'location' | 'attendees'>;

const contentOf = (event: CalendarEvent, existing: GoogleEventDetails | null): Content => ({
  title: event.title,
  description: descriptionOf(event),
  location: locationOf(event),
  attendees: event.attendees.map(({ email, name }) => {
    const before = existing?.attendees.find((guest) => guest.email?.toLowerCase() === email.toLowerCase());
    return { email, name: name ?? null, isOptional: before?.optional ?? false };
  }),
});

/** A booking has no meeting of Google's own, and its times have zones. */
const contextOf = ({ key }: CalendarEvent) => ({ calendarZone: null, meetingKey: key });

const marked = ({ key }: CalendarEvent) => ({ extendedProperties: { private: { [keyProperty]: key } } });

const differing = (content: Content, existing: GoogleEventDetails): Partial<Content> => ({
  ...(content.title === existing.summary ? {} : { title: content.title }),
  ...(content.description === existing.description ? {} : { description: content.description }),
  ...(content.location === existing.location ? {} : { location: content.location }),
  ...(hasSameGuests(content, existing) ? {} : { attendees: content.attendees }),
});

const hasSameGuests = (wanted: Content, existing: GoogleEventDetails): boolean => {
  const addresses = (guests: readonly { readonly email?: string | undefined }[]): string =>
    [...new Set(guests.flatMap(({ email }) => (email === undefined ? [] : [email.toLowerCase()])))].sort().join(' ');
  return addresses(existing.attendees) === addresses(wanted.attendees);
};

/** The moments as they are booked: the clock of their zone may show one of them twice. */
const timesOf = ({ startTime, endTime, timeZone }: CalendarEvent, existing: GoogleEventDetails | null): calendar_v3.Schema$Event => ({
  start: inPlaceOf(existing, { dateTime: startTime, timeZone }),
  end: inPlaceOf(existing, { dateTime: endTime, timeZone }),
});

const hasSameTimes = ({ start, end }: GoogleEventDetails, { startTime, endTime, timeZone }: CalendarEvent): boolean =>
  isSameTime(start, { instant: startTime, timeZone }) && isSameTime(end, { instant: endTime, timeZone });

const isSameTime = (time: GoogleEventDetails['start'], { instant, timeZone }: { readonly instant: string; readonly timeZone: string }): boolean =>
  time !== undefined && 'dateTime' in time && Date.parse(time.dateTime) === Date.parse(instant) && time.timeZone === timeZone;

const descriptionOf = ({ description = '', meetingUrl }: CalendarEvent): string =>
  meetingUrl === undefined ? description : [description, `Join: ${meetingUrl}`].filter((part) => part !== '').join('\n\n');

// Calendars on phones offer to open a link that stands as the location; a real place keeps its line.
const locationOf = ({ location, meetingUrl }: CalendarEvent): string => location ?? meetingUrl ?? '';
