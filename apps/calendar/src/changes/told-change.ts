import type { SourceEvent } from '@patchbay/capabilities';
import { expandSeries, SeriesError } from '@patchbay/icalendar';
import type { EventTimes } from '../bookings/event-row.js';

/** An event that a reading told of, as it was known and as it is. Null: it was not there, or is gone. */
export interface ToldChange {
  readonly resource: string;
  readonly before: SourceEvent | null;
  readonly after: SourceEvent | null;
}

/** Of an event that is gone. */
export const gone: EventTimes = { start: null, end: null };

/** Providers keep whole seconds. */
export const isSameTime = (one: EventTimes, other: EventTimes): boolean =>
  secondOf(one.start) === secondOf(other.start) && secondOf(one.end) === secondOf(other.end);

const secondOf = (moment: string | null): number | null => (moment === null ? null : Math.floor(Date.parse(moment) / 1_000));

/** What of an event says when it takes place. */
type GivenTimes = Pick<SourceEvent, 'start' | 'end' | 'status'>;

const blank = { id: '', seriesId: null, originalStart: null, recurrence: [], isFree: false, response: null, title: '', htmlLink: null, key: null };

/** A moment as events write it; null for one beyond the years that can be written so. */
export function momentOf(date: Date): string | null {
  const moment = date.toISOString();
  return /^\d{4}-/.test(moment) ? moment : null;
}

/** Every moment that there is. */
const always = { from: new Date('0001-01-01T00:00:00Z'), to: new Date('9999-01-01T00:00:00Z') };

/**
 * When an event takes place, whatever repeats it; null when its times cannot be read.
 *
 * @param timeZone the calendar's: a whole day is that day there.
 */
export function timesOf(event: GivenTimes | null, timeZone: string): EventTimes | null {
  if (event === null || event.status === 'cancelled') return gone;
  try {
    const { start, end, status } = event;
    const alone: SourceEvent = { ...blank, start, end, status };
    const [time] = expandSeries({ events: [alone], window: always, timeZone });
    if (time === undefined) return null;
    const [started, ended] = [momentOf(time.start), momentOf(time.end)];
    return started === null || ended === null ? null : { start: started, end: ended };
  } catch (error) {
    if (error instanceof SeriesError) return null;
    throw error;
  }
}
