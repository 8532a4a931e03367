import { civilDate, dayNumber, monthLength, weekdayOf, weekOf, yearLength, type CivilDate } from './civil-days.js';
import type { Rule, RuleWeekday } from './rule.js';

/** Whether a rule lets a day pass. */
export type DayTest = (day: number) => boolean;

type Test = (day: number, date: CivilDate) => boolean;

/** What the parts of a rule say about single days, as one question. Parts that the rule leaves out cost nothing. */
export function dayTestOf(rule: Rule): DayTest {
  const tests: Test[] = [];
  const { months, weekNumbers, yearDays, monthDays, weekdays, weekStart } = rule;
  if (months.size > 0) tests.push((_day, { month }) => months.has(month));
  if (monthDays.size > 0) tests.push((_day, { year, month, day }) => monthDays.has(day) || monthDays.has(day - monthLength(year, month) - 1));
  if (yearDays.size > 0) tests.push((day, { year }) => isYearDay(day, year, yearDays));
  if (weekNumbers.size > 0) {
    tests.push((day) => {
      const { number, weeks } = weekOf(day, weekStart);
      return weekNumbers.has(number) || weekNumbers.has(number - weeks - 1);
    });
  }
  const { every, numbered } = weekdaysOf(rule);
  if (numbered.length > 0) tests.push(numberedTest(rule, every, numbered));
  const isPlain = weekdays.length > 0 && numbered.length === 0;
  if (tests.length === 0) return isPlain ? (day) => every[weekdayOf(day)] === true : () => true;
  return (day) => {
    // Most days fall already here, which costs least.
    if (isPlain && every[weekdayOf(day)] !== true) return false;
    const date = civilDate(day);
    return tests.every((test) => test(day, date));
  };
}

function isYearDay(day: number, year: number, yearDays: ReadonlySet<number>): boolean {
  const dayOfYear = day - dayNumber(year, 1, 1) + 1;
  return yearDays.has(dayOfYear) || yearDays.has(dayOfYear - yearLength(year) - 1);
}

interface RuleWeekdays {
  /** By weekday: whether the rule names all of them. */
  readonly every: readonly boolean[];
  readonly numbered: readonly RuleWeekday[];
}

function weekdaysOf({ frequency, weekdays }: Rule): RuleWeekdays {
  // "Each BYDAY value can also be preceded by a positive or negative integer … within MONTHLY or YEARLY": elsewhere the number means nothing.
  const counts = frequency === 'MONTHLY' || frequency === 'YEARLY';
  const every = Array.from({ length: 7 }, (_, weekday) => weekdays.some((entry) => entry.weekday === weekday && (entry.nth === 0 || !counts)));
  return { every, numbered: counts ? weekdays.filter(({ nth }) => nth !== 0) : [] };
}

function numberedTest({ frequency, months }: Rule, every: readonly boolean[], numbered: readonly RuleWeekday[]): Test {
  const inMonth = frequency === 'MONTHLY' || months.size > 0;
  const wanted = new Set(numbered.map(({ weekday, nth }) => numberedKey(weekday, nth)));
  return (day, date) => every[weekdayOf(day)] === true || isNumbered({ day, date, inMonth }, wanted);
}

interface NumberedDay {
  readonly day: number;
  readonly date: CivilDate;
  /** Whether it is counted in its month, or else in its year. */
  readonly inMonth: boolean;
}

/** Numbers of weekdays have three digits at most. */
const numberedKey = (weekday: number, nth: number): number => nth * 7 + weekday;

function isNumbered({ day, date, inMonth }: NumberedDay, wanted: ReadonlySet<number>): boolean {
  const index = inMonth ? date.day - 1 : day - dayNumber(date.year, 1, 1);
  const length = inMonth ? monthLength(date.year, date.month) : yearLength(date.year);
  const fromStart = Math.floor(index / 7) + 1;
  const fromEnd = -Math.floor((length - 1 - index) / 7) - 1;
  const weekday = weekdayOf(day);
  return wanted.has(numberedKey(weekday, fromStart)) || wanted.has(numberedKey(weekday, fromEnd));
}
