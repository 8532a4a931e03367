import { ProviderError, type CalendarTime, type EventResponse, type RemoteCalendar, type SourceEvent } from '@patchbay/capabilities';
import { toIanaZone } from '@patchbay/icalendar';
import { z } from 'zod';
import { momentOf, wallOf } from './outlook.calendar-time.js';

/** @see https://learn.microsoft.com/graph/api/resources/calendar#properties */
export const graphCalendars = z.object({
  value: z.array(
    z.object({
      id: z.string().min(1),
      name: z.string().nullish(),
      isDefaultCalendar: z.boolean().nullish(),
      canEdit: z.boolean().nullish(),
    }),
  ),
  '@odata.nextLink': z.string().optional(),
});

const graphTime = z.object({ dateTime: z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}/), timeZone: z.string().nullish() });

/** @see https://learn.microsoft.com/graph/api/resources/event#properties */
const graphEvent = z.object({
  id: z.string().min(1),
  type: z.string().nullish(),
  seriesMasterId: z.string().nullish(),
  subject: z.string().nullish(),
  start: graphTime,
  end: graphTime,
  isAllDay: z.boolean().nullish(),
  isCancelled: z.boolean().nullish(),
  showAs: z.string().nullish(),
  responseStatus: z.object({ response: z.string().nullish() }).nullish(),
  originalStart: z.string().nullish(),
  originalStartTimeZone: z.string().nullish(),
  transactionId: z.string().nullish(),
  webLink: z.string().nullish(),
});

/** An event of Graph: a single one, the master of a series, or one of its occurrences. */
export type GraphEvent = z.output<typeof graphEvent>;

const removedEvent = z.object({ id: z.string().min(1), '@removed': z.looseObject({}) });

/** @see https://learn.microsoft.com/graph/delta-query-events */
export const graphDelta = z.object({
  value: z.array(z.union([removedEvent, graphEvent])),
  '@odata.nextLink': z.string().optional(),
  '@odata.deltaLink': z.string().optional(),
});

/** A page of a delta. */
export type GraphDelta = z.output<typeof graphDelta>;

/** The master of a series alone. */
export const graphMaster = graphEvent;

/** @see https://learn.microsoft.com/graph/api/event-list-instances */
export const graphInstances = z.object({ value: z.array(graphEvent), '@odata.nextLink': z.string().optional() });

/** What is read of an event where Graph can be told; in a delta it cannot. https://learn.microsoft.com/graph/delta-query-events */
export const graphEventFields = Object.keys(graphEvent.shape).join(',');

/** Every calendar of a page in our words. Graph says nothing about their zones, and lists those that others have shared as well. */
export const toRemoteCalendars = ({ value }: z.output<typeof graphCalendars>): readonly RemoteCalendar[] =>
  value.map(({ id, name, isDefaultCalendar, canEdit }) => ({
    id,
    name: name ?? '',
    timeZone: null,
    isPrimary: isDefaultCalendar === true,
    isWritable: canEdit === true,
  }));

/**
 * An event as it stands in the calendar. A delta tells nothing of an occurrence but its times, and of an exception perhaps only what is different:
 * the rest is as in the master.
 */
export const toSourceEvent = (event: GraphEvent, master: GraphEvent | null): SourceEvent => {
  const isAllDay = event.isAllDay ?? master?.isAllDay ?? false;
  const writtenIn = event.originalStartTimeZone ?? master?.originalStartTimeZone ?? null;
  const { start, end } = isAllDay ? wholeDays(event, writtenIn) : { start: toCalendarTime(event.start), end: toCalendarTime(event.end) };
  const showAs = event.showAs ?? master?.showAs;
  const isCancelled = event.isCancelled ?? master?.isCancelled ?? false;
  return {
    id: event.id,
    // Occurrences stand for themselves: no master with a rule is told beside them.
    seriesId: null,
    originalStart: null,
    start,
    end,
    recurrence: [],
    status: isCancelled ? 'cancelled' : showAs === 'tentative' ? 'tentative' : 'confirmed',
    // Outlook's own scheduling assistant takes somebody who works elsewhere for available.
    isFree: showAs === 'free' || showAs === 'workingElsewhere',
    response: responses[event.responseStatus?.response ?? master?.responseStatus?.response ?? ''] ?? null,
    title: event.subject ?? master?.subject ?? '',
    htmlLink: event.webLink ?? master?.webLink ?? null,
    // What was written and repeats by now is its first time; the others are nobody's but their owner's.
    key: master === null ? keyOf(event.transactionId) : isFirstOf(event, master) ? keyOf(master.transactionId) : null,
  };
};

