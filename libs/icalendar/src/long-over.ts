import { readBasicTime } from './calendar-times.js';
import { dayMs } from './civil-days.js';
import { durationMs, splitLine } from './recurrence-lines.js';
import { SeriesError } from './series-error.js';

/** Nobody books so far back, wherever on Earth the event was. */
const longMs = 366 * dayMs;

/**
 * Whether an event surely was over a year ago, for good, as far as its lines can be read. One that cannot be read leaves open whether its calendar's
 * owner is free; this one does not.
 */
export function isLongOver(lines: readonly string[], now: Date): boolean {
  if (lines.length > linesMax) return false;
  const byName = Map.groupBy(lines, nameOf);
  const of = (name: string): readonly string[] => byName.get(name) ?? [];
  if (of('RDATE').length > 0 || of('RECURRENCE-ID').some((line) => /RANGE/i.test(line))) return false;
  try {
    const days = [...['DTSTART', 'DTEND', 'RECURRENCE-ID'].flatMap((name) => of(name).map(dayIn)), ...of('RRULE').map(untilIn)];
    const lengths = of('DURATION').map((line) => durationMs(splitLine(line).value));
    return of('DTSTART').length > 0 && Math.max(...days) + Math.max(0, ...lengths) + longMs < now.getTime();
  } catch (error) {
    if (error instanceof SeriesError) return false;
    throw error;
  }
}

/** Nobody writes so many of one event but to keep others busy. */
const linesMax = 1_000;

const nameOf = (line: string): string =>
  line
    .slice(0, Math.max(0, line.search(/[;:]/)))
    .trim()
    .toUpperCase();

/** The day, be it in whatever zone, and its time of day readable or not. */
const dayIn = (line: string): number => readBasicTime(splitLine(line).value.trim().slice(0, 8), null).wall;

/** The day that a rule ends on; one that counts its times may go on for long. */
function untilIn(line: string): number {
  const until = /(?:^|;)UNTIL=(\d{8})/i.exec(splitLine(line).value)?.[1];
  if (until === undefined) throw new SeriesError('unreadable_rule');
  return readBasicTime(until, null).wall;
}
