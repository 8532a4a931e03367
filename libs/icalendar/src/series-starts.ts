import type { ReadingWindow } from '@patchbay/capabilities';
import { midnightOf, readBasicTime, type WrittenTime } from './calendar-times.js';
import { dayMs } from './civil-days.js';
import { parseRecurrence, type AddedTime } from './recurrence-lines.js';
import { walkRule, type Budget, type Walk } from './rule-walk.js';
import type { Rule } from './rule.js';
import type { Frame } from './series-frame.js';
import { toIanaZone } from './windows-zones.js';
import type { Zone } from './zone.js';

/** An occurrence before exceptions: what the wall clock shows when it begins, and its own end if it has one. */
export interface Start {
  readonly wall: number;
  readonly end: AddedTime['end'];
}

/** Where the starts of a series are looked for. */
export interface Search {
  readonly frame: Frame;
  readonly floating: Zone;
  readonly window: ReadingWindow;
  /** How far from where it begins an occurrence may end up. */
  readonly reachMs: number;
  readonly budget: Budget;
}

/**
 * `DTSTART`, `RRULE` and `RDATE` without `EXRULE` and `EXDATE`, near enough to the window to overlap it.
 *
 * @throws SeriesError
 */
export function startsOf(lines: readonly string[], search: Search): readonly Start[] {
  const { frame, window, reachMs, budget } = search;
  const { rules, exceptRules, added, excepted } = parseRecurrence(lines);
  const walk: Walk = {
    start: frame.startWall,
    // A day more on both sides: no clock is further from UTC.
    from: window.from.getTime() - frame.lengthMs - reachMs - dayMs,
    to: window.to.getTime() + reachMs + dayMs,
    budget,
  };
  const ends = new Map<number, AddedTime['end']>([[frame.startWall, null]]);
  for (const rule of rules) for (const wall of followed(rule, walk, frame)) ends.set(wall, null);
  for (const { time, end } of added) ends.set(addedWall(time, frame), end);
  for (const rule of exceptRules) for (const wall of followed(rule, walk, frame)) ends.delete(wall);
  const isExcepted = exceptedBy(excepted, frame);
  return [...ends].filter(([wall]) => !isExcepted(wall)).map(([wall, end]) => ({ wall, end }));
}

/** A mere day added to a series of times is the time of the series on that day. */
const addedWall = (time: WrittenTime, frame: Frame): number =>
  time.isDate && !frame.isAllDay ? time.wall + (frame.startWall - midnightOf(frame.startWall)) : frame.wallOf(time);

function exceptedBy(excepted: readonly WrittenTime[], frame: Frame): (wall: number) => boolean {
  const times = new Set<number>();
  const days = new Set<number>();
  for (const time of excepted) {
    if (time.isDate && !frame.isAllDay) days.add(time.wall);
    else times.add(frame.keyOf(inKnownZone(time)));
  }
  return (wall) => (times.size > 0 && times.has(frame.keyAt(wall))) || (days.size > 0 && days.has(midnightOf(wall)));
}

/** A zone that nobody knows is taken for that of the series: an occurrence too many does less harm than a series that is missing. */
const inKnownZone = (time: WrittenTime): WrittenTime =>
  time.timeZone === null || toIanaZone(time.timeZone) !== null ? time : { ...time, timeZone: null };

const hoursOfChangeMs = 3 * 3_600_000;

/** The times of one rule up to its `UNTIL`. */
function followed(rule: Rule, walk: Walk, frame: Frame): readonly number[] {
  if (rule.until === null) return walkRule(rule, walk);
  const until = readBasicTime(rule.until, null);
  if (frame.isAllDay) return walkRule(rule, { ...walk, to: Math.min(walk.to, lastDayOf(until, frame)) });
  // A day is meant whole: its writer wants the occurrence on it.
  if (until.isDate) return walkRule(rule, { ...walk, to: Math.min(walk.to, until.wall + dayMs - 1) });
  if (until.timeZone === null) return walkRule(rule, { ...walk, to: Math.min(walk.to, until.wall) });
  // Where clocks are set back, an earlier moment may show a later time: moments decide.
  const times = walkRule(rule, { ...walk, to: Math.min(walk.to, frame.wallOf(until) + hoursOfChangeMs) });
  return times.filter((wall) => frame.zone.instantOf(wall) <= until.wall);
}

const minuteMs = 60_000;

/** The last minute of UTC is how some write the end of a mere day, wherever they are: no clock shows midnight then. */
const lastDayOf = (until: WrittenTime, frame: Frame): number =>
  until.wall - midnightOf(until.wall) >= dayMs - minuteMs ? midnightOf(until.wall) : frame.wallOf(until);
