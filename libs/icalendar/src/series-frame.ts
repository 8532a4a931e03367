import type { CalendarTime, SourceEvent } from '@patchbay/capabilities';
import { dateText, dateTimeText, midnightOf, readTime, zoneOfTime, type WrittenTime } from './calendar-times.js';
import { dayMs } from './civil-days.js';
import type { Zone } from './zone.js';

/** Two moments, in milliseconds since 1970. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Where and how long an event is: its occurrences are told by what the wall clock shows there. */
export interface Frame {
  readonly isAllDay: boolean;
  readonly startWall: number;
  readonly zone: Zone;
  /** From its start to its end. */
  readonly lengthMs: number;
  /** `end` is that of this occurrence alone, when it has one. */
  spanOf(wall: number, end?: WrittenTime | number | null): Span;
  /** What the clock of this frame shows when another one shows `time`; the midnight of its day for whole days. */
  wallOf(time: WrittenTime): number;
  /** Tells occurrences apart: by moment, so that one in the gap of a clock change is found under both of its times; days by their midnight. */
  keyOf(time: WrittenTime): number;
  keyAt(wall: number): number;
  calendarTimeOf(wall: number): CalendarTime;
}

/** @throws SeriesError */
export function frameOf(event: SourceEvent, floating: Zone): Frame {
  const start = readTime(event.start);
  return start.isDate ? dayFrame(start, readTime(event.end), floating) : timeFrame(start, readTime(event.end), floating);
}

function dayFrame(start: WrittenTime, end: WrittenTime, zone: Zone): Frame {
  // A day that ends on itself, as some write it, is a day.
  const days = Math.max(1, Math.round((midnightOf(end.wall) - start.wall) / dayMs));
  const spanOf: Frame['spanOf'] = (wall, ownEnd) => {
    const endWall = typeof ownEnd === 'number' ? wall + ownEnd : (ownEnd?.wall ?? wall + days * dayMs);
    return { start: zone.instantOf(wall), end: zone.instantOf(Math.max(endWall, wall + dayMs)) };
  };
  const wallOf = (time: WrittenTime): number => {
    // Midnight of UTC is how some write a mere day; any other moment is the day that it is in the calendar's zone.
    if (time.timeZone === null || midnightOf(time.wall) === time.wall) return midnightOf(time.wall);
    return midnightOf(zone.wallOf(zoneOfTime(time, zone).instantOf(time.wall)));
  };
  return {
    isAllDay: true,
    startWall: start.wall,
    zone,
    lengthMs: days * dayMs,
    spanOf,
    wallOf,
    keyOf: wallOf,
    keyAt: (wall) => wall,
    calendarTimeOf: (wall) => ({ date: dateText(wall) }),
  };
}

function timeFrame(start: WrittenTime, end: WrittenTime, floating: Zone): Frame {
  const zone = zoneOfTime(start, floating);
  const instantOf = (time: WrittenTime): number => zoneOfTime(time, floating).instantOf(time.wall);
  // "The same exact duration will apply to all the members": https://www.rfc-editor.org/rfc/rfc5545#section-3.8.5.3
  const lengthMs = Math.max(0, instantOf(end) - zone.instantOf(start.wall));
  return {
    isAllDay: false,
    startWall: start.wall,
    zone,
    lengthMs,
    spanOf: (wall, ownEnd) => {
      const begin = zone.instantOf(wall);
      if (ownEnd === null || ownEnd === undefined) return { start: begin, end: begin + lengthMs };
      return { start: begin, end: Math.max(begin, typeof ownEnd === 'number' ? begin + ownEnd : instantOf(ownEnd)) };
    },
    wallOf: (time) => {
      if (time.isDate || time.timeZone === null || time.timeZone === start.timeZone) return time.wall;
      return zone.wallOf(instantOf(time));
    },
    // Without a zone of its own it is meant in that of the series.
    keyOf: (time) => (time.timeZone === null ? zone : zoneOfTime(time, floating)).instantOf(time.wall),
    keyAt: (wall) => zone.instantOf(wall),
    calendarTimeOf: (wall) => ({ dateTime: dateTimeText(wall), timeZone: start.timeZone }),
  };
}
