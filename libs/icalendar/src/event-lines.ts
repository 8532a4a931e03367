import type { CalendarTime, EventResponse, SourceEvent } from '@patchbay/capabilities';
import ICAL from 'ical.js';
import { dateText, dateTimeText, readBasicTime, readTime } from './calendar-times.js';
import type { CalendarZones } from './calendar-zones.js';
import { civilDate, dayMs } from './civil-days.js';
import { durationMs, parseRecurrence, splitLine, thisAndFuture, type TimeLine } from './recurrence-lines.js';
import { SeriesError } from './series-error.js';
import { recurrenceIdOf } from './written-times.js';
import { zoneOf } from './zone.js';

/** An event of a calendar text, before it is known whether another one of the same name replaces it. */
export interface ReadEvent {
  readonly event: SourceEvent;
  readonly sequence: number;
}

/** Marks an event that we wrote: its `UID` is in it once more. */
export const keyProperty = 'X-PATCHBAY-KEY';

interface Reading {
  readonly zones: CalendarZones;
  /** In lower case. */
  readonly ownAddresses: ReadonlySet<string>;
  /** Names an event that has no `UID`. */
  readonly nameless: () => string;
}

/**
 * Reads the lines of one `VEVENT`. https://www.rfc-editor.org/rfc/rfc5545#section-3.6.1
 *
 * @throws SeriesError when it cannot be told when it takes place.
 */
export function readEvent(lines: readonly string[], { zones, ownAddresses, nameless }: Reading): ReadEvent {
  const byName = linesByName(lines);
  const first = (name: string): string | undefined => byName.get(name)?.[0];
  const uid = textOf(first('UID')) || nameless();
  const original = first('RECURRENCE-ID');
  // Called as in the series that it is of.
  const originalStart = original === undefined ? null : timeOf(original, { zones, isSeries: true });
  const recurrence = original === undefined ? recurrenceOf(byName, zones) : rangeOf(original);
  const place: Place = { zones, isSeries: recurrence.length > 0 };
  const start = timeOf(required(first('DTSTART')), place);
  const busyStatus = textOf(first('X-MICROSOFT-CDO-BUSYSTATUS')).toUpperCase();
  // Exceptions and copies of an event carry its mark on.
  const key = originalStart === null && valueOf(first(keyProperty)) === uid ? uid : null;
  const event: SourceEvent = {
    id: originalStart === null ? uid : `${uid}#${recurrenceIdOf(originalStart)}`,
    seriesId: originalStart === null ? null : uid,
    originalStart,
    start,
    end: endOf({ start, end: first('DTEND'), duration: first('DURATION') }, place),
    recurrence,
    status: statusOf(textOf(first('STATUS')).toUpperCase(), busyStatus),
    isFree: textOf(first('TRANSP')).toUpperCase() === 'TRANSPARENT' || freeStatuses.has(busyStatus),
    response: responseOf(byName.get('ATTENDEE') ?? [], ownAddresses),
    title: textOf(first('SUMMARY')),
    // The address of an event that we wrote is where it takes place.
    htmlLink: key === null ? textOf(first('URL')) || null : null,
    key,
  };
  const sequence = Number.parseInt(splitLine(first('SEQUENCE') ?? '').value, 10);
  return { event, sequence: Number.isNaN(sequence) ? 0 : sequence };
}

/** Whoever works elsewhere can be met all the same: Graph's readers take it so, too. */
const freeStatuses: ReadonlySet<string> = new Set(['FREE', 'WORKINGELSEWHERE']);

/** What an event that cannot be read is found by. */
interface EventOutline {
  readonly uid: string;
  readonly title: string | null;
  /** As it is written. */
  readonly start: string | null;
}

const outlineLengthMax = 200;

