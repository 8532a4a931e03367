import { civilDate, dayMs, dayNumber, monthLength, weekBeginOf, weekdayOf } from './civil-days.js';
import { dayTestOf, type DayTest } from './rule-days.js';
import type { Rule } from './rule.js';
import { SeriesError } from './series-error.js';

/** Where a rule is followed. All times are on the wall, in milliseconds. */
export interface Walk {
  /** `DTSTART`: what the rule leaves out is taken from it, and it counts as its first occurrence whether or not the rule meets it. */
  readonly start: number;
  readonly from: number;
  readonly to: number;
  readonly budget: Budget;
}

/** How much work one series may make. */
export interface Budget {
  spend(steps: number): void;
}

/** @throws SeriesError `too_many_occurrences` from `spend`, once it is used up. */
export function makeBudget(steps: number): Budget {
  let left = steps;
  return {
    spend: (spent) => {
      left -= spent;
      if (left < 0) throw new SeriesError('too_many_occurrences');
    },
  };
}

/**
 * The times that a rule names between `from` and `to`, in order. It is followed as python-dateutil does. A rule without `COUNT` is taken up where `from`
 * is, however long ago it began; one with `COUNT` from its beginning.
 */
export function walkRule(rule: Rule, walk: Walk): readonly number[] {
  const whole = withDefaults(rule, walk.start);
  const found: number[] = [];
  let left = whole.count ?? Number.POSITIVE_INFINITY;
  let isFirst = true;
  for (const times of whole.frequency in units ? shortPeriods(whole, walk) : dayPeriods(whole, walk)) {
    for (const time of times) {
      if (time < walk.start) continue;
      if (isFirst && time !== walk.start) left -= 1;
      isFirst = false;
      if (left <= 0 || time > walk.to) return found;
      left -= 1;
      if (time >= walk.from) found.push(time);
    }
  }
  return found;
}

const hourMs = 3_600_000;
const minuteMs = 60_000;
const units: Readonly<Record<string, number>> = { HOURLY: hourMs, MINUTELY: minuteMs, SECONDLY: 1_000 };

/** Takes from `DTSTART` what the rule leaves out. */
function withDefaults(rule: Rule, start: number): Rule {
  const day = Math.floor(start / dayMs);
  const time = start - day * dayMs;
  const { frequency } = rule;
  const isShort = frequency in units;
  const or = (numbers: readonly number[], value: number): readonly number[] => (numbers.length > 0 ? numbers : [value]);
  return {
    ...rule,
    ...(namesDays(rule) ? {} : daysFrom(rule, day)),
    hours: isShort ? rule.hours : or(rule.hours, Math.floor(time / hourMs)),
    minutes: isShort && frequency !== 'HOURLY' ? rule.minutes : or(rule.minutes, Math.floor((time % hourMs) / minuteMs)),
    seconds: frequency === 'SECONDLY' ? rule.seconds : or(rule.seconds, Math.floor((time % minuteMs) / 1_000)),
  };
}

const namesDays = ({ weekNumbers, yearDays, monthDays, weekdays }: Rule): boolean =>
  weekNumbers.size + yearDays.size + monthDays.size + weekdays.length > 0;

function daysFrom({ frequency, months }: Rule, day: number): Partial<Rule> {
  const date = civilDate(day);
  const monthDays = new Set([date.day]);
  if (frequency === 'YEARLY') return months.size > 0 ? { monthDays } : { monthDays, months: new Set([date.month]) };
  if (frequency === 'MONTHLY') return { monthDays };
  return frequency === 'WEEKLY' ? { weekdays: [{ weekday: weekdayOf(day), nth: 0 }] } : {};
}

/** Days from the first up to, not including, the second. */
type Span = readonly [number, number];

/** The years, months, weeks or days that a rule repeats by, counted from the one it begins in. */
interface Periods {
  begin(index: number): number;
  spans(index: number): readonly Span[];
  /** The last one that begins no later than a day. */
  indexAt(day: number): number;
}

function* dayPeriods(rule: Rule, { start, from, to, budget }: Walk): Generator<readonly number[]> {
  const periods = periodsOf(rule, Math.floor(start / dayMs));
  const { hours, minutes, seconds, positions } = rule;
  // What it takes to make them is spent whether or not a day ever passes.
  budget.spend(hours.length * minutes.length * seconds.length);
  const search = { passes: dayTestOf(rule), times: timesOfDay(rule), budget };
  let index = rule.count === null ? Math.max(0, periods.indexAt(Math.floor(from / dayMs))) : 0;
  for (; periods.begin(index) * dayMs <= to; index += 1) {
    budget.spend(1);
    const found = timesIn(periods.spans(index), search);
    if (found.length === 0) continue;
    budget.spend(positions.length);
    yield atPositions(found, positions);
  }
}

interface DaySearch {
  readonly passes: DayTest;
  readonly times: readonly number[];
  readonly budget: Budget;
}

/** Plain loops: this is where expanding spends its time. */
function timesIn(spans: readonly Span[], { passes, times, budget }: DaySearch): readonly number[] {
  const found: number[] = [];
  for (const [first, end] of spans) {
    budget.spend(end - first);
    for (let day = first; day < end; day += 1) {
      if (!passes(day)) continue;
      budget.spend(times.length);
      for (const time of times) found.push(day * dayMs + time);
    }
  }
  return found;
}

