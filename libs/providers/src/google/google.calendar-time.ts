import type { CalendarTime } from '@patchbay/capabilities';
import { instantOfWallTime, offsetMsAt, wallTimeAt } from '@patchbay/icalendar';
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
  const dateTime = wallTimeAt(ms, timeZone);
  return isSecondOfTwo(ms, timeZone) ? { dateTime: wallTimeAt(ms, 'UTC'), timeZone: 'UTC' } : { dateTime, timeZone };
};

/** The first or last moment of a series, whose rule runs on the clock of its zone. */
export const toSeriesTime = (time: GoogleTime, calendarZone: string): CalendarTime => {
  if ('date' in time) return { date: time.date };
  const timeZone = zoneThatIs([time.timeZone, calendarZone]);
  return { dateTime: wallTimeAt(Date.parse(time.dateTime), timeZone), timeZone };
};

/**
 * A time on the wall with the offset that its zone has then: the first of two where the clock is set back, the one from before where it leaves the time out.
 * https://www.rfc-editor.org/rfc/rfc5545#section-3.3.5
 */
export const toGoogleDateTime = (dateTime: string, timeZone: string): string => {
  const offsetMinutes = (Date.parse(`${dateTime}Z`) - instantOfWallTime(dateTime, timeZone)) / 60_000;
  if (offsetMinutes === 0) return `${dateTime}Z`;
  const [hours, minutes] = [Math.floor(Math.abs(offsetMinutes) / 60), Math.floor(Math.abs(offsetMinutes) % 60)].map((part) =>
    String(part).padStart(2, '0'),
  );
  return `${dateTime}${offsetMinutes < 0 ? '-' : '+'}${hours}:${minutes}`;
};

const zoneThatIs = (candidates: readonly (string | undefined)[]): string => candidates.find((zone) => zone !== undefined && isZone(zone)) ?? 'UTC';

const isZone = (timeZone: string): boolean => {
  try {
    return wallTimeAt(0, timeZone) !== '';
  } catch {
    return false;
  }
};

const hourMs = 3_600_000;

/** True for the later of two instants at which the zone's clock shows the same: it was set back in between. */
const isSecondOfTwo = (ms: number, timeZone: string): boolean => {
  const setBackMs = offsetMsAt(ms - 3 * hourMs, timeZone) - offsetMsAt(ms, timeZone);
  return setBackMs > 0 && wallTimeAt(ms - setBackMs, timeZone) === wallTimeAt(ms, timeZone);
};