/** What can be said of a `VEVENT`, be it as broken as it may. */
export function outlineOf(lines: readonly string[], nameless: () => string): EventOutline {
  const byName = linesByName(lines);
  const shortened = (text: string): string | null => text.slice(0, outlineLengthMax).toWellFormed() || null;
  const start = byName.get('DTSTART')?.[0] ?? '';
  return {
    uid: textOf(byName.get('UID')?.[0]) || nameless(),
    title: shortened(textOf(byName.get('SUMMARY')?.[0])),
    start: shortened(start.slice(start.search(/[;:]/) + 1).trim()),
  };
}

function linesByName(lines: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const line of lines) {
    const length = line.search(/[;:]/);
    if (length === -1) continue;
    const name = line.slice(0, length).trim().toUpperCase();
    const others = found.get(name);
    if (others === undefined) found.set(name, [line]);
    else others.push(line);
  }
  return found;
}

function required(line: string | undefined): string {
  if (line === undefined) throw new SeriesError('unreadable_time');
  return line;
}

interface Property {
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly value: unknown;
}

/** Characters. ical.js takes as long for the parameters of a line as the square of their number: minutes for some megabytes of them. */
const propertyLengthMax = 16_384;

/** A line that cannot be read says nothing. */
export function propertyOf(line: string): Property | null {
  if (line.length > propertyLengthMax) return null;
  try {
    const [, parameters, , value] = ICAL.parse.property(line) as readonly [string, Record<string, unknown>, string, unknown];
    return { parameters, value };
  } catch {
    return null;
  }
}

function textOf(line: string | undefined): string {
  const value = line === undefined ? undefined : propertyOf(line)?.value;
  return typeof value === 'string' ? value.trim() : '';
}

/** Of a property whose type nobody declares. */
const valueOf = (line: string | undefined): string | null => (line === undefined ? null : line.slice(line.indexOf(':') + 1).trim());

interface Place {
  readonly zones: CalendarZones;
  /** Times of a series need a zone with a name, as clocks change between them; a single one can be a mere moment. */
  readonly isSeries: boolean;
}

function timeOf(line: string, { zones, isSeries }: Place): CalendarTime {
  const { timeZone, value } = splitLine(line);
  const time = readBasicTime(value, timeZone);
  if (!isReal(value)) throw new SeriesError('unreadable_time');
  if (time.isDate) return { date: dateText(time.wall) };
  const dateTime = dateTimeText(time.wall);
  if (time.timeZone === null) return { dateTime, timeZone: null };
  if (!isSeries && zones.nameOf(time.timeZone) === null) {
    const instant = zones.instantOf(time.timeZone, time.wall);
    if (instant !== null) return { dateTime: dateTimeText(instant), timeZone: 'UTC' };
  }
  return { dateTime, timeZone: zoneNamed(time.timeZone, zones) };
}

/** There is no 30th of February. */
function isReal(value: string): boolean {
  const [, year, month, day, hour = 0, minute = 0] = /^\s*(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2}))?/i.exec(value)?.map(Number) ?? [];
  const { wall } = readBasicTime(value, null);
  const date = civilDate(Math.floor(wall / dayMs));
  return date.year === year && date.month === month && date.day === day && (Number.isNaN(hour) || (hour < 24 && minute < 60));
}

function zoneNamed(tzid: string, zones: CalendarZones): string {
  const name = zones.closestNameOf(tzid);
  if (name === null) throw new SeriesError('unknown_zone');
  return name;
}

interface Extent {
  readonly start: CalendarTime;
  readonly end: string | undefined;
  readonly duration: string | undefined;
}

