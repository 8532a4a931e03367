import type { EventResponse, ResourceChange, SourceEvent } from '@patchbay/capabilities';
import { z } from 'zod';
import { keyProperty, toGoogleEventId } from './google.calendar.mapping.js';
import { googleTime, toCalendarTime, toSeriesTime } from './google.calendar-time.js';

const listedEvent = z.object({
  id: z.string().min(1),
  status: z.string().default('confirmed'),
  htmlLink: z.string().optional(),
  summary: z.string().default(''),
  start: googleTime.optional(),
  end: googleTime.optional(),
  recurrence: z.array(z.string()).default([]),
  recurringEventId: z.string().optional(),
  originalStartTime: googleTime.optional(),
  transparency: z.string().default('opaque'),
  eventType: z.string().default('default'),
  attendees: z.array(z.object({ self: z.boolean().default(false), responseStatus: z.string().optional() })).default([]),
  extendedProperties: z.object({ private: z.record(z.string(), z.string()).default({}) }).default({ private: {} }),
});

/** @see https://developers.google.com/workspace/calendar/api/v3/reference/events/list#response */
export const googleEventPage = z.object({
  timeZone: z.string().default('UTC'),
  items: z.array(listedEvent).default([]),
  nextPageToken: z.string().optional(),
  nextSyncToken: z.string().optional(),
});

/** One page of a list of events. */
export type GoogleEventPage = z.output<typeof googleEventPage>;

/** What is asked for of each page: descriptions and guests would fill most of it. */
export const listedFields = [
  'timeZone,nextPageToken,nextSyncToken,items(id,status,htmlLink,summary,start,end,recurrence,recurringEventId,originalStartTime',
  'transparency,eventType,attendees(self,responseStatus),extendedProperties/private)',
].join(',');

/** What a page says in our words. */
export const toChanges = ({ items, timeZone }: GoogleEventPage): readonly ResourceChange[] => items.map((event) => toChange(event, timeZone));

type ListedEvent = z.output<typeof listedEvent>;

const toChange = (event: ListedEvent, calendarZone: string): ResourceChange => {
  const { id, status, recurringEventId, originalStartTime } = event;
  // A cancelled exception is kept, for its occurrence stays cancelled; every other cancelled event is a deleted one.
  // https://developers.google.com/workspace/calendar/api/v3/reference/events#status
  const isException = recurringEventId !== undefined && originalStartTime !== undefined;
  if (status === 'cancelled' && !isException) return { kind: 'gone', resource: id };
  const read = toSourceEvent(event, calendarZone);
  if (read !== null) return { kind: 'present', resource: id, version: null, events: [read] };
  // One odd event never keeps the others from being known.
  const unreadable = { title: event.summary || null, start: null, fault: 'unreadable_time' };
  return { kind: 'present', resource: id, version: null, events: [], unreadable: [unreadable] };
};

/** Null when it cannot be told when it takes place. */
const toSourceEvent = (event: ListedEvent, calendarZone: string): SourceEvent | null => {
  const { id, htmlLink, summary, recurrence, recurringEventId, originalStartTime, status } = event;
  const isCancelled = status === 'cancelled';
  const start = event.start ?? (isCancelled ? originalStartTime : undefined);
  const end = event.end ?? (isCancelled ? start : undefined);
  if (start === undefined || end === undefined) return null;
  const timeOf = recurrence.length > 0 ? toSeriesTime : toCalendarTime;
  return {
    id,
    seriesId: recurringEventId ?? null,
    originalStart: originalStartTime === undefined ? null : toCalendarTime(originalStartTime, calendarZone),
    start: timeOf(start, calendarZone),
    end: timeOf(end, calendarZone),
    recurrence,
    status: isCancelled || status === 'tentative' ? status : 'confirmed',
    isFree: event.transparency === 'transparent' || typesThatDoNotBlock.has(event.eventType),
    response: responseTo(event),
    title: summary,
    htmlLink: htmlLink ?? null,
    key: keyOf(event),
  };
};

// Google has them transparent; they say where somebody works and who was born, and shall block nothing should it change its mind.
// https://developers.google.com/workspace/calendar/api/guides/event-types
const typesThatDoNotBlock: ReadonlySet<string> = new Set(['workingLocation', 'birthday']);

const responses: Readonly<Record<string, EventResponse>> = {
  accepted: 'accepted',
  tentative: 'tentative',
  declined: 'declined',
  needsAction: 'unanswered',
};

const responseTo = ({ attendees }: ListedEvent): EventResponse | null => {
  const own = attendees.find(({ self }) => self);
  return own === undefined ? null : (responses[own.responseStatus ?? 'needsAction'] ?? 'unanswered');
};

/** Our mark, where it is on the event that we wrote: copies and exceptions of it carry the mark on, under ids of their own. */
const keyOf = ({ id, extendedProperties }: ListedEvent): string | null => {
  const key = extendedProperties.private[keyProperty];
  return key !== undefined && toGoogleEventId(key) === id ? key : null;
};
