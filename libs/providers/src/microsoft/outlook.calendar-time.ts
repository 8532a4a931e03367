import { wallTimeAt } from '@patchbay/icalendar';

const dayMs = 86_400_000;

/** What a clock in a zone shows at a moment: `2027-03-01T10:00:00`. */
export const wallOf = wallTimeAt;

/**
 * The moment at which a clock in a zone shows this: the first one of two, and one that a clock change leaves out by the offset from before it.
 * https://www.rfc-editor.org/rfc/rfc5545#section-3.3.5
 */
export const momentOf = (wall: string, timeZone: string): number => {
  const asUtc = Date.parse(`${wall}Z`);
  const offsetAt = (ms: number): number => Date.parse(`${wallOf(ms, timeZone)}Z`) - ms;
  const before = asUtc - offsetAt(asUtc - dayMs);
  if (wallOf(before, timeZone) === wall) return before;
  const after = asUtc - offsetAt(asUtc + dayMs);
  return wallOf(after, timeZone) === wall ? after : before;
};

/** `2027-03-01T10:00:00`, without Graph's seven digits of a second. */
export const withoutFraction = (dateTime: string): string => dateTime.slice(0, secondsLength);

const secondsLength = 19;
