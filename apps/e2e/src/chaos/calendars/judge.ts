import type { TimeRange } from '@patchbay/contracts';
import { lengthMs, type CalendarModel } from './events.js';

/** What is wrong with an answer about busy times; each finding is a sentence. */
export interface BusyFindings {
  readonly lost: readonly string[];
  readonly ghosts: readonly string[];
}

/** While calendars change: what never changes must be there, and nothing that was nowhere. Half of a calendar would lack some of the first. */
export const judgeMeanwhile = (busy: readonly TimeRange[], { lasting, ever }: Pick<CalendarModel, 'lasting' | 'ever'>): BusyFindings =>
  compared(busy, lasting, ever);

/** When all is quiet: exactly what stands at the providers. */
export const judgeAtLast = (busy: readonly TimeRange[], { busy: wanted }: Pick<CalendarModel, 'busy'>): BusyFindings =>
  compared(busy, wanted, wanted);

function compared(busy: readonly TimeRange[], wanted: ReadonlySet<number>, possible: ReadonlySet<number>): BusyFindings {
  const found = new Set(busy.filter(isWhole).map(({ start }) => Date.parse(start)));
  const odd = busy.filter((range) => !isWhole(range)).map(({ start, end }) => `busy from ${start} to ${end}`);
  return {
    lost: [...wanted].filter((start) => !found.has(start)).map((start) => `free at ${new Date(start).toISOString()}`),
    ghosts: [...odd, ...[...found].filter((start) => !possible.has(start)).map((start) => `busy at ${new Date(start).toISOString()}`)],
  };
}

const isWhole = ({ start, end }: TimeRange): boolean => Date.parse(end) - Date.parse(start) === lengthMs;
