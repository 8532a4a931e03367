import { instantOfWallTime } from '@patchbay/icalendar';
import { dateOf, dayAfter, wallTimeOf, type Span } from '../blocks/block-times.js';
import { isOverlapping } from './overlap.js';

const minuteMs = 60_000;
/** Slots begin on the quarter of an hour. Milliseconds. */
const stepMs = 15 * minuteMs;
const dayMs = 24 * 60 * minuteMs;
/** How far ahead is looked. Milliseconds. */
export const searchMs = 14 * dayMs;
/** So many are offered. */
const slotsMax = 3;
/** Between these hours people are asked to do something, unless it was earlier or later already. */
const [dayBegins, dayEnds] = ['08:00', '20:00'];

/** What is to be moved, and around what. */
export interface SlotSearch {
  readonly time: Span;
  readonly timeZone: string;
  /** In order, none of them at the time of another. */
  readonly busy: readonly Span[];
  /** Another time that is taken, whatever is busy. */
  readonly other?: Span | undefined;
  readonly now: Date;
}

/** The next free times of the same length, by day where it is by day now. */
export function freeSlots(search: SlotSearch): readonly Span[] {
  const { time, timeZone, now } = search;
  const lengthMs = time.end.getTime() - time.start.getTime();
  const fits = hoursLike(time, timeZone);
  const earliest = Math.max(time.start.getTime(), now.getTime());
  const freeFrom = busyUntil(search, earliest);
  const found: Span[] = [];
  for (let start = firstStep(time, earliest); start < earliest + searchMs && found.length < slotsMax;) {
    const slot = { start: new Date(start), end: new Date(start + lengthMs) };
    const next = freeFrom(slot) ?? fits(slot);
    if (next === null) found.push(slot);
    // One after the other, so that there is something to choose between.
    start += stepsTo((next ?? start + lengthMs) - start);
  }
  return found;
}

/** Whole steps, at least one. Milliseconds. */
const stepsTo = (ms: number): number => Math.max(1, Math.ceil(ms / stepMs)) * stepMs;

/** The quarters of an hour, or those of the time itself where it is at none of them. */
function firstStep({ start }: Span, earliest: number): number {
  const offset = start.getTime() % (5 * minuteMs) === 0 ? start.getTime() % stepMs : 0;
  return Math.ceil((earliest - offset) / stepMs) * stepMs + offset;
}

/** When what is in the way of a slot is over; null when nothing is. To be asked for one slot after the other. */
function busyUntil({ busy, other }: SlotSearch, earliest: number): (slot: Span) => number | null {
  let next = firstAfter(busy, earliest);
  return (slot) => {
    for (let span = busy[next]; span !== undefined && span.end <= slot.start; span = busy[next]) next += 1;
    const ends = [busy[next], other].flatMap((span) => (span !== undefined && isOverlapping(span, slot) ? [span.end.getTime()] : []));
    return ends.length === 0 ? null : Math.max(...ends);
  };
}

/** Which one of many is the first that is not over at a moment. */
function firstAfter(busy: readonly Span[], moment: number): number {
  let [low, high] = [0, busy.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((busy[middle]?.end.getTime() ?? Infinity) <= moment) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Null for a slot at such an hour, else the next moment that may be one. What is longer than a day's work may begin whenever it began. */
function hoursLike(time: Span, timeZone: string): (slot: Span) => number | null {
  const isLong = time.end.getTime() - time.start.getTime() > 12 * 60 * minuteMs;
  const [begins, ends] = [clockOf(wallTimeOf(time.start, timeZone)), clockOf(wallTimeOf(time.end, timeZone))];
  const isOverNight = ends < begins;
  const from = isLong || begins < dayBegins ? begins : dayBegins;
  const to = isOverNight || ends > dayEnds ? ends : dayEnds;
  return ({ start, end }) => {
    const [wallStart, wallEnd] = [wallTimeOf(start, timeZone), wallTimeOf(end, timeZone)];
    const [slotBegins, slotEnds] = [clockOf(wallStart), clockOf(wallEnd)];
    const at = (date: string): number => instantOfWallTime(`${date}T${from}:00`, timeZone);
    if (slotBegins < from) return at(dateOf(wallStart));
    if (isLong) return slotBegins === begins ? null : at(dayAfter(dateOf(wallStart)));
    if (isOverNight) return slotBegins <= begins || slotEnds <= ends ? null : start.getTime();
    if (slotEnds > to || dateOf(wallEnd) > dateOf(wallStart)) return at(dayAfter(dateOf(wallStart)));
    return slotBegins < slotEnds ? null : start.getTime();
  };
}

const clockOf = (wall: string): string => wall.slice(11, 16);
