import type { CalendarTime } from '@patchbay/capabilities';
import { civilDate, dayMs, dayNumber } from './civil-days.js';
import { SeriesError } from './series-error.js';
import { toIanaZone } from './windows-zones.js';
import { zoneOf, type Zone } from './zone.js';

/** A time as it is written in calendar text or by a provider: what a wall clock shows, and where that clock hangs. */
export interface WrittenTime {
  /** Milliseconds, counted as if the clock showed UTC; midnight for a whole day. */
  readonly wall: number;
  readonly isDate: boolean;
  /** Null where it floats, as days do. */
  readonly timeZone: string | null;
}

/** @throws SeriesError `unreadable_time` */
export function readTime(time: CalendarTime): WrittenTime {
  if ('date' in time) return { wall: wallOf(/^(\d{4})-(\d{2})-(\d{2})$/.exec(time.date)), isDate: true, timeZone: null };
  const found = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.\d+)?$/.exec(time.dateTime);
  return { wall: wallOf(found), isDate: false, timeZone: time.timeZone };
}

/**
 * Reads `20261121`, `20261121T100000` and `20261121T090000Z`; `timeZone` is that of the line it stands in.
 *
 * @throws SeriesError `unreadable_time`
 */
export function readBasicTime(text: string, timeZone: string | null): WrittenTime {
  const found = /^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})(Z?))?$/.exec(text.trim().toUpperCase());
  const isDate = found?.[4] === undefined;
  return { wall: wallOf(found), isDate, timeZone: found?.[7] === 'Z' ? 'UTC' : isDate ? null : timeZone };
}

function wallOf(found: RegExpExecArray | null): number {
  if (found === null) throw new SeriesError('unreadable_time');
  const [, year, month, day, hour = '0', minute = '0', second = '0'] = found;
  // Leap seconds are the last second of their minute.
  const seconds = Number(hour) * 3_600 + Number(minute) * 60 + Math.min(Number(second), 59);
  return dayNumber(Number(year), Number(month), Number(day)) * dayMs + seconds * 1_000;
}

/** `2026-11-21` */
export function dateText(wall: number): string {
  const { year, month, day } = civilDate(Math.floor(wall / dayMs));
  return `${String(year).padStart(4, '0')}-${twoDigits(month)}-${twoDigits(day)}`;
}

/** `2026-11-21T10:00:00`. Every occurrence has one, and a `Date` would take several times as long. */
export function dateTimeText(wall: number): string {
  const seconds = Math.floor((wall - midnightOf(wall)) / 1_000);
  return `${dateText(wall)}T${twoDigits(Math.floor(seconds / 3_600))}:${twoDigits(Math.floor(seconds / 60) % 60)}:${twoDigits(seconds % 60)}`;
}

const twoDigits = (number: number): string => (number < 10 ? `0${number}` : String(number));

/** Where the clock of a written time hangs; `floating` is where the ones without a zone are meant. */
export const zoneOfTime = ({ timeZone }: WrittenTime, floating: Zone): Zone => (timeZone === null ? floating : zoneNamed(timeZone));

/** @throws SeriesError `unknown_zone` */
export function zoneNamed(name: string): Zone {
  const iana = toIanaZone(name);
  if (iana === null) throw new SeriesError('unknown_zone');
  return zoneOf(iana);
}

/** Midnight of the day that a wall clock is in. */
export const midnightOf = (wall: number): number => Math.floor(wall / dayMs) * dayMs;
