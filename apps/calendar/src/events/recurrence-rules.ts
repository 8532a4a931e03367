import { ianaTimeZone } from '@patchbay/contracts';

/** A part of an RRULE, and what it must look like. https://www.rfc-editor.org/rfc/rfc5545#section-3.3.10 */
interface PartSpec {
  readonly looks: RegExp;
  readonly must: string;
}

const listOf = (one: string): RegExp => new RegExp(`^(?:${one})(?:,(?:${one}))*$`);
const weekday = '(?:MO|TU|WE|TH|FR|SA|SU)';
const numbers = (low: number, high: number, isSigned: boolean): PartSpec => {
  const all = Array.from({ length: high - low + 1 }, (_none, index) => String(low + index)).join('|');
  return {
    looks: listOf(`${isSigned ? '[+-]?' : ''}0?(?:${all})`),
    must: `must be numbers from ${low} to ${high}${isSigned ? ', with - counted from the end' : ''}`,
  };
};

const parts: Readonly<Record<string, PartSpec>> = {
  FREQ: { looks: /^(?:SECONDLY|MINUTELY|HOURLY|DAILY|WEEKLY|MONTHLY|YEARLY)$/, must: 'must be DAILY, WEEKLY, MONTHLY or YEARLY' },
  INTERVAL: { looks: /^[1-9]\d{0,3}$/, must: 'must be a whole number from 1 to 9999' },
  COUNT: { looks: /^[1-9]\d{0,4}$/, must: 'must be a whole number from 1 to 99999' },
  UNTIL: { looks: /^\d{8}(?:T\d{6}Z?)?$/, must: 'must be a day, or a moment in UTC' },
  BYDAY: { looks: listOf(`(?:[+-]?(?:[1-9]|[1-4]\\d|5[0-3]))?${weekday}`), must: 'must be days such as MO, or 2MO for the second Monday' },
  BYMONTH: numbers(1, 12, false),
  BYMONTHDAY: numbers(1, 31, true),
  BYYEARDAY: numbers(1, 366, true),
  BYWEEKNO: numbers(1, 53, true),
  BYSETPOS: numbers(1, 366, true),
  BYHOUR: numbers(0, 23, false),
  BYMINUTE: numbers(0, 59, false),
  BYSECOND: numbers(0, 60, false),
  WKST: { looks: new RegExp(`^${weekday}$`), must: 'must be a day such as MO' },
};

/** What is wrong with the value of an RRULE, saying in which part; null when nothing is. Never repeats what was written. */
export function ruleFault(value: string): string | null {
  const seen = new Set<string>();
  for (const part of value.split(';')) {
    const [name = '', written, more] = part.split('=');
    const spec = Object.hasOwn(parts, name) ? parts[name] : undefined;
    if (spec === undefined) return `has a part that is none of ${Object.keys(parts).join(', ')}`;
    if (seen.has(name)) return `has ${name} twice`;
    seen.add(name);
    if (written === undefined || more !== undefined || !spec.looks.test(written)) return `has a part ${name} that ${spec.must}`;
  }
  if (!seen.has('FREQ')) return `needs a part FREQ, which ${parts['FREQ']?.must ?? ''}`;
  return seen.has('COUNT') && seen.has('UNTIL') ? 'has both COUNT and UNTIL, of which one must go' : null;
}

const time = String.raw`\d{8}(?:T\d{6}Z?)?`;
const dates = new RegExp(String.raw`^(?:RDATE|EXDATE)((?:;TZID=[\w+/-]{1,100}|;VALUE=DATE(?:-TIME)?){0,2}):(${time}(?:,${time})*)$`, 'i');

/** What is wrong with an `RDATE` or `EXDATE` line. */
export function datesFault(line: string): string | null {
  const [, parameters = '', values = ''] = dates.exec(line) ?? [];
  const zone = /;TZID=([^;]+)/i.exec(parameters)?.[1];
  if (zone !== undefined && ianaTimeZone(zone) === null) return 'names a time zone that is not known';
  return values !== '' && values.split(',').every(isDate) ? null : 'has a line RDATE or EXDATE whose dates cannot be read';
}

const isDate = (text: string): boolean => {
  const [, year, month, day, hour = '00', minute = '00', second = '00'] = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d))?/i.exec(text) ?? [];
  const written = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const ms = Date.parse(`${written}Z`);
  // `Date` takes the thirtieth of February for the second of March.
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(written);
};
