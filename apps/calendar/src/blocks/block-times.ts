import type { CalendarTime, ReadingWindow, SourceEvent } from '@patchbay/capabilities';
import { AppError } from '@patchbay/contracts';
import { expandSeries, SeriesError, wallTimeAt, type Occurrence } from '@patchbay/icalendar';

/** When a block is. */
export interface BlockTimes {
  /** Of the first time, when it repeats. */
  readonly starts_at: Date;
  readonly ends_at: Date;
  readonly time_zone: string;
  readonly is_all_day: boolean;
  readonly recurrence: readonly string[];
}

/** A time from a moment up to, but without, another. */
export interface Span {
  readonly start: Date;
  readonly end: Date;
}

const dayMs = 24 * 60 * 60_000;
/** A block that takes longer is a calendar that is not used. Milliseconds. */
const lengthMsMax = 400 * dayMs;
const [earliest, latest] = [new Date('1970-01-01T00:00:00Z'), new Date('2200-01-01T00:00:00Z')];

const wholeSecond = (moment: Date): Date => new Date(Math.floor(moment.getTime() / 1_000) * 1_000);

/** A moment as the clocks of a zone show it: `2026-11-21T10:00:00`. */
export const wallTimeOf = (moment: Date, timeZone: string): string => wallTimeAt(moment.getTime(), timeZone);

/** The day of a time on the clock. */
export const dateOf = (wall: string): string => wall.slice(0, 10);
/** The day after one. */
export const dayAfter = (date: string): string => dateOf(new Date(Date.parse(`${date}T00:00:00Z`) + dayMs).toISOString());

/** Whole days are from midnight to midnight, other times of whole seconds. @throws AppError `request_invalid` when the time is none. */
export function settledTimes(times: BlockTimes): BlockTimes {
  const settled = { ...times, starts_at: wholeSecond(times.starts_at), ends_at: wholeSecond(times.ends_at) };
  const { starts_at: start, ends_at: end } = settled;
  if (start >= end) throw new AppError('request_invalid', { end_time: 'must be after start_time' });
  if (end.getTime() - start.getTime() > lengthMsMax) throw new AppError('request_invalid', { end_time: 'must be at most 400 days after start_time' });
  if (start < earliest || end > latest) throw new AppError('request_invalid', { start_time: 'must be a time of the years 1970 to 2199' });
  if (!times.is_all_day) return settled;
  const [day] = expanded({ ...settled, recurrence: [] }, { from: earliest, to: latest });
  return day === undefined ? settled : { ...settled, starts_at: day.start, ends_at: day.end };
}

/** The times of a block inside a window; of one that does not repeat its only one, wherever that is. @throws AppError `request_invalid` when its lines cannot be read. */
export function occurrencesOf(times: BlockTimes, window: ReadingWindow): readonly Occurrence[] {
  if (times.recurrence.length > 0) return expanded(times, window);
  const { starts_at: start, ends_at: end, is_all_day: isAllDay } = times;
  return [{ start, end, isAllDay, eventId: blockEventId, originalStart: sourceOf(times).start }];
}

/**
 * When the last time of a block ends; null when it repeats for ever, or comes to more times than are counted.
 *
 * @throws AppError `request_invalid` when its lines cannot be read
 */
export function endOf(times: BlockTimes): Date | null {
  if (times.recurrence.some((line) => /^RRULE/i.test(line) && !/[:;](?:COUNT|UNTIL)=/i.test(line))) return null;
  try {
    const ends = occurrencesOf(times, { from: earliest, to: latest }).map(({ end }) => end.getTime());
    return new Date(Math.max(times.ends_at.getTime(), ...ends));
  } catch (error) {
    if (error instanceof AppError && error.cause instanceof SeriesError && error.cause.fault === 'too_many_occurrences') return null;
    throw error;
  }
}

function expanded(times: BlockTimes, window: ReadingWindow): readonly Occurrence[] {
  try {
    return expandSeries({ events: [sourceOf(times)], window, timeZone: times.time_zone });
  } catch (error) {
    if (!(error instanceof SeriesError)) throw error;
    throw new AppError('request_invalid', faultOf(error), { cause: error });
  }
}

function faultOf({ fault }: SeriesError): Readonly<Record<string, string>> {
  switch (fault) {
    case 'unknown_zone':
      return { time_zone: 'and the zones of `recurrence` must be IANA time zones, such as Europe/Berlin' };
    case 'too_many_occurrences':
      return { recurrence: 'comes to too many times' };
    case 'unreadable_rule':
    case 'unreadable_time':
      return { recurrence: 'cannot be read as RFC 5545 has it' };
  }
}

/** So many characters may a line have in a request: lines of ours are no longer, so that they can be sent back. */
const lineMax = 2_000;
const exceptions = /^(EXDATE(?:;(?:[^":]|"[^"]*")*)?:)(.+)$/;

/** The lines of a block that repeats without one of its times. Exceptions of a kind share a line: however many there are, the lines stay few. */
export function linesWithout(recurrence: readonly string[], occurrence: Occurrence): readonly string[] {
  const times = new Map<string, Set<string>>();
  const others: string[] = [];
  for (const line of [...recurrence, exceptionLine(occurrence)]) {
    const [, name, values] = exceptions.exec(line) ?? [];
    if (name === undefined || values === undefined) others.push(line);
    else times.set(name, new Set([...(times.get(name) ?? []), ...values.split(',')]));
  }
  return [...others, ...[...times].flatMap(([name, values]) => linesOf(name, [...values]))];
}

function linesOf(name: string, values: readonly string[]): readonly string[] {
  const lines: string[] = [];
  for (const value of values) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + value.length > lineMax) lines.push(`${name}${value}`);
    else lines[lines.length - 1] = `${last},${value}`;
  }
  return lines;
}

function exceptionLine({ originalStart }: Occurrence): string {
  const compact = (text: string): string => text.replaceAll(/[-:]/g, '');
  return 'date' in originalStart
    ? `EXDATE;VALUE=DATE:${compact(originalStart.date)}`
    : `EXDATE;TZID=${originalStart.timeZone ?? 'UTC'}:${compact(originalStart.dateTime)}`;
}

const blockEventId = 'block';

function sourceOf(times: BlockTimes): SourceEvent {
  const [start, end] = [times.starts_at, times.ends_at].map((moment) => wallTimeOf(moment, times.time_zone));
  if (start === undefined || end === undefined) throw new Error('unreachable: two moments have two times');
  const timed = (dateTime: string): CalendarTime => ({ dateTime, timeZone: times.time_zone });
  const afterLast = end.endsWith('T00:00:00') ? dateOf(end) : dayAfter(dateOf(end));
  return {
    id: blockEventId,
    seriesId: null,
    originalStart: null,
    start: times.is_all_day ? { date: dateOf(start) } : timed(start),
    end: times.is_all_day ? { date: afterLast } : timed(end),
    recurrence: times.recurrence,
    status: 'confirmed',
    isFree: false,
    response: null,
    title: '',
    htmlLink: null,
    key: null,
  };
}
