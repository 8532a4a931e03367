import { z } from 'zod';

const weekDays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;
const weekDay = z.enum(weekDays);
const index = z.enum(['first', 'second', 'third', 'fourth', 'last']);

const interval = z.int().min(1).max(999);
const daysOfWeek = z.array(weekDay).min(1);
const dayOfMonth = z.int().min(1).max(31);
const month = z.int().min(1).max(12);

/** The patterns of https://learn.microsoft.com/graph/api/resources/recurrencepattern */
const pattern = z.discriminatedUnion('type', [
  z.object({ type: z.literal('daily'), interval }),
  z.object({ type: z.literal('weekly'), interval, daysOfWeek, firstDayOfWeek: weekDay.optional() }),
  z.object({ type: z.literal('absoluteMonthly'), interval, dayOfMonth }),
  z.object({ type: z.literal('relativeMonthly'), interval, daysOfWeek, index: index.optional() }),
  z.object({ type: z.literal('absoluteYearly'), interval, dayOfMonth, month }),
  z.object({ type: z.literal('relativeYearly'), interval, daysOfWeek, index: index.optional(), month }),
]);

const day = z.iso.date();
const recurrenceTimeZone = z.string().optional();

/** @see https://learn.microsoft.com/graph/api/resources/recurrencerange */
const range = z.discriminatedUnion('type', [
  z.object({ type: z.literal('noEnd'), startDate: day, recurrenceTimeZone }),
  z.object({ type: z.literal('endDate'), startDate: day, endDate: day, recurrenceTimeZone }),
  z.object({ type: z.literal('numbered'), startDate: day, numberOfOccurrences: z.int().min(1), recurrenceTimeZone }),
]);

/** How an event of Graph recurs. */
export const fakeRecurrence = z.object({ pattern, range });

/** How an event of Graph recurs. */
export type FakeRecurrence = z.output<typeof fakeRecurrence>;

type Pattern = FakeRecurrence['pattern'];

const dayMs = 86_400_000;

/** The days of a series until `lastDay`, in order. */
export function* daysOf({ pattern: rule, range: bounds }: FakeRecurrence, lastDay: string): Generator<string, void, void> {
  const last = bounds.type === 'endDate' && bounds.endDate < lastDay ? bounds.endDate : lastDay;
  const most = bounds.type === 'numbered' ? bounds.numberOfOccurrences : Number.POSITIVE_INFINITY;
  const startMs = Date.parse(bounds.startDate);
  for (let [ms, found] = [startMs, 0]; found < most; ms += dayMs) {
    const date = new Date(ms).toISOString().slice(0, 'yyyy-mm-dd'.length);
    if (date > last) return;
    if (!isOn(rule, startMs, ms)) continue;
    found += 1;
    yield date;
  }
}

const isOn = (rule: Pattern, startMs: number, ms: number): boolean => {
  const [start, date] = [new Date(startMs), new Date(ms)];
  const months = (date.getUTCFullYear() - start.getUTCFullYear()) * 12 + date.getUTCMonth() - start.getUTCMonth();
  switch (rule.type) {
    case 'daily':
      return ((ms - startMs) / dayMs) % rule.interval === 0;
    case 'weekly': {
      const first = weekDays.indexOf(rule.firstDayOfWeek ?? 'sunday');
      const weeks = Math.floor((ms - weekStartMs(startMs, first)) / (7 * dayMs));
      return weeks % rule.interval === 0 && isOneOf(rule.daysOfWeek, date);
    }
    case 'absoluteMonthly':
      return months % rule.interval === 0 && isDayOfMonth(rule.dayOfMonth, date);
    case 'relativeMonthly':
      return months % rule.interval === 0 && isNth(rule, date);
    case 'absoluteYearly':
      return isYear(rule, months, date) && isDayOfMonth(rule.dayOfMonth, date);
    case 'relativeYearly':
      return isYear(rule, months, date) && isNth(rule, date);
  }
};

const isYear = (rule: { readonly interval: number; readonly month: number }, months: number, date: Date): boolean =>
  date.getUTCMonth() + 1 === rule.month && Math.round(months / 12) % rule.interval === 0;

/** The last day of a month stands in for days that it does not have, as in Outlook. */
const isDayOfMonth = (wanted: number, date: Date): boolean => date.getUTCDate() === Math.min(wanted, lengthOfMonth(date));

const lengthOfMonth = (date: Date): number => new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();

const isOneOf = (days: readonly (typeof weekDays)[number][], date: Date): boolean => days.includes(weekDays[date.getUTCDay()] ?? 'sunday');

interface NthDay {
  readonly daysOfWeek: readonly (typeof weekDays)[number][];
  readonly index?: z.output<typeof index> | undefined;
}

const isNth = ({ daysOfWeek: days, index: which = 'first' }: NthDay, date: Date): boolean => {
  const candidates = Array.from({ length: lengthOfMonth(date) }, (_day, before) => before + 1).filter((one) =>
    isOneOf(days, new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), one))),
  );
  return candidates.at(which === 'last' ? -1 : index.options.indexOf(which)) === date.getUTCDate();
};

/** Weeks begin on Sundays where nothing else is said. */
const weekStartMs = (ms: number, first: number): number => ms - ((new Date(ms).getUTCDay() - first + 7) % 7) * dayMs;
