import type { CalendarTime } from '@patchbay/capabilities';
import { instantOfWallTime, wallTimeAt } from '@patchbay/icalendar';

/** When an event is, as it came in. */
export interface WrittenTimes {
  readonly start_time: string;
  readonly end_time: string;
  readonly time_zone?: string | null | undefined;
}

/** The times as calendars write them down. What comes without a zone is read on the calendar's clock; null floats, also as that clock. */
export function toCalendarTimes(
  { start_time: start, end_time: end, time_zone: zone }: WrittenTimes,
  clock: string | null,
): { readonly start: CalendarTime; readonly end: CalendarTime } {
  const read = (written: string): CalendarTime => readTime(written, zone === undefined ? clock : zone);
  return { start: read(start), end: read(end) };
}

/** A time as it goes out: a day, or RFC 3339 with the offset of its zone. A floating one is told as it is on the calendar's clock. */
export function writtenTime(time: CalendarTime, calendarZone: string): string {
  if ('date' in time) return time.date;
  const zone = time.timeZone ?? calendarZone;
  const offsetMs = Date.parse(`${time.dateTime}Z`) - instantOfWallTime(time.dateTime, zone);
  return `${time.dateTime}${offsetText(offsetMs)}`;
}

/** The moment of a time, a day's being its midnight in the calendar's zone. */
export function momentOf(time: CalendarTime, calendarZone: string): Date {
  return 'date' in time
    ? new Date(instantOfWallTime(`${time.date}T00:00:00`, calendarZone))
    : new Date(instantOfWallTime(time.dateTime, time.timeZone ?? calendarZone));
}

const dateLength = '2027-03-01'.length;
const secondsLength = '2027-03-01T10:00:00'.length;

function readTime(written: string, zone: string | null): CalendarTime {
  if (written.length === dateLength) return { date: written };
  const offset = /(?:Z|[+-]\d{2}:\d{2})$/.exec(written)?.[0];
  if (offset === undefined) return { dateTime: withSeconds(written), timeZone: zone };
  const instant = Date.parse(written);
  const timeZone = zone ?? 'UTC';
  const dateTime = wallTimeAt(instant, timeZone);
  // When the clock shows the time twice, the later one has a name in UTC only.
  return instantOfWallTime(dateTime, timeZone) === Math.floor(instant / 1_000) * 1_000
    ? { dateTime, timeZone }
    : { dateTime: wallTimeAt(instant, 'UTC'), timeZone: 'UTC' };
}

// Calendars know no parts of seconds.
const withSeconds = (written: string): string => (written.length < secondsLength ? `${written}:00` : written.slice(0, secondsLength));

function offsetText(offsetMs: number): string {
  if (offsetMs === 0) return 'Z';
  const minutes = Math.round(Math.abs(offsetMs) / 60_000);
  const [hour, minute] = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0'));
  return `${offsetMs < 0 ? '-' : '+'}${hour}:${minute}`;
}