/** @see https://learn.microsoft.com/graph/api/resources/responsestatus#properties; `none` and `organizer` were not asked. */
const responses: Readonly<Record<string, EventResponse>> = {
  accepted: 'accepted',
  tentativelyAccepted: 'tentative',
  declined: 'declined',
  notResponded: 'unanswered',
};

const keyPrefix = 'patchbay-';

/**
 * The transaction id of an event that we write under this key. It is the only mark of ours that a delta tells: it refuses to expand extended properties.
 * Outlook on the web chooses transaction ids as well, hence the prefix. https://learn.microsoft.com/graph/api/resources/event#properties
 */
export const toTransactionId = (key: string): string => `${keyPrefix}${key}`;

/** What stands behind a dot tells events of one key apart. */
const keyOf = (transactionId: string | null | undefined): string | null =>
  transactionId?.startsWith(keyPrefix) === true ? (transactionId.slice(keyPrefix.length).split('.')[0] ?? null) : null;

/** Whether it is the first time of its series, wherever it was moved to. */
export const isFirstOf = ({ start, originalStart, originalStartTimeZone }: GraphEvent, master: GraphEvent): boolean => {
  if (originalStart === null || originalStart === undefined) return instantOf(start) === instantOf(master.start);
  if (master.isAllDay !== true) return Date.parse(originalStart) === instantOf(master.start);
  const name = originalStartTimeZone ?? master.originalStartTimeZone ?? null;
  const zone = name === null ? null : toIanaZone(name);
  return dayOf({ dateTime: wallOf(Date.parse(originalStart), 'UTC') }, zone) === dayOf(master.start, zone);
};

const instantOf = ({ dateTime, timeZone }: GraphEvent['start']): number => {
  const time = toCalendarTime({ dateTime, timeZone });
  return momentOf(time.dateTime, time.timeZone);
};

const toCalendarTime = ({ dateTime, timeZone }: GraphEvent['start']): { readonly dateTime: string; readonly timeZone: string } => {
  const zone = timeZone === null || timeZone === undefined || timeZone === 'UTC' ? 'UTC' : toIanaZone(timeZone);
  // All times are asked for in UTC. A guess would shift somebody's hours without a word.
  if (zone === null) throw new ProviderError('outlook', 'invalid_response', { reason: 'unknown_time_zone' });
  return { dateTime: dateTime.slice(0, secondsLength), timeZone: zone };
};

// 2027-03-01T10:00:00, without Graph's seven digits of a second.
const secondsLength = 19;
const dateLength = 10;
const halfDayMs = 43_200_000;

/**
 * Whole days, from midnight to midnight where they were written: no calendar of Graph says which zone a mere date would be meant in. Nobody's day
 * is one of UTC, in which programs write for people elsewhere: such a day stays a date, as one in a zone that nobody knows.
 */
const wholeDays = ({ start, end }: Pick<GraphEvent, 'start' | 'end'>, writtenIn: string | null): Pick<SourceEvent, 'start' | 'end'> => {
  const zone = writtenIn === null ? null : toIanaZone(writtenIn);
  const [first, after] = [dayOf(start, zone), dayOf(end, zone)];
  // A day that ends on itself is a day, which two midnights could not say.
  if (zone === null || utcNames.has(zone) || after <= first) return { start: { date: first }, end: { date: after } };
  const midnightOf = (date: string): CalendarTime => ({ dateTime: `${date}T00:00:00`, timeZone: zone });
  return { start: midnightOf(first), end: midnightOf(after) };
};

const utcNames: ReadonlySet<string> = new Set(['UTC', 'Etc/UTC']);

/** The day of a time of whole days: it is told from midnight to midnight; some that were made elsewhere are midnight in the zone that they were made in. */
export const dayOf = ({ dateTime }: GraphEvent['start'], zone: string | null): string => {
  if (dateTime.slice(dateLength, secondsLength) === 'T00:00:00') return dateTime.slice(0, dateLength);
  const ms = Date.parse(`${dateTime.slice(0, secondsLength)}Z`);
  if (zone === null) return new Date(ms + halfDayMs).toISOString().slice(0, dateLength);
  return new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(ms);
};
