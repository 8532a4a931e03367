import { wallTimeOf, type Span } from '../blocks/block-times.js';

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
  /** In order. */
  readonly busy: readonly Span[];
  readonly now: Date;
}

/** The next free times of the same length, by day where it is by day now. */
export function freeSlots({ time, timeZone, busy, now }: SlotSearch): readonly Span[] {
  const lengthMs = time.end.getTime() - time.start.getTime();
  const isGoodHour = hoursLike(time, timeZone);
  const earliest = Math.max(time.start.getTime(), now.getTime());
  const found: Span[] = [];
  let next = 0;
  for (let start = firstStep(time, earliest); start < earliest + searchMs && found.length < slotsMax;) {
    while ((busy[next]?.end.getTime() ?? Infinity) <= start) next += 1;
    const blocking = busy[next];
    if (blocking !== undefined && blocking.start.getTime() < start + lengthMs) {
      start += Math.max(1, Math.ceil((blocking.end.getTime() - start) / stepMs)) * stepMs;
      continue;
    }
    const slot = { start: new Date(start), end: new Date(start + lengthMs) };
    if (isGoodHour(slot)) found.push(slot);
    // One after the other, so that there is something to choose between.
    start += found.at(-1) === slot ? Math.max(1, Math.ceil(lengthMs / stepMs)) * stepMs : stepMs;
  }
  return found;
}

/** The quarters of an hour, or those of the time itself where it is at none of them. */
function firstStep({ start }: Span, earliest: number): number {
  const offset = start.getTime() % (5 * minuteMs) === 0 ? start.getTime() % stepMs : 0;
  return Math.ceil((earliest - offset) / stepMs) * stepMs + offset;
}

/** What is longer than a day's work may begin whenever it began. */
function hoursLike({ start, end }: Span, timeZone: string): (slot: Span) => boolean {
  const clock = (moment: Date): string => wallTimeOf(moment, timeZone).slice(11, 16);
  const isLong = end.getTime() - start.getTime() > 12 * 60 * minuteMs;
  const [begins, ends] = [clock(start), clock(end)];
  if (isLong) return (slot) => clock(slot.start) === begins;
  const isOverNight = ends < begins;
  const [from, to] = [begins < dayBegins ? begins : dayBegins, isOverNight || ends > dayEnds ? ends : dayEnds];
  return (slot) => {
    const [slotBegins, slotEnds] = [clock(slot.start), clock(slot.end)];
    if (isOverNight) return slotBegins >= from && (slotBegins <= begins || slotEnds <= ends);
    return slotBegins >= from && slotEnds <= to && slotBegins < slotEnds;
  };
}
