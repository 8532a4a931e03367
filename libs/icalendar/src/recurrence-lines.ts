import { readBasicTime, type WrittenTime } from './calendar-times.js';
import { parseRule, type Rule } from './rule.js';
import { SeriesError } from './series-error.js';

/** One `RDATE`; a `PERIOD` has an end of its own. */
export interface AddedTime {
  readonly time: WrittenTime;
  /** When it ends: a time, or a length in milliseconds; null for as long as the series says. */
  readonly end: WrittenTime | number | null;
}

/** What the lines of a series say. https://www.rfc-editor.org/rfc/rfc5545#section-3.8.5 */
export interface Recurrence {
  readonly rules: readonly Rule[];
  readonly exceptRules: readonly Rule[];
  readonly added: readonly AddedTime[];
  readonly excepted: readonly WrittenTime[];
}

/**
 * Says of an exception that it stands for its occurrence and all that follow: they are moved as far as it was, and last as long as it does. RFC 5545
 * writes it as a parameter of `RECURRENCE-ID` (section 3.2.13), for which {@link SourceEvent} has no other place than its `recurrence`.
 */
export const thisAndFuture = 'RANGE=THISANDFUTURE';

/** @throws SeriesError */
export function parseRecurrence(lines: readonly string[]): Recurrence {
  const rules: Rule[] = [];
  const exceptRules: Rule[] = [];
  const added: AddedTime[] = [];
  const excepted: WrittenTime[] = [];
  for (const line of lines) {
    const { name, timeZone, value } = splitLine(line);
    if (name === 'RRULE') rules.push(parseRule(value));
    else if (name === 'EXRULE') exceptRules.push(parseRule(value));
    else if (name === 'RDATE') for (const entry of entriesOf(value)) added.push(addedTime(entry, timeZone));
    else if (name === 'EXDATE') for (const entry of entriesOf(value)) excepted.push(readBasicTime(entry, timeZone));
  }
  return { rules, exceptRules, added, excepted };
}

/** A line whose value is a time or a rule. */
export interface TimeLine {
  readonly name: string;
  readonly timeZone: string | null;
  readonly value: string;
}

/** Takes such a line apart. No time and no rule has a colon in it, but names of zones do: `TZID="(UTC+01:00) Amsterdam, Berlin"`, also without the quotes. */
export function splitLine(line: string): TimeLine {
  const colon = line.lastIndexOf(':');
  const [name = '', ...parameters] = line.slice(0, colon).split(';');
  const zone = parameters.find((parameter) => /^\s*TZID\s*=/i.test(parameter));
  return {
    name: name.trim().toUpperCase(),
    timeZone:
      zone === undefined
        ? null
        : zone
            .slice(zone.indexOf('=') + 1)
            .replaceAll('"', '')
            .trim(),
    value: line.slice(colon + 1),
  };
}

const entriesOf = (value: string): readonly string[] => value.split(',').filter((entry) => entry.trim() !== '');

function addedTime(entry: string, timeZone: string | null): AddedTime {
  const [begin = '', end] = entry.split('/');
  const time = readBasicTime(begin, timeZone);
  if (end === undefined) return { time, end: null };
  return { time, end: /^[+-]?P/i.test(end.trim()) ? durationMs(end) : readBasicTime(end, timeZone) };
}

/**
 * The length that `P1DT2H` writes; a negative one is none. https://www.rfc-editor.org/rfc/rfc5545#section-3.3.6
 *
 * @throws SeriesError `unreadable_time`
 */
export function durationMs(text: string): number {
  const found = /^([+-])?P(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,8})H)?(?:(\d{1,8})M)?(?:(\d{1,10})S)?)?$/.exec(text.trim().toUpperCase());
  if (found === null) throw new SeriesError('unreadable_time');
  const [, sign, ...amounts] = found;
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = amounts.map((amount) => Number(amount ?? 0));
  return sign === '-' ? 0 : ((((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000;
}
