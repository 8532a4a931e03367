import { readBasicTime } from './calendar-times.js';
import { parseRecurrence } from './recurrence-lines.js';
import { makeBudget, walkRule, type Budget } from './rule-walk.js';
import { SeriesError } from './series-error.js';

/** What a `VTIMEZONE` says about clocks. */
export interface WrittenOffsets {
  /** The moments of its clock changes. */
  readonly changes: readonly number[];
  offsetAt(moment: number): number;
}

interface Change {
  readonly at: number;
  readonly before: number;
  readonly after: number;
}

interface Range {
  readonly from: number;
  readonly to: number;
}

const yearMs = 366 * 86_400_000;
/** For all that is written of one zone, and for all of its changes: none has had more than some hundreds since there are clocks. */
const stepsMax = 100_000;
const changesMax = 2_000;

/** Reads a `VTIMEZONE` (RFC 5545 section 3.6.5) for a range of time; null when it cannot be read. */
export function offsetsOf(lines: readonly string[], range: Range): WrittenOffsets | null {
  try {
    const budget = makeBudget(stepsMax);
    const found: Change[] = [];
    for (const observance of observancesOf(lines)) {
      for (const change of changesOf(observance, range, budget)) found.push(change);
      if (found.length > changesMax) return null;
    }
    const changes = found.toSorted((a, b) => a.at - b.at);
    const [first] = changes;
    if (first === undefined) return null;
    return {
      changes: changes.map(({ at }) => at),
      offsetAt: (moment) => changes.findLast(({ at }) => at <= moment)?.after ?? first.before,
    };
  } catch (error) {
    if (error instanceof SeriesError) return null;
    throw error;
  }
}

/** The lines of each `STANDARD` and `DAYLIGHT`. */
function observancesOf(lines: readonly string[]): readonly (readonly string[])[] {
  const found: string[][] = [];
  let isIn = false;
  for (const line of lines) {
    if (/^BEGIN:/i.test(line)) {
      found.push([]);
      isIn = true;
    } else if (/^END:/i.test(line)) isIn = false;
    else if (isIn) found.at(-1)?.push(line);
  }
  return found;
}

function changesOf(lines: readonly string[], range: Range, budget: Budget): readonly Change[] {
  const value = (name: string): string | undefined => {
    const line = lines.find((candidate) => candidate.toUpperCase().startsWith(name));
    return line?.slice(line.indexOf(':') + 1);
  };
  const before = offsetOf(value('TZOFFSETFROM'));
  const after = offsetOf(value('TZOFFSETTO'));
  const start = readBasicTime(value('DTSTART') ?? '', null).wall;
  const { rules, added } = parseRecurrence(lines.filter((line) => /^(RRULE|RDATE)[;:]/i.test(line)));
  // The last change before the range is what holds when it begins.
  const walk = { start, from: range.from - 2 * yearMs, to: range.to + yearMs, budget };
  const walls = rules.flatMap((rule) => walkRule(rule, { ...walk, to: Math.min(walk.to, untilOf(rule.until, before)) }));
  return [start, ...added.map(({ time }) => time.wall), ...walls].map((wall) => ({ at: wall - before, before, after }));
}

/** On the wall, before the change. */
function untilOf(until: string | null, offset: number): number {
  if (until === null) return Number.POSITIVE_INFINITY;
  const { wall, timeZone } = readBasicTime(until, null);
  return timeZone === null ? wall : wall + offset;
}

function offsetOf(text: string | undefined): number {
  const [, sign, hours, minutes, seconds = '0'] = /^([+-])(\d{2}):?(\d{2}):?(\d{2})?$/.exec(text?.trim() ?? '') ?? [];
  if (sign === undefined) throw new SeriesError('unreadable_time');
  return (sign === '-' ? -1 : 1) * ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000;
}
