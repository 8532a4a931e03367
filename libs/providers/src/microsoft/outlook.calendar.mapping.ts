import type { CalendarEvent, RemoteEvent } from '@patchbay/capabilities';
import { z } from 'zod';
import { extendedProperty, filterByProperty } from './outlook.extended-property.js';
import { toTransactionId } from './outlook.calendar-reading.mapping.js';
import { wallOf } from './outlook.calendar-time.js';

const time = z.object({ dateTime: z.string() });

/** @see https://learn.microsoft.com/graph/api/resources/event#properties; times are in UTC, for they are asked for so. */
export const outlookEvent = z.object({
  id: z.string().min(1),
  subject: z.string().nullish(),
  body: z.object({ content: z.string().nullish() }).nullish(),
  location: z.object({ displayName: z.string().nullish() }).nullish(),
  start: time,
  end: time,
  originalStartTimeZone: z.string().nullish(),
  attendees: z.array(z.object({ emailAddress: z.object({ address: z.string().nullish() }).nullish() })).nullish(),
  isCancelled: z.boolean().nullish(),
  webLink: z.string().nullish(),
  createdDateTime: z.string().nullish(),
});

/** An event as Outlook keeps it, as far as it is read before it is written. */
export type OutlookEvent = z.output<typeof outlookEvent>;

/** @see https://learn.microsoft.com/graph/api/calendar-list-events */
export const outlookEvents = z.object({ value: z.array(outlookEvent) });

/** What of an event has to be read to know whether it is as wanted. */
export const outlookEventFields = Object.keys(outlookEvent.shape).join(',');

/** What a service keeps of an event. */
export const toRemoteEvent = ({ id, webLink }: OutlookEvent): RemoteEvent => ({ id, htmlLink: webLink ?? null });

/** Our mark, by which an event is found again. */
const keyProperty = extendedProperty('patchbay_key');

/** Finds the event that was written under a key. */
export const filterByKey = (key: string): string => filterByProperty(keyProperty, key);

/** The parts of an event that can change. */
const contentOf = (event: CalendarEvent) => ({
  subject: event.title,
  body: { contentType: 'text', content: descriptionOf(event) },
  start: timeIn(event.startTime, event.timeZone),
  end: timeIn(event.endTime, event.timeZone),
  location: { displayName: event.location ?? event.meetingUrl ?? '' },
});

/** The event for Outlook, with its marks. `again` tells it from an earlier one with the same key, which was deleted. */
export const toOutlookEvent = (event: CalendarEvent, again?: string) => ({
  ...contentOf(event),
  attendees: event.attendees.map(toAttendee),
  transactionId: [toTransactionId(event.key), ...(again === undefined ? [] : [again])].join('.'),
  singleValueExtendedProperties: [{ id: keyProperty, value: event.key }],
});

/**
 * What must change in Outlook's event so that it is the wanted one; null when it is so already, which spares guests a mail for nothing.
 * Unchanged guests are left out: Outlook would invite them again.
 */
export const toOutlookPatch = (existing: OutlookEvent, wanted: CalendarEvent) => {
  const hasSameGuests = sameGuests(existing, wanted);
  if (hasSameGuests && hasSameText(existing, wanted) && hasSameTime(existing, wanted)) return null;
  return hasSameGuests ? contentOf(wanted) : { ...contentOf(wanted), attendees: wanted.attendees.map(toAttendee) };
};

const descriptionOf = ({ description = '', meetingUrl }: CalendarEvent): string =>
  meetingUrl === undefined ? description : [description, `Join: ${meetingUrl}`].filter((part) => part !== '').join('\n\n');

const toAttendee = ({ email, name }: CalendarEvent['attendees'][number]) => ({
  emailAddress: name === undefined ? { address: email } : { address: email, name },
  type: 'required',
});

/** The time on the wall of the zone; in UTC in the hour that the clocks repeat, which a time on the wall does not tell apart. */
const timeIn = (instant: string, timeZone: string): { readonly dateTime: string; readonly timeZone: string } => {
  const ms = Date.parse(instant);
  const isRepeated = wallOf(ms + hourMs, timeZone) === wallOf(ms, timeZone) || wallOf(ms - hourMs, timeZone) === wallOf(ms, timeZone);
  return isRepeated ? { dateTime: wallOf(ms, 'UTC'), timeZone: 'UTC' } : { dateTime: wallOf(ms, timeZone), timeZone };
};

const hourMs = 3_600_000;

const sameGuests = (existing: OutlookEvent, wanted: CalendarEvent): boolean => {
  const addresses = (list: readonly (string | null | undefined)[]): string =>
    [...new Set(list.flatMap((address) => (typeof address === 'string' ? [address.toLowerCase()] : [])))].sort().join(' ');
  const there = existing.attendees?.map(({ emailAddress }) => emailAddress?.address) ?? [];
  return addresses(there) === addresses(wanted.attendees.map(({ email }) => email));
};

const hasSameText = (existing: OutlookEvent, wanted: CalendarEvent): boolean => {
  const { subject, body, location } = contentOf(wanted);
  return (
    (existing.subject ?? '') === subject &&
    words(existing.body?.content ?? '') === words(body.content) &&
    (existing.location?.displayName ?? '') === location.displayName
  );
};

/** Exchange rewrites the ends of lines, and adds empty ones. */
const words = (text: string): string => text.split(/\s+/).filter(Boolean).join(' ');

const hasSameTime = ({ start, end }: OutlookEvent, wanted: CalendarEvent): boolean =>
  Date.parse(`${start.dateTime.slice(0, secondsLength)}Z`) === Date.parse(wanted.startTime) &&
  Date.parse(`${end.dateTime.slice(0, secondsLength)}Z`) === Date.parse(wanted.endTime);

// Without Graph's seven digits of a second.
const secondsLength = 19;
