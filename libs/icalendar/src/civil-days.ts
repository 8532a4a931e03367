/** A day of the Gregorian calendar; January is 1. */
export interface CivilDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** The milliseconds of a day on the wall, which has no clock changes. */
export const dayMs = 86_400_000;

const monthLengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

const isLeapYear = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

/** Days of a year. */
export const yearLength = (year: number): number => (isLeapYear(year) ? 366 : 365);

/** Days of a month; the first month is 1. */
export const monthLength = (year: number, month: number): number => (month === 2 && isLeapYear(year) ? 29 : (monthLengths[month - 1] ?? 0));

/** The number of a day, counted from 1970-01-01. By arithmetic, as a `Date` costs ten times as much and reads the years 0 to 99 as 1900 to 1999. */
export function dayNumber(year: number, month: number, day: number): number {
  // Years begin in March here, so that the leap day is their last one: http://howardhinnant.github.io/date_algorithms.html#days_from_civil
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468;
}

/** The day with a number. http://howardhinnant.github.io/date_algorithms.html#civil_from_days */
export function civilDate(number: number): CivilDate {
  const days = number + 719_468;
  const era = Math.floor(days / 146_097);
  const dayOfEra = days - era * 146_097;
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return { year, month, day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1 };
}

/** Monday is 0. */
export const weekdayOf = (day: number): number => (((day + 3) % 7) + 7) % 7;

/** The day on which the week of `day` begins. */
export const weekBeginOf = (day: number, weekStart: number): number => day - ((weekdayOf(day) - weekStart + 7) % 7);

/** A week by its number: the first week of a year is the first that has four days in it (RFC 5545 section 3.3.10, BYWEEKNO). */
export interface Week {
  readonly number: number;
  /** How many weeks its year has. */
  readonly weeks: number;
}

/** The week a day lies in, where weeks begin with `weekStart` and the first of a year is the one with four days in it (RFC 5545 section 3.3.10). */
export function weekOf(day: number, weekStart: number): Week {
  // The year of a week is the one that most of its days are in, which is that of its fourth day.
  const fourth = weekBeginOf(day, weekStart) + 3;
  const { year } = civilDate(fourth);
  const first = dayNumber(year, 1, 1);
  const fourthOfLast = weekBeginOf(dayNumber(year, 12, 28), weekStart) + 3;
  return { number: Math.floor((fourth - first) / 7) + 1, weeks: Math.floor((fourthOfLast - first) / 7) + 1 };
}
