import type { SourceEvent } from '@patchbay/capabilities';
import { expandSeries } from '@patchbay/icalendar';
import { toSeriesTime, type GoogleTime } from '../google.calendar-time.js';
import type { StoredCalendar } from '../google.fake-calendars.js';
import { eventRange, type StoredEvent } from '../google.fake-events.js';
import { occurrenceId, occurrenceOf } from './google.fake-occurrences.js';

// A series has no end; Google gives as much of it as fits on pages.
const yearsAheadMs = 3 * 366 * 86_400_000;

/** What stands in a calendar where series are asked for as their occurrences (`singleEvents`). Cancelled ones are left out. */
export const singleEventsOf = (calendar: StoredCalendar, query: URLSearchParams): readonly StoredEvent[] => {
  const events = [...calendar.events.values()];
  const from = new Date(query.get('timeMin') ?? Math.min(...events.map((event) => eventRange(event).startMs), 0));
  const to = new Date(query.get('timeMax') ?? from.getTime() + yearsAheadMs);
  return events
    .filter(({ status }) => status !== 'cancelled')
    .flatMap((event) => (isSeries(event) ? occurrencesOf(calendar, event, { from, to }) : [event]));
};

const isSeries = ({ fields, exceptionOf }: StoredEvent): boolean =>
  exceptionOf === null && Array.isArray(fields['recurrence']) && fields['recurrence'].length > 0;

/** Those that are no exceptions yet. */
const occurrencesOf = (calendar: StoredCalendar, series: StoredEvent, window: { readonly from: Date; readonly to: Date }): readonly StoredEvent[] => {
  const master = toSource(series, calendar.timeZone);
  return expandSeries({ events: [master], window, timeZone: calendar.timeZone }).flatMap(({ originalStart, start }) => {
    const id = occurrenceId(series.id, 'date' in originalStart ? originalStart : { ms: start.getTime() });
    const occurrence = calendar.events.has(id) ? null : occurrenceOf(calendar, id);
    return occurrence === null ? [] : [occurrence];
  });
};

const toSource = ({ id, fields }: StoredEvent, calendarZone: string): SourceEvent => ({
  id,
  seriesId: null,
  originalStart: null,
  start: toSeriesTime(fields['start'] as GoogleTime, calendarZone),
  end: toSeriesTime(fields['end'] as GoogleTime, calendarZone),
  recurrence: fields['recurrence'] as readonly string[],
  status: 'confirmed',
  isFree: false,
  response: null,
  title: '',
  htmlLink: null,
  key: null,
});
