import { instantOfWallTime, wallTimeAt } from '@patchbay/icalendar';

/** What a clock in a zone shows at a moment: `2027-03-01T10:00:00`. */
export const wallOf = wallTimeAt;

/** The moment at which it shows this. */
export const momentOf = instantOfWallTime;

/** `2027-03-01T10:00:00`, without Graph's seven digits of a second. */
export const withoutFraction = (dateTime: string): string => dateTime.slice(0, secondsLength);

const secondsLength = 19;
