import type { CalendarTime, ReadingWindow, SourceEvent } from '@patchbay/capabilities';
import { zoneNamed } from './calendar-times.js';
import { makeBudget } from './rule-walk.js';
import { exceptionsOf } from './series-exceptions.js';
import { frameOf, type Frame, type Span } from './series-frame.js';
import { startsOf } from './series-starts.js';
import { SeriesError } from './series-error.js';
import { lazyZone, type Zone } from './zone.js';

/** A series, or a single event, and when it is of interest. */
export interface Series {
  /** A master with its exceptions, or a single event. Exceptions without their master stand for themselves. */
  readonly events: readonly SourceEvent[];
  readonly window: ReadingWindow;
  /** The calendar's zone, by its IANA name: whole days, and times without a zone, are meant in it. */
  readonly timeZone: string;
}

/** One time that an event takes place. */
export interface Occurrence {
  readonly start: Date;
  /** The first moment after it; that of `start` for an event without length. */
  readonly end: Date;
  readonly isAllDay: boolean;
  /** The event that it is of: the exception's where one stands for it. */
  readonly eventId: string;
  /** Which occurrence of the series it is, wherever it was moved to; its start for a single event. */
  readonly originalStart: CalendarTime;
}

const occurrencesMax = 10_000;
/** Days and times looked at: enough for every day of five centuries, and some milliseconds of work. */
const stepsMax = 200_000;

/**
 * When a series takes place within a window: everything that overlaps it, by start. `DTSTART` is an occurrence whether or not the rule meets it. Times that
 * a clock change leaves out are read as RFC 5545 section 3.3.5 says: with the offset from before it. Cancelled events do not take place; free, declined
 * and tentative ones do: what they mean is the caller's to decide.
 *
 * @throws SeriesError for what it cannot read, and `too_many_occurrences` for more than 10,000 in the window, or a rule that is as much work as that.
 */
export function expandSeries({ events, window, timeZone }: Series): readonly Occurrence[] {
  // An event with a zone of its own does not need that of the calendar.
  const floating = lazyZone(() => zoneNamed(timeZone));
  const masters = events.filter(({ seriesId }) => seriesId === null);
  const exceptions = Map.groupBy(events, ({ seriesId }) => seriesId);
  const ids = new Set(masters.map(({ id }) => id));
  const found: Occurrence[] = [];
  const add = (occurrences: readonly Occurrence[]): void => {
    if (found.length + occurrences.length > occurrencesMax) throw new SeriesError('too_many_occurrences');
    for (const occurrence of occurrences) found.push(occurrence);
  };
  for (const master of masters) add(expandMaster({ master, exceptions: exceptions.get(master.id) ?? [], window, floating }));
  for (const event of events) if (event.seriesId !== null && !ids.has(event.seriesId)) add(ownOccurrence(event, { window, floating }));
  return found.toSorted((a, b) => a.start.getTime() - b.start.getTime());
}

interface Where {
  readonly window: ReadingWindow;
  readonly floating: Zone;
}

interface MasterSeries extends Where {
  readonly master: SourceEvent;
  readonly exceptions: readonly SourceEvent[];
}

function expandMaster({ master, exceptions, window, floating }: MasterSeries): readonly Occurrence[] {
  if (master.status === 'cancelled') return [];
  const where = { window, floating };
  if (master.recurrence.length === 0 && exceptions.length === 0) return ownOccurrence(master, where);
  return [...exceptions.flatMap((exception) => ownOccurrence(exception, where)), ...unreplaced(master, exceptions, where)];
}

/** The event as it stands, if it takes place in the window. */
function ownOccurrence(event: SourceEvent, { window, floating }: Where): readonly Occurrence[] {
  if (event.status === 'cancelled') return [];
  const frame = frameOf(event, floating);
  const span = frame.spanOf(frame.startWall);
  return overlaps(span, window) ? [occurrenceOf(span, { frame, eventId: event.id, originalStart: event.originalStart ?? event.start })] : [];
}

/** The occurrences that the master names and no exception stands for. */
function unreplaced(master: SourceEvent, exceptions: readonly SourceEvent[], { window, floating }: Where): readonly Occurrence[] {
  const frame = frameOf(master, floating);
  const { isReplaced, shiftOf, reachMs } = exceptionsOf(exceptions, { frame, floating });
  const found: Occurrence[] = [];
  const seen = new Set<number>();
  for (const { wall, end } of startsOf(master.recurrence, { frame, floating, window, reachMs, budget: makeBudget(stepsMax) })) {
    if (isReplaced(wall)) continue;
    const shift = shiftOf(wall);
    if (shift === 'gone') continue;
    const span = shift === null ? frame.spanOf(wall, end) : shift.frame.spanOf(wall + shift.byMs);
    // Two times on the wall are the same moment where one of them is left out by a clock change.
    if (seen.has(span.start) || !overlaps(span, window)) continue;
    seen.add(span.start);
    if (seen.size > occurrencesMax) throw new SeriesError('too_many_occurrences');
    found.push(occurrenceOf(span, { frame: shift?.frame ?? frame, eventId: shift?.eventId ?? master.id, originalStart: frame.calendarTimeOf(wall) }));
  }
  return found;
}

interface Origin {
  readonly frame: Frame;
  readonly eventId: string;
  readonly originalStart: CalendarTime;
}

const occurrenceOf = ({ start, end }: Span, { frame, eventId, originalStart }: Origin): Occurrence => ({
  start: new Date(start),
  end: new Date(end),
  isAllDay: frame.isAllDay,
  eventId,
  originalStart,
});

function overlaps({ start, end }: Span, { from, to }: ReadingWindow): boolean {
  return start < to.getTime() && (end > from.getTime() || (start === end && start >= from.getTime()));
}