function periodsOf(rule: Rule, startDay: number): Periods {
  const { frequency, interval, weekStart } = rule;
  const { year, month } = civilDate(startDay);
  if (frequency === 'YEARLY') return yearsFrom(rule, year);
  if (frequency === 'MONTHLY') {
    const first = year * 12 + month - 1;
    const dateAt = (index: number): Span => [Math.floor((first + index * interval) / 12), ((first + index * interval) % 12) + 1];
    return {
      begin: (index) => dayNumber(...dateAt(index), 1),
      spans: (index) => [monthSpan(...dateAt(index))],
      indexAt: (day) => {
        const date = civilDate(day);
        return Math.floor((date.year * 12 + date.month - 1 - first) / interval);
      },
    };
  }
  const length = frequency === 'WEEKLY' ? 7 : 1;
  const first = frequency === 'WEEKLY' ? weekBeginOf(startDay, weekStart) : startDay;
  const begin = (index: number): number => first + index * interval * length;
  return {
    begin,
    // BYSETPOS counts in the first week from DTSTART on, as python-dateutil does it.
    spans: (index) => [[Math.max(begin(index), startDay), begin(index) + length]],
    indexAt: (day) => Math.floor((day - first) / (interval * length)),
  };
}

const monthSpan = (year: number, month: number): Span => {
  const first = dayNumber(year, month, 1);
  return [first, first + monthLength(year, month)];
};

function yearsFrom({ interval, months }: Rule, first: number): Periods {
  const named = [...months].filter((month) => month >= 1 && month <= 12).toSorted((a, b) => a - b);
  const yearAt = (index: number): number => first + index * interval;
  return {
    begin: (index) => dayNumber(yearAt(index), 1, 1),
    spans: (index) =>
      months.size > 0
        ? named.map((month) => monthSpan(yearAt(index), month))
        : [[dayNumber(yearAt(index), 1, 1), dayNumber(yearAt(index) + 1, 1, 1)]],
    indexAt: (day) => Math.floor((civilDate(day).year - first) / interval),
  };
}

function timesOfDay({ hours, minutes, seconds }: Rule): readonly number[] {
  return hours.flatMap((hour) => minutes.flatMap((minute) => seconds.map((second) => hour * hourMs + minute * minuteMs + second * 1_000)));
}

/** The hours, minutes or seconds of a rule; those that it does not let pass are leapt over, a day, an hour or a minute at a time. */
function* shortPeriods(rule: Rule, { start, from, to, budget }: Walk): Generator<readonly number[]> {
  const unit = units[rule.frequency] ?? hourMs;
  const step = unit * rule.interval;
  const base = Math.floor(start / unit) * unit;
  budget.spend(1 + rule.minutes.length * rule.seconds.length);
  const leap = leapOf(rule);
  const offsets = offsetsOf(rule);
  let index = rule.count === null ? Math.max(0, Math.floor((from - base) / step)) : 0;
  for (let at = base + index * step; at <= to; at = base + index * step) {
    const next = leap(at);
    budget.spend(next === null ? offsets.length + rule.positions.length : 1);
    if (next === null) {
      yield atPositions(
        offsets.map((offset) => at + offset),
        rule.positions,
      );
    }
    index = next === null ? index + 1 : Math.max(index + 1, Math.ceil((next - base) / step));
  }
}

/** Asks for the next time that may pass, or null when this one does. */
function leapOf(rule: Rule): (at: number) => number | null {
  const { frequency } = rule;
  const passes = rememberingLast(dayTestOf(rule));
  const hours = new Set(rule.hours);
  const minutes = new Set(frequency === 'HOURLY' ? [] : rule.minutes);
  const seconds = new Set(frequency === 'SECONDLY' ? rule.seconds : []);
  return (at) => {
    const day = Math.floor(at / dayMs);
    if (!passes(day)) return (day + 1) * dayMs;
    const time = at - day * dayMs;
    const endOf = (unit: number): number => at - (time % unit) + unit;
    if (hours.size > 0 && !hours.has(Math.floor(time / hourMs))) return endOf(hourMs);
    if (minutes.size > 0 && !minutes.has(Math.floor((time % hourMs) / minuteMs))) return endOf(minuteMs);
    return seconds.size > 0 && !seconds.has(Math.floor((time % minuteMs) / 1_000)) ? endOf(1_000) : null;
  };
}

function rememberingLast(test: DayTest): DayTest {
  let last = Number.NaN;
  let answer = false;
  return (day) => {
    if (day !== last) [last, answer] = [day, test(day)];
    return answer;
  };
}

function offsetsOf({ frequency, minutes, seconds }: Rule): readonly number[] {
  if (frequency === 'SECONDLY') return [0];
  if (frequency === 'MINUTELY') return seconds.map((second) => second * 1_000);
  return minutes.flatMap((minute) => seconds.map((second) => minute * minuteMs + second * 1_000));
}

/** What BYSETPOS leaves of the times of one period. */
function atPositions(times: readonly number[], positions: readonly number[]): readonly number[] {
  if (positions.length === 0) return times;
  const kept = new Set(positions.map((position) => times.at(position > 0 ? position - 1 : position)));
  return times.filter((time) => kept.has(time));
}