/** Without an end: one day for a day, and no time at all for a time (RFC 5545 section 3.6.1). */
function endOf({ start, end, duration }: Extent, place: Place): CalendarTime {
  if (end !== undefined) return timeOf(end, place);
  const lengthMs = duration === undefined ? 0 : durationMs(splitLine(duration).value);
  const { wall } = readTime(start);
  if ('date' in start) return { date: dateText(wall + Math.max(dayMs, Math.ceil(lengthMs / dayMs) * dayMs)) };
  const { timeZone } = start;
  // Days are days on the wall, hours are hours (RFC 5545 section 3.3.6).
  if (timeZone === null || lengthMs % dayMs === 0) return { dateTime: dateTimeText(wall + lengthMs), timeZone };
  const zone = zoneOf(timeZone);
  const moment = zone.instantOf(wall) + lengthMs;
  const endWall = zone.wallOf(moment);
  return zone.instantOf(endWall) === moment ? { dateTime: dateTimeText(endWall), timeZone } : { dateTime: dateTimeText(moment), timeZone: 'UTC' };
}

/** "SHOULD NOT occur more than once": https://www.rfc-editor.org/rfc/rfc5545#section-3.8.5.3. All are read in one go, whenever the series is looked at. */
const rulesMax = 1_000;
const recurrenceNames = ['RRULE', 'RDATE', 'EXDATE', 'EXRULE'];

/** With zones by their IANA names: what they are called in this text means nothing elsewhere. */
function recurrenceOf(byName: ReadonlyMap<string, readonly string[]>, zones: CalendarZones): readonly string[] {
  const written = recurrenceNames.flatMap((name) => byName.get(name) ?? []);
  const rules = (byName.get('RRULE')?.length ?? 0) + (byName.get('EXRULE')?.length ?? 0);
  if (rules > rulesMax) throw new SeriesError('too_many_occurrences');
  const lines = written.map((line) => rewritten(splitLine(line), zones));
  parseRecurrence(lines);
  return lines;
}

function rewritten({ name, timeZone, value }: TimeLine, zones: CalendarZones): string {
  // An exception in a zone that nobody knows is taken to be in that of the series, which would be lost otherwise.
  const isLost = timeZone === null || (name === 'EXDATE' && zones.closestNameOf(timeZone) === null);
  return `${isLost ? name : `${name};TZID=${zoneNamed(timeZone, zones)}`}:${value.trim()}`;
}

const rangeOf = (recurrenceIdLine: string): readonly string[] =>
  /;\s*RANGE\s*=\s*"?THISANDFUTURE/i.test(recurrenceIdLine.slice(0, recurrenceIdLine.lastIndexOf(':'))) ? [thisAndFuture] : [];

function statusOf(status: string, busyStatus: string): SourceEvent['status'] {
  if (status === 'CANCELLED') return 'cancelled';
  return status === 'TENTATIVE' || busyStatus === 'TENTATIVE' ? 'tentative' : 'confirmed';
}

const responses: Readonly<Record<string, EventResponse>> = {
  ACCEPTED: 'accepted',
  TENTATIVE: 'tentative',
  DECLINED: 'declined',
  // Somebody else goes.
  DELEGATED: 'declined',
};

function responseOf(attendees: readonly string[], ownAddresses: ReadonlySet<string>): EventResponse | null {
  if (ownAddresses.size === 0) return null;
  const own = [...ownAddresses];
  for (const line of attendees) {
    // Taking a line apart takes a hundred times as long, and some invite everybody.
    const written = line.toLowerCase();
    if (!own.some((address) => written.includes(address))) continue;
    const attendee = propertyOf(line);
    // iCloud writes paths of its own for addresses, and those as a parameter.
    const addresses = [attendee?.value, attendee?.parameters['email']].map((address) => (typeof address === 'string' ? bareAddress(address) : ''));
    const partstat = attendee?.parameters['partstat'];
    if (addresses.some((address) => ownAddresses.has(address)))
      return responses[typeof partstat === 'string' ? partstat.toUpperCase() : ''] ?? 'unanswered';
  }
  return null;
}

/** `mailto:Ada@Example.com` and `Ada@Example.com` are the same person. */
export const bareAddress = (address: string): string =>
  address
    .trim()
    .toLowerCase()
    .replace(/^mailto:/, '');
