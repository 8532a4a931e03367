import type { CalendarTime, SourceEvent } from '@patchbay/capabilities';
import { AppError } from '@patchbay/contracts';
import { expandSeries, SeriesError } from '@patchbay/icalendar';
import { datesFault, ruleFault } from './recurrence-rules.js';
import { momentOf } from './event-times.js';

/** How an event repeats, in one of the ways in which people write it. */
export type WrittenRecurrence = string | readonly string[] | Readonly<Record<string, RuleValue>> | null;
type RuleValue = string | number | readonly (string | number)[];

/** What a rule is about. */
export interface RepeatedTimes {
  readonly start: CalendarTime;
  readonly end: CalendarTime;
  readonly calendarZone: string;
}

const linesMax = 50;

/**
 * `RRULE`, `RDATE` and `EXDATE` lines of what somebody wrote; none for once.
 *
 * @throws AppError `request_invalid` naming what is wrong with `recurrence`
 */
export function recurrenceLines(written: WrittenRecurrence, times: RepeatedTimes): readonly string[] {
  const all = linesIn(written).map(spelled);
  const lines = all.every((line) => line === '') ? [] : all;
  const fault = faultOf(lines);
  if (fault !== null) throw refusal(fault);
  const fitting = lines.map((line) => (line.startsWith('RRULE:') ? withFittingEnd(line, times) : line));
  if (fitting.length > 0) tryOut(fitting, times);
  return fitting;
}

function linesIn(written: WrittenRecurrence): readonly string[] {
  if (written === null) return [];
  if (typeof written === 'string') return written.split(/\r?\n/);
  if (isList(written)) return written.flatMap((line) => line.split(/\r?\n/));
  const parts = Object.entries(written).map(([name, value]) => `${name}=${(isList(value) ? value : [value]).map(valueText).join(',')}`);
  return parts.length === 0 ? [] : [parts.join(';')];
}

const isList = <Value, Other>(value: readonly Value[] | Other): value is readonly Value[] => Array.isArray(value);

// `2027-05-01T10:00:00Z` is how everybody else writes it.
const valueText = (value: string | number): string =>
  String(value).replace(/^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(Z?))?$/, (_all, ...found: (string | undefined)[]) => {
    const [year, month, day, hour, minute, second = '00', zone] = found;
    return `${year}${month}${day}${hour === undefined ? '' : `T${hour}${minute}${second}${zone}`}`;
  });

/** In capitals, and with its name. */
function spelled(line: string): string {
  const text = line.trim();
  if (/^(?:RDATE|EXDATE|EXRULE)[;:]/i.test(text)) return text.replace(/^\w+/, (name) => name.toUpperCase());
  const value = text
    .replace(/^RRULE:/i, '')
    .toUpperCase()
    .replaceAll(/\s+/g, '')
    .replace(/;+$/, '');
  const until = value.replace(/UNTIL=([^;]+)/, (_all, end: string) => `UNTIL=${valueText(end)}`);
  return text === '' ? '' : `RRULE:${until}`;
}

function faultOf(lines: readonly string[]): string | null {
  if (lines.includes('')) return 'has an empty line';
  if (lines.length > linesMax) return `must not have more than ${linesMax} lines`;
  const rules = lines.filter((line) => line.startsWith('RRULE:'));
  if (rules.length > 1) return 'must not have more than one RRULE';
  if (lines.some((line) => line.startsWith('EXRULE'))) return 'must not have an EXRULE, which calendars know no longer';
  const faults = lines.map((line) => (line.startsWith('RRULE:') ? ruleFault(line.slice('RRULE:'.length)) : datesFault(line)));
  if (rules.length === 0 && lines.some((line) => line.startsWith('EXDATE'))) return 'takes dates out of a series that has no RRULE';
  return faults.find((fault) => fault !== null) ?? null;
}

/** A series of days ends with a day, and one of hours with a moment: calendars refuse the other, which people write all the time. */
function withFittingEnd(line: string, { start, calendarZone }: RepeatedTimes): string {
  const [written, end = ''] = /UNTIL=([^;]+)/.exec(line) ?? [];
  if (written === undefined) return line;
  const day = end.slice(0, 8);
  if ('date' in start) return line.replace(written, `UNTIL=${day}`);
  if (end.endsWith('Z')) return line;
  const dateTime = `${day.replace(/(....)(..)(..)/, '$1-$2-$3')}T${end.slice(9).replace(/(..)(..)(..)/, '$1:$2:$3') || '23:59:59'}`;
  if (Number.isNaN(Date.parse(`${dateTime}Z`))) throw refusal('has a part UNTIL that is no day');
  if (start.timeZone === null) return line.replace(written, `UNTIL=${dateTime.replaceAll(/[-:]/g, '')}`);
  const moment = momentOf({ dateTime, timeZone: start.timeZone }, calendarZone).toISOString();
  return line.replace(written, `UNTIL=${moment.slice(0, 19).replaceAll(/[-:]/g, '')}Z`);
}

const dayMs = 86_400_000;

/** What cannot be expanded, here and in every calendar, shows in its first days. */
function tryOut(lines: readonly string[], { start, end, calendarZone }: RepeatedTimes): void {
  const from = momentOf(start, calendarZone);
  const event: SourceEvent = {
    id: 'series',
    seriesId: null,
    originalStart: null,
    start,
    end,
    recurrence: lines,
    status: 'confirmed',
    isFree: false,
    response: null,
    title: '',
    htmlLink: null,
    key: null,
  };
  try {
    expandSeries({ events: [event], window: { from, to: new Date(from.getTime() + 2 * dayMs) }, timeZone: calendarZone });
  } catch (error) {
    if (!(error instanceof SeriesError)) throw error;
    throw refusal(faults[error.fault]);
  }
}

const faults: Readonly<Record<SeriesError['fault'], string>> = {
  unreadable_rule: 'has a rule that cannot be read',
  unreadable_time: 'has a time that cannot be read',
  unknown_zone: 'names a time zone that is not known',
  too_many_occurrences: 'repeats too often',
};

const refusal = (fault: string): AppError => new AppError('request_invalid', { recurrence: fault });
