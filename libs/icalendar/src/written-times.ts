import type { CalendarTime } from '@patchbay/capabilities';
import { dateText, dateTimeText, midnightOf, readBasicTime, readTime, zoneNamed } from './calendar-times.js';

/**
 * The moment that a time means; `floating` is the zone of times that have none.
 *
 * @throws SeriesError
 */
export function momentOf(time: CalendarTime, floating: string): number {
  const { wall, timeZone } = readTime(time);
  return zoneNamed(timeZone ?? floating).instantOf(wall);
}

/** A moment as another time is written: as a day, afloat, or on the clock of its zone. In UTC where that clock shows the same twice and means the other one. */
export function timeLike(sample: CalendarTime, moment: number, floating: string): CalendarTime {
  const timeZone = 'date' in sample ? null : sample.timeZone;
  const zone = zoneNamed(timeZone ?? floating);
  const wall = zone.wallOf(moment);
  if ('date' in sample) return { date: dateText(wall) };
  if (timeZone !== null && zone.instantOf(wall) !== moment) return { dateTime: dateTimeText(moment), timeZone: 'UTC' };
  return { dateTime: dateTimeText(wall), timeZone };
}

/** What an occurrence is called among those of its series, as `parseCalendar` calls it: the same moment has the same name in every zone. */
export function recurrenceIdOf(time: CalendarTime): string {
  if ('date' in time) return time.date.replaceAll('-', '');
  const basic = (moment: number): string => dateTimeText(moment).replaceAll(/[-:]/g, '');
  return time.timeZone === null ? basic(readTime(time).wall) : `${basic(momentOf(time, 'UTC'))}Z`;
}

/** What {@link recurrenceIdOf} means, with times that float taken for UTC. */
export const momentOfRecurrenceId = (id: string): number => readBasicTime(id, null).wall;

/** Where a time goes when the series that it belongs to is moved: as far on the clock as the series, and written as that is then. */
export function movedWith(time: CalendarTime, { from, to }: { readonly from: CalendarTime; readonly to: CalendarTime }): CalendarTime {
  const [before, after] = [readTime(from), readTime(to)];
  const { wall: own } = readTime(time);
  const isElsewhere = !('date' in time) && !('date' in from) && time.timeZone !== null && from.timeZone !== null && time.timeZone !== from.timeZone;
  const wall = isElsewhere ? zoneNamed(before.timeZone ?? 'UTC').wallOf(momentOf(time, 'UTC')) : own;
  const moved = wall + (after.wall - before.wall);
  return 'date' in to ? { date: dateText(midnightOf(moved)) } : { dateTime: dateTimeText(moved), timeZone: to.timeZone };
}
