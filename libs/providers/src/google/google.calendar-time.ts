import type { CalendarTime } from '@patchbay/capabilities';
import { z } from 'zod';

/** @see https://developers.google.com/workspace/calendar/api/v3/reference/events#start */
export const googleTime = z.union([
  z.object({ date: z.iso.date() }),
  z.object({ dateTime: z.iso.datetime({ offset: true }), timeZone: z.string().optional() }),
]);

/** A time as Google tells it: a day, or an instant with the zone that people read it in. */
export type GoogleTime = z.output<typeof googleTime>;

/**
 * The same time on the clock of its zone, or of the calendar's where it has none. When that clock shows the time twice, the instant counts: told in UTC,
 * where every time is there once.
 */
export const toCalendarTime = (time: GoogleTime, calendarZone: string): CalendarTime => {
  if ('date' in time) return { date: time.date };
  const ms = Date.parse(time.dateTime);
  const timeZone = zoneThatIs([time.timeZone, calendarZone]);
  const dateTime = wallTime(ms, timeZone);
  return isSecondOfTwo(ms, timeZone) ? { dateTime: wallTime(ms, 'UTC'), timeZone: 'UTC' } : { dateTime, timeZone };
};

/** The first or last moment of a series, whose rule runs on the clock of its zone. */
export const toSeriesTime = (time: GoogleTime, calendarZone: string): CalendarTime => {
  if ('date' in time) return { date: time.date };
  const timeZone = zoneThatIs([time.timeZone, calendarZone]);
  return { dateTime: wallTime(Date.parse(time.dateTime), timeZone), timeZone };
};

// Making one takes a hundred times as long as using it; there are as many as zones in use.
const clocks = new Map<string, Intl.DateTimeFormat>();

const clockOf = (timeZone: string): Intl.DateTimeFormat => {
  const known = clocks.get(timeZone);
  if (known !== undefined) return known;
  // Swedish dates are those of ISO 8601.
  const clock = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  clocks.set(timeZone, clock);
  return clock;
};

const wallTime = (ms: number, timeZone: string): string => clockOf(timeZone).format(ms).replace(' ', 'T');

const zoneThatIs = (candidates: readonly (string | undefined)[]): string => candidates.find((zone) => zone !== undefined && isZone(zone)) ?? 'UTC';

const isZone = (timeZone: string): boolean => {
  try {
    return clockOf(timeZone) !== undefined;
  } catch {
    return false;
  }
};

const hourMs = 3_600_000;

/** True for the later of two instants at which the zone's clock shows the same: it was set back in between. */
const isSecondOfTwo = (ms: number, timeZone: string): boolean => {
  const offsetMs = (at: number): number => Date.parse(`${wallTime(at, timeZone)}Z`) - Math.floor(at / 1000) * 1000;
  const setBackMs = offsetMs(ms - 3 * hourMs) - offsetMs(ms);
  return setBackMs > 0 && wallTime(ms - setBackMs, timeZone) === wallTime(ms, timeZone);
};
