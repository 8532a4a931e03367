import { ProviderError, type CalendarTime, type EventDetails, type EventResponse, type RespondingGuest } from '@patchbay/capabilities';
import { toIanaZone } from '@patchbay/icalendar';
import { z } from 'zod';
import { readEventText } from './outlook.calendar-event-text.js';
import { dayOf } from './outlook.calendar-reading.mapping.js';
import { graphRecurrence, toRuleLine, type SeriesStart } from './outlook.calendar-recurrence.js';
import { momentOf, wallOf, withoutFraction } from './outlook.calendar-time.js';

const graphTime = z.object({ dateTime: z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}/), timeZone: z.string().nullish() });
const emailAddress = z.object({ address: z.string().nullish(), name: z.string().nullish() });

/** @see https://learn.microsoft.com/graph/api/resources/event#properties; times are in UTC and bodies text, for they are asked for so. */
export const graphEventDetails = z.object({
  id: z.string().min(1),
  type: z.string().nullish(),
  seriesMasterId: z.string().nullish(),
  originalStart: z.string().nullish(),
  subject: z.string().nullish(),
  body: z.object({ content: z.string().nullish() }).nullish(),
  location: z.object({ displayName: z.string().nullish() }).nullish(),
  start: graphTime,
  end: graphTime,
  isAllDay: z.boolean().nullish(),
  originalStartTimeZone: z.string().nullish(),
  originalEndTimeZone: z.string().nullish(),
  recurrence: graphRecurrence.nullish(),
  isCancelled: z.boolean().nullish(),
  isOrganizer: z.boolean().nullish(),
  showAs: z.string().nullish(),
  sensitivity: z.string().nullish(),
  attendees: z
    .array(
      z.object({
        type: z.string().nullish(),
        status: z.object({ response: z.string().nullish() }).nullish(),
        emailAddress: emailAddress.nullish(),
      }),
    )
    .nullish(),
  organizer: z.object({ emailAddress: emailAddress.nullish() }).nullish(),
  isReminderOn: z.boolean().nullish(),
  reminderMinutesBeforeStart: z.number().nullish(),
  isOnlineMeeting: z.boolean().nullish(),
  onlineMeeting: z.object({ joinUrl: z.string().nullish() }).nullish(),
  onlineMeetingUrl: z.string().nullish(),
  webLink: z.string().nullish(),
  changeKey: z.string().nullish(),
  createdDateTime: z.string().nullish(),
});

/** An event of Graph with everything that people see. */
export type GraphEventDetails = z.output<typeof graphEventDetails>;

/** @see https://learn.microsoft.com/graph/api/calendar-list-calendarview */
export const graphEventDetailsPage = z.object({ value: z.array(graphEventDetails), '@odata.nextLink': z.string().optional() });

/** What is read of an event. */
export const graphEventDetailsFields = Object.keys(graphEventDetails.shape).join(',');

/** An event as it stands in the calendar. Occurrences that were taken out of a series are told by nothing but that they are not there. */
export const toEventDetails = (event: GraphEventDetails): EventDetails => {
  const { start, end } = timesOf(event);
  const isOccurrence = typeof event.seriesMasterId === 'string';
  const isOnline = event.isOnlineMeeting === true;
  const { description, joinUrl } = readEventText(event.body?.content ?? '', isOnline);
  const ownJoinUrl = [event.onlineMeeting?.joinUrl, event.onlineMeetingUrl].find((url) => typeof url === 'string' && url !== '');
  return {
    id: event.id,
    seriesId: event.seriesMasterId ?? null,
    originalStart: isOccurrence ? originalStartOf(event, start) : null,
    title: event.subject ?? '',
    description,
    location: event.location?.displayName ?? '',
    start,
    end,
    recurrence:
      event.recurrence === null || event.recurrence === undefined || isOccurrence ? [] : [toRuleLine(event.recurrence, seriesStartOf(start))],
    status: event.isCancelled === true ? 'cancelled' : event.showAs === 'tentative' ? 'tentative' : 'confirmed',
    isFree: isFreeAs(event.showAs),
    // Nothing in Outlook is more public than its calendar is.
    visibility: event.sensitivity === 'private' || event.sensitivity === 'confidential' || event.sensitivity === 'personal' ? 'private' : 'default',
    reminders: event.isReminderOn === true ? [{ method: 'popup', minutesBefore: event.reminderMinutesBeforeStart ?? 0 }] : [],
    attendees: (event.attendees ?? []).flatMap(toGuest),
    organizer: organizerOf(event),
    joinUrl: ownJoinUrl ?? joinUrl,
    htmlLink: event.webLink ?? null,
    version: event.changeKey ?? null,
  };
};

