import { z } from 'zod';
import {
  dayNames,
  graphPattern,
  indexNames,
  isMetBy,
  lengthOf,
  monthOf,
  dayOf,
  patternOf,
  weekdayOf,
  type Pattern,
} from './outlook.calendar-pattern.js';
import { ruleParts, unsupportedRecurrence, weekdays, type RuleParts } from './outlook.calendar-rule.js';
import { momentOf, wallOf } from './outlook.calendar-time.js';

/** @see https://learn.microsoft.com/graph/api/resources/patternedrecurrence */
export const graphRecurrence = z.object({
  pattern: graphPattern,
  range: z.object({
    type: z.enum(['endDate', 'noEnd', 'numbered']),
    startDate: z.string(),
    endDate: z.string().optional(),
    recurrenceTimeZone: z.string().nullish(),
    numberOfOccurrences: z.int().optional(),
  }),
});

/** How an event of Graph recurs. */
export type GraphRecurrence = z.output<typeof graphRecurrence>;

/** When a series begins: what its clock shows, and where that clock hangs; null for whole days. */
export interface SeriesStart {
  readonly wall: string;
  readonly timeZone: string | null;
}

/**
 * The value of an `RRULE` as Graph says it.
 *
 * @throws ProviderError `invalid_request` for a rule that Graph has no pattern for, and for a start that the rule does not meet: Graph would move it
 */
export const toGraphRecurrence = (rule: string, start: SeriesStart): GraphRecurrence => {
  const parts = ruleParts(rule);
  const pattern = parts === null ? null : patternOf(parts, start.wall);
  if (parts === null || pattern === null || !isMetBy(pattern, start.wall)) throw unsupportedRecurrence();
  return { pattern, range: rangeOf(parts, start) };
};

const rangeOf = (parts: RuleParts, start: SeriesStart): GraphRecurrence['range'] => {
  const shared = { startDate: start.wall.slice(0, dateLength), recurrenceTimeZone: start.timeZone ?? 'UTC' };
  const [count, until] = [parts.get('COUNT'), parts.get('UNTIL')];
  if (count !== undefined) return { type: 'numbered', ...shared, numberOfOccurrences: Number(count) };
  if (until === undefined) return { type: 'noEnd', ...shared };
  const endDate = lastDayOf(until, start);
  if (endDate === null || endDate < shared.startDate) throw unsupportedRecurrence();
  return { type: 'endDate', ...shared, endDate };
};

const dateLength = 'yyyy-mm-dd'.length;

/** Graph ends a series with a day: the last one whose occurrence has begun by then. */
const lastDayOf = (until: string, { wall, timeZone }: SeriesStart): string | null => {
  const [, year, month, day, hour, minute, second, utc] = /^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})(Z?))?$/.exec(until) ?? [];
  if (year === undefined || month === undefined || day === undefined) return null;
  const date = `${year}-${month}-${day}`;
  if (Number.isNaN(Date.parse(date))) return null;
  if (hour === undefined || timeZone === null) return date;
  const written = `${date}T${hour}:${minute}:${second}`;
  if (Number.isNaN(Date.parse(`${written}Z`))) return null;
  const last = utc === 'Z' ? wallOf(Date.parse(`${written}Z`), timeZone) : written;
  return last.slice(dateLength) >= wall.slice(dateLength) ? last.slice(0, dateLength) : dayBefore(last.slice(0, dateLength));
};

const dayBefore = (date: string): string => new Date(Date.parse(date) - 86_400_000).toISOString().slice(0, dateLength);

/** The `RRULE` line of a series of Graph. */
export const toRuleLine = ({ pattern, range }: GraphRecurrence, start: SeriesStart): string =>
  `RRULE:${[...patternParts(pattern), ...boundsOf(range, start)].join(';')}`;

