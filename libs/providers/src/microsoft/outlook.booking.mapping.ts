import type { CalendarEvent, CalendarTime, EventDraft, RemoteEvent } from '@patchbay/capabilities';
import { readEventText, toTextBody } from './outlook.calendar-event-text.js';
import { toGraphDraft, type GraphEventChange, type GraphWrite } from './outlook.calendar-event-writes.js';
import type { GraphEventDetails } from './outlook.calendar-events.mapping.js';
import { toTransactionId } from './outlook.calendar-reading.mapping.js';
import { wallOf, withoutFraction } from './outlook.calendar-time.js';
import { extendedProperty, filterByProperty } from './outlook.extended-property.js';

/** What a service keeps of an event. */
export const toRemoteEvent = ({ id, webLink }: GraphEventDetails): RemoteEvent => ({ id, htmlLink: webLink ?? null });

/** Our mark, by which an event is found again. */
const keyProperty = extendedProperty('patchbay_key');

/** Finds the event that was written under a key. */
export const filterByKey = (key: string): string => filterByProperty(keyProperty, key);

/** The event of a booking for Outlook, with its marks. `again` tells it from an earlier one with the same key, which was deleted. */
export const toOutlookEvent = (event: CalendarEvent, again?: string): GraphWrite => ({
  ...toGraphDraft(draftOf(event)),
  transactionId: [toTransactionId(event.key), ...(again === undefined ? [] : [again])].join('.'),
  singleValueExtendedProperties: [{ id: keyProperty, value: event.key }],
});

/**
 * What has to change about Outlook's event so that it is the wanted one. The same words in other lines, the same moment in another zone and the same guests
 * in another order are no change: whatever is sent is mailed to guests. A meeting of Outlook's own that the owner added stays.
 */
export const toBookingChange = (existing: GraphEventDetails, event: CalendarEvent): GraphEventChange => {
  const { title, description, location, start, end, attendees, conference } = draftOf(event);
  const hasOwnMeeting = existing.isOnlineMeeting === true;
  return {
    title,
    // Outlook writes there that a meeting of its own takes place online.
    ...(location === '' && hasOwnMeeting ? {} : { location }),
    ...(event.keepsTimes === true || hasSameTime(existing, event) ? {} : { start, end }),
    ...(hasSameText(existing, event) ? {} : { description, conference, keepsOwnMeeting: true }),
    ...(hasSameGuests(existing, event) ? {} : { attendees: attendees.map((guest) => ({ ...guest, isOptional: isOptional(existing, guest) })) }),
  };
};

const draftOf = ({ title, description = '', location, startTime, endTime, timeZone, attendees, meetingUrl }: CalendarEvent): EventDraft => ({
  title,
  description,
  location: location ?? meetingUrl ?? '',
  start: timeIn(startTime, timeZone),
  end: timeIn(endTime, timeZone),
  recurrence: [],
  attendees: attendees.map(({ email, name }) => ({ email, name: name ?? null, isOptional: false })),
  reminders: null,
  isFree: false,
  visibility: 'default',
  conference: meetingUrl === undefined ? null : { kind: 'elsewhere', joinUrl: meetingUrl },
});

/** The time on the wall of the zone; in UTC in the hour that the clocks repeat, which a time on the wall does not tell apart. */
const timeIn = (instant: string, timeZone: string): CalendarTime => {
  const ms = Date.parse(instant);
  const isRepeated = wallOf(ms + hourMs, timeZone) === wallOf(ms, timeZone) || wallOf(ms - hourMs, timeZone) === wallOf(ms, timeZone);
  return isRepeated ? { dateTime: wallOf(ms, 'UTC'), timeZone: 'UTC' } : { dateTime: wallOf(ms, timeZone), timeZone };
};

const hourMs = 3_600_000;

const isOptional = ({ attendees }: GraphEventDetails, { email }: { readonly email: string }): boolean =>
  attendees?.some(({ emailAddress, type }) => type === 'optional' && emailAddress?.address?.toLowerCase() === email.toLowerCase()) ?? false;

const hasSameGuests = ({ attendees }: GraphEventDetails, wanted: CalendarEvent): boolean => {
  const addresses = (list: readonly (string | null | undefined)[]): string =>
    [...new Set(list.flatMap((address) => (typeof address === 'string' ? [address.toLowerCase()] : [])))].sort().join(' ');
  const there = attendees?.map(({ emailAddress }) => emailAddress?.address) ?? [];
  return addresses(there) === addresses(wanted.attendees.map(({ email }) => email));
};

const hasSameText = ({ body, isOnlineMeeting }: GraphEventDetails, { description = '', meetingUrl }: CalendarEvent): boolean => {
  const there = toTextBody(readEventText(body?.content ?? '', isOnlineMeeting === true)).content;
  return words(there) === words(toTextBody({ description, joinUrl: meetingUrl ?? null }).content);
};

/** Exchange rewrites the ends of lines, and adds empty ones. */
const words = (text: string): string => text.split(/\s+/).filter(Boolean).join(' ');

const hasSameTime = ({ start, end, isAllDay }: GraphEventDetails, { startTime, endTime }: CalendarEvent): boolean => {
  // Times are in UTC, for they are asked for so.
  const momentOf = ({ dateTime }: GraphEventDetails['start']): number => Date.parse(`${withoutFraction(dateTime)}Z`);
  return isAllDay !== true && momentOf(start) === Date.parse(startTime) && momentOf(end) === Date.parse(endTime);
};
