import { SeriesError } from './series-error.js';

const frequencies = ['YEARLY', 'MONTHLY', 'WEEKLY', 'DAILY', 'HOURLY', 'MINUTELY', 'SECONDLY'] as const;
export type Frequency = (typeof frequencies)[number];

const weekdays = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];

/** `2MO`: the second Monday of its month or year; `nth` is 0 for every Monday. Monday is 0. */
export interface RuleWeekday {
  readonly weekday: number;
  readonly nth: number;
}

/** An `RRULE` as it is written; what it leaves out is empty. https://www.rfc-editor.org/rfc/rfc5545#section-3.3.10 */
export interface Rule {
  readonly frequency: Frequency;
  readonly interval: number;
  readonly count: number | null;
  /** As it is written: what it means depends on the time that the series starts at. */
  readonly until: string | null;
  readonly weekStart: number;
  readonly months: ReadonlySet<number>;
  readonly weekNumbers: ReadonlySet<number>;
  readonly yearDays: ReadonlySet<number>;
  readonly monthDays: ReadonlySet<number>;
  readonly weekdays: readonly RuleWeekday[];
  readonly hours: readonly number[];
  readonly minutes: readonly number[];
  readonly seconds: readonly number[];
  readonly positions: readonly number[];
}

/**
 * Reads the value of an `RRULE` or `EXRULE`. Parts that it does not know are passed over, as RFC 5545 section 3.1 asks; `SKIP` and another calendar than the
 * Gregorian one (RFC 7529) are not, as they would make other days of it.
 *
 * @throws SeriesError `unreadable_rule`
 */
export function parseRule(text: string): Rule {
  const parts = partsOf(text);
  const frequency = frequencies.find((name) => name === parts.get('FREQ'));
  const isGregorian = (parts.get('RSCALE') ?? 'GREGORIAN') === 'GREGORIAN' && (parts.get('SKIP') ?? 'OMIT') === 'OMIT';
  if (frequency === undefined || !isGregorian) throw new SeriesError('unreadable_rule');
  const weekStart = weekdays.indexOf(parts.get('WKST') ?? 'MO');
  const numbers = (name: string): readonly number[] => numbersOf(parts.get(name));
  return {
    frequency,
    interval: Math.max(1, numbers('INTERVAL')[0] ?? 1),
    count: numbers('COUNT')[0] ?? null,
    until: parts.get('UNTIL') ?? null,
    weekStart: weekStart === -1 ? 0 : weekStart,
    months: new Set(numbers('BYMONTH')),
    weekNumbers: new Set(numbers('BYWEEKNO')),
    yearDays: new Set(numbers('BYYEARDAY')),
    monthDays: new Set(numbers('BYMONTHDAY')),
    weekdays: weekdaysOf(parts.get('BYDAY')),
    hours: within(numbers('BYHOUR'), 23),
    minutes: within(numbers('BYMINUTE'), 59),
    // A leap second is no second of ours.
    seconds: within(numbers('BYSECOND'), 59),
    positions: numbers('BYSETPOS'),
  };
}

function partsOf(text: string): ReadonlyMap<string, string> {
  const parts = new Map<string, string>();
  for (const part of text.toUpperCase().replaceAll(/\s+/g, '').split(';')) {
    const equals = part.indexOf('=');
    if (equals > 0 && equals < part.length - 1) parts.set(part.slice(0, equals), part.slice(equals + 1));
  }
  return parts;
}

function numbersOf(text: string | undefined): readonly number[] {
  if (text === undefined) return [];
  const found = text.split(',').filter((entry) => entry !== '');
  if (!found.every((entry) => /^[+-]?\d{1,9}$/.test(entry))) throw new SeriesError('unreadable_rule');
  return [...new Set(found.map(Number))];
}

function within(numbers: readonly number[], max: number): readonly number[] {
  const kept = numbers.filter((number) => number >= 0 && number <= max);
  if (kept.length === 0 && numbers.length > 0) throw new SeriesError('unreadable_rule');
  return kept.toSorted((a, b) => a - b);
}

function weekdaysOf(text: string | undefined): readonly RuleWeekday[] {
  if (text === undefined) return [];
  return text
    .split(',')
    .filter((entry) => entry !== '')
    .map((entry) => {
      const [, nth, name = ''] = /^([+-]?\d{1,3})?([A-Z]{2})$/.exec(entry) ?? [];
      const weekday = weekdays.indexOf(name);
      if (weekday === -1) throw new SeriesError('unreadable_rule');
      return { weekday, nth: Number(nth ?? 0) };
    });
}
