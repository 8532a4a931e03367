import { instantBy } from './zone.js';

// Making one takes a hundred times as long as using it; there are as many as zones in use, and whoever makes zones up does not fill the memory.
const clocks = new Map<string, Intl.DateTimeFormat>();
const clocksMax = 1_000;

/** What the clock of an IANA zone shows at a moment: `2027-03-01T10:00:00`. @throws RangeError when there is no such zone */
export const wallTimeAt = (instant: number, timeZone: string): string =>
  clockOf(timeZone).format(instant).replace(' ', 'T').padStart('2027-03-01T10:00:00'.length, '0');

/** How far the clock of a zone is ahead of UTC at a moment. Milliseconds. @throws RangeError when there is no such zone */
export const offsetMsAt = (instant: number, timeZone: string): number =>
  Date.parse(`${wallTimeAt(instant, timeZone)}Z`) - Math.floor(instant / 1_000) * 1_000;

/**
 * The moment at which the clock of a zone shows a time: the first of two where it is set back. A time that it leaves out is read with the offset from
 * before the gap. https://www.rfc-editor.org/rfc/rfc5545#section-3.3.5
 *
 * @throws RangeError when there is no such zone
 */
export const instantOfWallTime = (dateTime: string, timeZone: string): number =>
  instantBy((instant) => offsetMsAt(instant, timeZone), Date.parse(`${dateTime}Z`));

function clockOf(timeZone: string): Intl.DateTimeFormat {
  const known = clocks.get(timeZone);
  if (known !== undefined) return known;
  // Swedish dates are those of ISO 8601.
  const clock = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  if (clocks.size >= clocksMax) clocks.clear();
  clocks.set(timeZone, clock);
  return clock;
}
