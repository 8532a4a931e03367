import { z } from 'zod';
import { weekdays, type RulePart, type RuleParts } from './outlook.calendar-rule.js';

/** As Graph writes the days of a week, which begins on Monday here. */
export const dayNames = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

/** Which one of the days of a month. */
export const indexNames = ['first', 'second', 'third', 'fourth', 'last'] as const;

/** @see https://learn.microsoft.com/graph/api/resources/recurrencepattern; numbers that a pattern does not use are 0 in answers */
export const graphPattern = z.object({
  type: z.enum(['daily', 'weekly', 'absoluteMonthly', 'relativeMonthly', 'absoluteYearly', 'relativeYearly']),
  interval: z.int(),
  month: z.int().optional(),
  dayOfMonth: z.int().optional(),
  daysOfWeek: z.array(z.enum(dayNames)).optional(),
  firstDayOfWeek: z.enum(dayNames).optional(),
  index: z.enum(indexNames).optional(),
});

/** On which days an event of Graph recurs. */
export type Pattern = z.output<typeof graphPattern>;

/** The pattern of Graph that a rule is; null where there is none. `wall` is when the series begins: what a rule leaves out follows from that. */
export const patternOf = (parts: RuleParts, wall: string): Pattern | null => {
  const interval = Number(parts.get('INTERVAL') ?? 1);
  switch (parts.get('FREQ')) {
    case 'DAILY':
      return dailyPattern(parts, interval);
    case 'WEEKLY':
      return hasOnly(parts, ['BYDAY']) ? weeklyPattern(parts, interval, parts.get('BYDAY') ?? weekdays[weekdayOf(wall)] ?? '') : null;
    case 'MONTHLY':
      return hasOnly(parts, ['BYDAY', 'BYMONTHDAY', 'BYSETPOS']) ? monthlyPattern(parts, interval, wall) : null;
    case 'YEARLY':
      return hasOnly(parts, ['BYDAY', 'BYMONTH', 'BYMONTHDAY', 'BYSETPOS']) ? yearlyPattern(parts, interval, wall) : null;
    default:
      return null;
  }
};

const boundParts: readonly RulePart[] = ['FREQ', 'INTERVAL', 'COUNT', 'UNTIL', 'WKST'];

const hasOnly = (parts: RuleParts, known: readonly RulePart[]): boolean =>
  [...parts.keys()].every((name) => boundParts.includes(name) || known.includes(name));

/** On some days of every week is a week's pattern. */
const dailyPattern = (parts: RuleParts, interval: number): Pattern | null => {
  if (hasOnly(parts, [])) return { type: 'daily', interval };
  return interval === 1 && hasOnly(parts, ['BYDAY']) ? weeklyPattern(parts, 1, parts.get('BYDAY') ?? '') : null;
};

const weeklyPattern = (parts: RuleParts, interval: number, days: string): Pattern | null => {
  const daysOfWeek = dayNamesOf(days);
  const firstDayOfWeek = dayNames[weekdays.findIndex((code) => code === (parts.get('WKST') ?? 'MO'))];
  return daysOfWeek === null || firstDayOfWeek === undefined ? null : { type: 'weekly', interval, daysOfWeek, firstDayOfWeek };
};

const monthlyPattern = (parts: RuleParts, interval: number, wall: string): Pattern | null => {
  if (parts.has('BYDAY')) {
    const relative = relativeOf(parts);
    return relative === null ? null : { type: 'relativeMonthly', interval, ...relative };
  }
  const dayOfMonth = monthDayOf(parts, dayOf(wall), { longest: 31, shortest: 28 });
  return dayOfMonth === null ? null : { type: 'absoluteMonthly', interval, dayOfMonth };
};

const yearlyPattern = (parts: RuleParts, interval: number, wall: string): Pattern | null => {
  const month = Number(parts.get('BYMONTH') ?? monthOf(wall));
  const isMonth = Number.isInteger(month) && month >= 1 && month <= 12;
  // Without a month, its days are those of every month, and days of the week those of the whole year.
  if (!isMonth || (!parts.has('BYMONTH') && (parts.has('BYDAY') || parts.has('BYMONTHDAY')))) return null;
  if (parts.has('BYDAY')) {
    const relative = relativeOf(parts);
    return relative === null ? null : { type: 'relativeYearly', interval, month, ...relative };
  }
  const longest = lengthOf(month);
  const dayOfMonth = monthDayOf(parts, dayOf(wall), { longest, shortest: month === 2 ? longest - 1 : longest });
  return dayOfMonth === null ? null : { type: 'absoluteYearly', interval, month, dayOfMonth };
};