const patternParts = (pattern: Pattern): readonly string[] => {
  const { type, interval, month = 1, dayOfMonth = 1 } = pattern;
  const every = interval > 1 ? [`INTERVAL=${interval}`] : [];
  switch (type) {
    case 'daily':
      return ['FREQ=DAILY', ...every];
    case 'weekly':
      return ['FREQ=WEEKLY', ...every, `BYDAY=${codesOf(pattern).join(',')}`, ...weekStartOf(pattern)];
    case 'absoluteMonthly':
      return ['FREQ=MONTHLY', ...every, ...monthDay(dayOfMonth)];
    case 'relativeMonthly':
      return ['FREQ=MONTHLY', ...every, ...relativeParts(pattern)];
    case 'absoluteYearly':
      return [
        'FREQ=YEARLY',
        ...every,
        `BYMONTH=${month}`,
        `BYMONTHDAY=${month === 2 && dayOfMonth > 28 ? -1 : Math.min(dayOfMonth, lengthOf(month))}`,
      ];
    case 'relativeYearly':
      return ['FREQ=YEARLY', ...every, `BYMONTH=${month}`, ...relativeParts(pattern)];
  }
};

/** In a month that has no such day Graph takes its last one. */
const monthDay = (day: number): readonly string[] => {
  if (day <= 28) return [`BYMONTHDAY=${day}`];
  return day >= 31 ? ['BYMONTHDAY=-1'] : [`BYMONTHDAY=${day === 29 ? '28,29' : '28,29,30'}`, 'BYSETPOS=-1'];
};

const codesOf = ({ daysOfWeek = [] }: Pattern): readonly string[] => daysOfWeek.map((name) => weekdays[dayNames.indexOf(name)] ?? 'MO');

/** Of no meaning for a series of every week. */
const weekStartOf = ({ interval, firstDayOfWeek = 'sunday' }: Pattern): readonly string[] =>
  interval > 1 && firstDayOfWeek !== 'monday' ? [`WKST=${weekdays[dayNames.indexOf(firstDayOfWeek)] ?? 'MO'}`] : [];

const relativeParts = (pattern: Pattern): readonly string[] => {
  const position = pattern.index === 'last' ? -1 : indexNames.indexOf(pattern.index ?? 'first') + 1;
  const codes = codesOf(pattern);
  return codes.length === 1 ? [`BYDAY=${position}${codes[0] ?? ''}`] : [`BYDAY=${codes.join(',')}`, `BYSETPOS=${position}`];
};

const boundsOf = ({ type, endDate = '', numberOfOccurrences = 1 }: GraphRecurrence['range'], { wall, timeZone }: SeriesStart): readonly string[] => {
  if (type === 'noEnd') return [];
  if (type === 'numbered') return [`COUNT=${numberOfOccurrences}`];
  if (timeZone === null) return [`UNTIL=${endDate.replaceAll('-', '')}`];
  const last = new Date(momentOf(`${endDate}${wall.slice(dateLength)}`, timeZone)).toISOString();
  return [`UNTIL=${last.replaceAll(/[-:]|\.\d+/g, '')}`];
};

/**
 * A series that begins at another time: a day that follows from its old beginning follows from the new one, as in Outlook itself.
 *
 * @throws ProviderError `invalid_request` when its rule would not meet the new beginning
 */
export const movedRecurrence = ({ pattern, range }: GraphRecurrence, from: SeriesStart, to: SeriesStart): GraphRecurrence => {
  const { wall } = to;
  const isOneDay = pattern.daysOfWeek?.length === 1;
  const moved: Pattern = {
    ...pattern,
    ...(pattern.type === 'weekly' && isOneDay ? { daysOfWeek: [dayNames[weekdayOf(wall)] ?? 'monday'] } : {}),
    ...(isAbsolute(pattern) && pattern.dayOfMonth === dayOf(from.wall) ? { dayOfMonth: dayOf(wall), month: monthOf(wall) } : {}),
  };
  const shortest = moved.type === 'absoluteYearly' && monthOf(wall) !== 2 ? 31 : 28;
  if (isAbsolute(moved) && dayOf(wall) !== dayOf(from.wall) && dayOf(wall) > shortest) throw unsupportedRecurrence();
  return toGraphRecurrence(toRuleLine({ pattern: moved, range }, to).slice('RRULE:'.length), to);
};

const isAbsolute = ({ type }: Pattern): boolean => type === 'absoluteMonthly' || type === 'absoluteYearly';
