import type { CalendarTime, ReadingWindow, SourceEvent } from '@patchbay/capabilities';

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

/**
 * When a series takes place within a window: everything that overlaps it, by start. Times that a clock change leaves out are read as RFC 5545
 * section 3.3.5 says: with the offset from before it. Cancelled events do not take place; free, declined and tentative ones do: what they mean is
 * the caller's to decide.
 *
 * @throws SeriesError also for `too_many_occurrences`: more than 10,000 in the window, or a rule that takes as long to follow as that.
 */
export function expandSeries(_series: Series): readonly Occurrence[] {
  return [];
}