interface MonthLength {
  readonly longest: number;
  readonly shortest: number;
}

/** Where a month has no such day, Graph takes its last one and a rule leaves the month out: only rules that say the former are the same. */
const monthDayOf = (parts: RuleParts, startDay: number, { longest, shortest }: MonthLength): number | null => {
  const days = parts.get('BYMONTHDAY') ?? String(startDay);
  const position = parts.get('BYSETPOS');
  if (position !== undefined) return position === '-1' && longest === 31 && shortest === 28 ? (lastOf.get(days) ?? null) : null;
  if (days === '-1') return longest;
  const day = /^\+?\d{1,2}$/.test(days) ? Number(days) : 0;
  return day >= 1 && day <= shortest ? day : null;
};

/** The last one of these days that a month has. */
const lastOf: ReadonlyMap<string, number> = new Map([
  ['28,29', 29],
  ['28,29,30', 30],
  ['28,29,30,31', 31],
]);

/** `2MO`, `-1FR`, or some days of which `BYSETPOS` says which. A fifth one is not in every month, and Graph has no word for it. */
const relativeOf = (parts: RuleParts): Pick<Pattern, 'daysOfWeek' | 'index'> | null => {
  if (parts.has('BYMONTHDAY')) return null;
  const [, nth, code = ''] = /^([+-]?\d)([A-Z]{2})$/.exec(parts.get('BYDAY') ?? '') ?? [];
  const position = parts.get('BYSETPOS');
  const daysOfWeek = nth === undefined ? dayNamesOf(parts.get('BYDAY') ?? '') : position === undefined ? dayNamesOf(code) : null;
  const which = Number(nth ?? position);
  const index = which === -1 ? 'last' : which >= 1 && which <= 4 ? indexNames[which - 1] : undefined;
  return daysOfWeek === null || index === undefined ? null : { daysOfWeek, index };
};

const dayNamesOf = (codes: string): NonNullable<Pattern['daysOfWeek']> | null => {
  const found = [...new Set(codes.split(','))].map((code) => dayNames[weekdays.findIndex((known) => known === code)]);
  const names = found.filter((name) => name !== undefined);
  return names.length === found.length ? names : null;
};

/** Whether a series with this pattern has an occurrence on that day. */
export const isMetBy = (pattern: Pattern, wall: string): boolean => {
  const { type, month, dayOfMonth = 0 } = pattern;
  const [year, monthNow, day] = [Number(wall.slice(0, 4)), monthOf(wall), dayOf(wall)];
  const isInMonth = (type !== 'absoluteYearly' && type !== 'relativeYearly') || month === monthNow;
  switch (type) {
    case 'daily':
      return true;
    case 'weekly':
      return isOneOf(pattern, wall);
    case 'absoluteMonthly':
    case 'absoluteYearly':
      return isInMonth && day === Math.min(dayOfMonth, daysIn(year, monthNow));
    case 'relativeMonthly':
    case 'relativeYearly': {
      const days = Array.from({ length: daysIn(year, monthNow) }, (_day, index) => index + 1);
      const candidates = days.filter((one) => isOneOf(pattern, `${wall.slice(0, 8)}${String(one).padStart(2, '0')}`));
      return isInMonth && candidates.at(pattern.index === 'last' ? -1 : indexNames.indexOf(pattern.index ?? 'first')) === day;
    }
  }
};

const isOneOf = ({ daysOfWeek = [] }: Pattern, wall: string): boolean => daysOfWeek.some((name) => name === dayNames[weekdayOf(wall)]);

/** Monday is 0. */
export const weekdayOf = (wall: string): number => (new Date(`${wall.slice(0, 10)}T00:00:00Z`).getUTCDay() + 6) % 7;

/** January is 1. */
export const monthOf = (wall: string): number => Number(wall.slice(5, 7));

/** The day of a month. */
export const dayOf = (wall: string): number => Number(wall.slice(8, 10));

/** The days of a month, of February in a leap year. */
export const lengthOf = (month: number): number => daysIn(2028, month);

const daysIn = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();
