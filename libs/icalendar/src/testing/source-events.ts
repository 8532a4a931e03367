import type { SourceEvent } from '@patchbay/capabilities';
import { expandSeries, type Series } from '../expand-series.js';

/** An hour in Berlin on a Monday, unless said otherwise. */
export function anEvent(parts: Partial<SourceEvent> = {}): SourceEvent {
  return {
    id: 'event',
    seriesId: null,
    originalStart: null,
    start: { dateTime: '2026-03-02T10:00:00', timeZone: 'Europe/Berlin' },
    end: { dateTime: '2026-03-02T11:00:00', timeZone: 'Europe/Berlin' },
    recurrence: [],
    status: 'confirmed',
    isFree: false,
    response: null,
    title: 'Stand-up',
    htmlLink: null,
    key: null,
    ...parts,
  };
}

/** An exception of {@link anEvent} with the id `exception`, at the same hour unless said otherwise. */
export function anException(originalStart: SourceEvent['originalStart'], parts: Partial<SourceEvent> = {}): SourceEvent {
  return anEvent({ id: 'exception', seriesId: 'event', originalStart, ...parts });
}

/** A time on the wall in Berlin. */
export const inBerlin = (dateTime: string): { readonly dateTime: string; readonly timeZone: string } => ({ dateTime, timeZone: 'Europe/Berlin' });

/** `start/end eventId` of each occurrence, in UTC; the window is the year 2026, the calendar in Berlin, unless said otherwise. */
export function expanded(events: readonly SourceEvent[], { window, timeZone = 'Europe/Berlin' }: Partial<Series> = {}): readonly string[] {
  const year = { from: new Date('2026-01-01T00:00:00Z'), to: new Date('2027-01-01T00:00:00Z') };
  return expandSeries({ events, window: window ?? year, timeZone }).map(
    ({ start, end, eventId }) => `${start.toISOString().slice(0, 16)}/${end.toISOString().slice(0, 16)} ${eventId}`,
  );
}
