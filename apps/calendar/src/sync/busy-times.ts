import type { ReadingWindow, SourceEvent } from '@patchbay/capabilities';
import { expandSeries, SeriesError, type Occurrence, type Series, type SeriesFault } from '@patchbay/icalendar';
import type { CalendarRow } from './sync-rows.js';

/** A time at which somebody is not free. */
export interface BusyTime {
  readonly seriesId: string;
  readonly eventId: string;
  readonly start: Date;
  readonly end: Date;
  readonly isAllDay: boolean;
  readonly state: 'busy' | 'tentative';
  readonly title: string;
}

/** What is expanded together: the events of a series, or a single event. */
export const seriesOf = (event: SourceEvent): string => event.seriesId ?? event.id;

/** What a series comes to. */
export interface SeriesTimes {
  readonly busy: readonly BusyTime[];
  /** Why only the times that are written down count, and not those that they repeat at; null when all do. */
  readonly fault: SeriesFault | null;
}

/** How the events of a calendar are understood. */
export type Understanding = Pick<CalendarRow, 'zone' | 'tentative_policy'>;

/**
 * The busy times of a series inside a window. Events that are free, declined or cancelled make none; as exceptions they still take the place of
 * their occurrence. What is only tentative is as free where the calendar's owner wants that.
 */
export function busyTimesOf(events: readonly SourceEvent[], window: ReadingWindow, calendar: Understanding): SeriesTimes {
  const isBusy = (event: SourceEvent): boolean => isBlocking(event) && (calendar.tentative_policy === 'busy' || stateOf(event) === 'busy');
  const blocking = new Map(events.filter(isBusy).map((event) => [event.id, event]));
  if (blocking.size === 0) return { busy: [], fault: null };
  const { occurrences, fault } = occurrencesOf({ events, window, timeZone: calendar.zone });
  const busy = occurrences.flatMap(({ eventId, start, end, isAllDay }) => {
    const event = blocking.get(eventId);
    // What takes no time keeps nobody busy.
    if (event === undefined || end <= start) return [];
    return [{ seriesId: seriesOf(event), eventId, start, end, isAllDay, state: stateOf(event), title: event.title }];
  });
  return { busy, fault };
}

interface Expansion {
  readonly occurrences: readonly Occurrence[];
  readonly fault: SeriesFault | null;
}

/** One series that cannot be expanded never keeps the others from being known. */
function occurrencesOf(series: Series): Expansion {
  try {
    return { occurrences: expandSeries(series), fault: null };
  } catch (error) {
    if (!(error instanceof SeriesError)) throw error;
    const { events } = series;
    const isRepeating = events.some(({ recurrence }) => recurrence.length > 0);
    if (!isRepeating && events.length <= 1) return { occurrences: [], fault: error.fault };
    const alone = events.map((event) => occurrencesOf({ ...series, events: [{ ...event, recurrence: [] }] }));
    return { occurrences: alone.flatMap(({ occurrences }) => occurrences), fault: error.fault };
  }
}

const isBlocking = ({ isFree, status, response }: SourceEvent): boolean => !isFree && status !== 'cancelled' && response !== 'declined';

const stateOf = ({ status, response }: SourceEvent): BusyTime['state'] => (status === 'tentative' || response === 'tentative' ? 'tentative' : 'busy');
