import type { SourceEvent } from '@patchbay/capabilities';
import { midnightOf, readTime } from './calendar-times.js';
import { thisAndFuture } from './recurrence-lines.js';
import { frameOf, type Frame } from './series-frame.js';
import type { Zone } from './zone.js';

/** What the exceptions of a series do to the occurrences that they do not stand for themselves. */
export interface Exceptions {
  /** Whether one of them stands for the occurrence. */
  isReplaced(wall: number): boolean;
  /** How an occurrence is moved by one that stands for all that follow it; `gone` when that one is cancelled, null when there is none. */
  shiftOf(wall: number): Shift | 'gone' | null;
  /** How far an occurrence is moved at most. */
  readonly reachMs: number;
}

/** What an exception for this occurrence and all later ones changes of them. */
export interface Shift {
  readonly byMs: number;
  readonly frame: Frame;
  readonly eventId: string;
}

interface Place {
  readonly frame: Frame;
  readonly floating: Zone;
}

/** @throws SeriesError */
export function exceptionsOf(exceptions: readonly SourceEvent[], { frame, floating }: Place): Exceptions {
  const times = new Set<number>();
  const days = new Set<number>();
  const ranges: { readonly from: number; readonly shift: Shift | 'gone' }[] = [];
  for (const exception of exceptions) {
    if (exception.originalStart === null) continue;
    const original = readTime(exception.originalStart);
    const wall = frame.wallOf(original);
    if (original.isDate && !frame.isAllDay) days.add(wall);
    else times.add(frame.keyOf(original));
    if (exception.recurrence.includes(thisAndFuture)) ranges.push({ from: wall, shift: shiftFrom(exception, wall, floating) });
  }
  ranges.sort((a, b) => a.from - b.from);
  return {
    isReplaced: (wall) => (times.size > 0 && times.has(frame.keyAt(wall))) || (days.size > 0 && days.has(midnightOf(wall))),
    shiftOf: (wall) => ranges[countUntil(ranges, wall) - 1]?.shift ?? null,
    reachMs: ranges.reduce((reach, { shift }) => (shift === 'gone' ? reach : Math.max(reach, Math.abs(shift.byMs) + shift.frame.lengthMs)), 0),
  };
}

/** How many of them, which are in order, begin no later. Every occurrence is asked for, and there may be thousands of each. */
function countUntil(ranges: readonly { readonly from: number }[], wall: number): number {
  let [low, high] = [0, ranges.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((ranges[middle]?.from ?? Number.POSITIVE_INFINITY) <= wall) low = middle + 1;
    else high = middle;
  }
  return low;
}

function shiftFrom(exception: SourceEvent, wall: number, floating: Zone): Shift | 'gone' {
  if (exception.status === 'cancelled') return 'gone';
  const moved = frameOf(exception, floating);
  return { byMs: moved.startWall - wall, frame: moved, eventId: exception.id };
}
