import { z } from 'zod';

const weekDays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;

/** The patterns that this Outlook knows, of the six of https://learn.microsoft.com/graph/api/resources/recurrencepattern */
const pattern = z.discriminatedUnion('type', [
  z.object({ type: z.literal('daily'), interval: z.int().min(1) }),
  z.object({ type: z.literal('weekly'), interval: z.int().min(1), daysOfWeek: z.array(z.enum(weekDays)).min(1) }),
  z.object({ type: z.literal('absoluteMonthly'), interval: z.int().min(1), dayOfMonth: z.int().min(1).max(31) }),
]);

const day = z.iso.date();

/** @see https://learn.microsoft.com/graph/api/resources/recurrencerange */
const range = z.discriminatedUnion('type', [
  z.object({ type: z.literal('noEnd'), startDate: day }),
  z.object({ type: z.literal('endDate'), startDate: day, endDate: day }),
  z.object({ type: z.literal('numbered'), startDate: day, numberOfOccurrences: z.int().min(1) }),
]);

/** How an event of Graph recurs. */
export const fakeRecurrence = z.object({ pattern, range });

/** How an event of Graph recurs. */
export type FakeRecurrence = z.output<typeof fakeRecurrence>;

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

const isOn = (rule: FakeRecurrence['pattern'], startMs: number, ms: number): boolean => {
  const [start, date] = [new Date(startMs), new Date(ms)];
  if (rule.type === 'daily') return ((ms - startMs) / dayMs) % rule.interval === 0;
  if (rule.type === 'weekly') {
    const weeks = Math.floor((ms - weekStartMs(startMs)) / (7 * dayMs));
    return weeks % rule.interval === 0 && rule.daysOfWeek.includes(weekDays[date.getUTCDay()] ?? 'sunday');
  }
  const months = (date.getUTCFullYear() - start.getUTCFullYear()) * 12 + date.getUTCMonth() - start.getUTCMonth();
  return months % rule.interval === 0 && date.getUTCDate() === rule.dayOfMonth;
};

/** Weeks begin on Sundays where nothing else is said. */
const weekStartMs = (ms: number): number => ms - new Date(ms).getUTCDay() * dayMs;