/** Outlook's own scheduling assistant takes somebody who works elsewhere for available. */
export const isFreeAs = (showAs: string | null | undefined): boolean => showAs === 'free' || showAs === 'workingElsewhere';

/** When a series begins on its own clock. */
export const seriesStartOf = (start: CalendarTime): SeriesStart =>
  'date' in start ? { wall: `${start.date}T00:00:00`, timeZone: null } : { wall: start.dateTime, timeZone: start.timeZone ?? 'UTC' };

const timesOf = (event: GraphEventDetails): Pick<EventDetails, 'start' | 'end'> => {
  const [startZone, endZone] = [zoneOf(event.originalStartTimeZone), zoneOf(event.originalEndTimeZone ?? event.originalStartTimeZone)];
  if (event.isAllDay === true) {
    const [first, after] = [dayOf(event.start, startZone), dayOf(event.end, startZone)];
    // A day that ends on itself is a day.
    return { start: { date: first }, end: { date: after > first ? after : nextDay(first) } };
  }
  const isSeries = event.recurrence !== null && event.recurrence !== undefined;
  return { start: toTime(momentIn(event.start), { zone: startZone, isSeries }), end: toTime(momentIn(event.end), { zone: endZone, isSeries }) };
};

const nextDay = (date: string): string => new Date(Date.parse(date) + 86_400_000).toISOString().slice(0, date.length);

/** Null for a zone that nobody knows, such as one that somebody made up in Outlook. */
const zoneOf = (name: string | null | undefined): string | null => (typeof name === 'string' ? toIanaZone(name) : null);

const momentIn = ({ dateTime, timeZone }: GraphEventDetails['start']): number => {
  const zone = timeZone === null || timeZone === undefined || timeZone === 'UTC' ? 'UTC' : toIanaZone(timeZone);
  // All times are asked for in UTC. A guess would shift somebody's hours without a word.
  if (zone === null) throw new ProviderError('outlook', 'invalid_response', { reason: 'unknown_time_zone' });
  return zone === 'UTC' ? Date.parse(`${withoutFraction(dateTime)}Z`) : momentOf(withoutFraction(dateTime), zone);
};

/** As it was written down. The second of two moments that a clock shows alike is told in UTC, except where a series goes by that clock. */
const toTime = (ms: number, { zone, isSeries }: { readonly zone: string | null; readonly isSeries: boolean }): CalendarTime => {
  const timeZone = zone === null ? 'UTC' : zone;
  const wall = wallOf(ms, timeZone);
  return isSeries || momentOf(wall, timeZone) === ms ? { dateTime: wall, timeZone } : { dateTime: wallOf(ms, 'UTC'), timeZone: 'UTC' };
};

const originalStartOf = ({ originalStart, originalStartTimeZone }: GraphEventDetails, start: CalendarTime): CalendarTime => {
  if (originalStart === null || originalStart === undefined) return start;
  const ms = Date.parse(originalStart);
  if (Number.isNaN(ms)) throw new ProviderError('outlook', 'invalid_response', { reason: 'unreadable_time' });
  const zone = zoneOf(originalStartTimeZone);
  if ('date' in start) return { date: dayOf({ dateTime: wallOf(ms, 'UTC') }, zone) };
  return toTime(ms, { zone, isSeries: false });
};

const toGuest = ({ emailAddress: person, status, type }: NonNullable<GraphEventDetails['attendees']>[number]): RespondingGuest[] => {
  const email = person?.address;
  if (typeof email !== 'string' || email === '') return [];
  return [{ email, name: nameOf(person), isOptional: type === 'optional', response: responses[status?.response ?? ''] ?? 'unanswered' }];
};

/** Graph gives people who have no name their address for one. */
const nameOf = (person: z.output<typeof emailAddress> | null | undefined): string | null =>
  typeof person?.name === 'string' && person.name !== '' && person.name !== person.address ? person.name : null;

/** @see https://learn.microsoft.com/graph/api/resources/responsestatus#properties */
const responses: Readonly<Record<string, EventResponse>> = { accepted: 'accepted', tentativelyAccepted: 'tentative', declined: 'declined' };

const organizerOf = ({ organizer }: GraphEventDetails): EventDetails['organizer'] => {
  const email = organizer?.emailAddress?.address;
  return typeof email === 'string' && email !== '' ? { email, name: nameOf(organizer?.emailAddress) } : null;
};
