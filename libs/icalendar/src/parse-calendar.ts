import { createHash } from 'node:crypto';
import type { SourceEvent, UnreadableEvent } from '@patchbay/capabilities';
import { readLines } from './calendar-lines.js';
import { calendarZonesOf, type CalendarZones } from './calendar-zones.js';
import { bareAddress, outlineOf, propertyOf, readEvent, type ReadEvent } from './event-lines.js';
import { isLongOver } from './long-over.js';
import { SeriesError, type SeriesFault } from './series-error.js';
import { atOnce, type Steps } from './turns.js';

/** What a calendar text holds. */
export interface ParsedCalendar {
  /**
   * Its events: `UID` is the id of a master or a single event, `UID#<recurrence id>` that of an exception. The exception that stands for all that
   * follow (`RANGE=THISANDFUTURE`) says so in its `recurrence`; `expandSeries` knows what it means.
   */
  readonly events: readonly SourceEvent[];
  /** The calendar's own zone (`X-WR-TIMEZONE`) by its IANA name. */
  readonly timeZone: string | null;
  readonly name: string | null;
  /** Events that could not be read: they are left out, the others are there. What was over a year ago is not told of. */
  readonly unreadable: readonly UnreadableText[];
  /** False when the text ends before its calendar does, as half a download does: what is missing is then not gone. */
  readonly isWhole: boolean;
}

/** An event of a calendar text that cannot be read. */
export interface UnreadableText extends UnreadableEvent {
  readonly uid: string;
}

/** How a calendar is read. */
export interface ParseOptions {
  /** The owner's e-mail addresses: what was answered to an invitation is looked for under them. */
  readonly ownAddresses?: readonly string[];
  /** Time zones that are known by their rules only are compared in the years around it. Today when left out. */
  readonly now?: Date;
}

/** Why a text is no calendar. */
export type CalendarTextFault = 'not_a_calendar' | 'too_large';

/** Thrown for a text that is no calendar at all, or larger than 64 MiB. */
export class CalendarTextError extends Error {
  override readonly name = 'CalendarTextError';

  constructor(readonly fault: CalendarTextFault) {
    super(`the calendar cannot be read: ${fault}`);
  }
}

/**
 * Moved whenever a text would be read as something else than before. What was read by another version is read again, though its text has not changed.
 */
export const calendarParserVersion = 3;

/** Characters; a calendar of 10,000 meetings has some 10 million. */
const lengthMax = 64 * 2 ** 20;

/**
 * Reads calendar text (RFC 5545). What is broken costs the event it is in, never the others.
 *
 * @throws CalendarTextError
 */
export const parseCalendar = (text: string, options: ParseOptions = {}): ParsedCalendar => atOnce(calendarSteps(text, options));

/**
 * {@link parseCalendar} a little at a time, for `inTurns`: a large text takes seconds.
 *
 * @throws CalendarTextError
 */
export function* calendarSteps(text: string, { ownAddresses = [], now = new Date() }: ParseOptions = {}): Steps<ParsedCalendar> {
  if (text.length > lengthMax) throw new CalendarTextError('too_large');
  const { calendar, events: components, zones, isCalendar, isWhole } = yield* readLines(text);
  if (!isCalendar) throw new CalendarTextError('not_a_calendar');
  const calendarZones = calendarZonesOf(zones, now);
  const addresses = new Set(ownAddresses.map(bareAddress));
  const events = new EventsById();
  const unreadable: UnreadableText[] = [];
  for (const lines of components) {
    const nameless = (): string => namelessId(lines);
    const read = readOrFault(() => readEvent(lines, { zones: calendarZones, ownAddresses: addresses, nameless }));
    if (typeof read !== 'string') events.add(read);
    else if (!isLongOver(lines, now)) unreadable.push({ ...outlineOf(lines, nameless), fault: read });
    yield;
  }
  return {
    events: events.all(),
    timeZone: zoneIn(valueOf(calendar, ['X-WR-TIMEZONE']), calendarZones),
    name: valueOf(calendar, ['X-WR-CALNAME', 'NAME']),
    unreadable,
    isWhole,
  };
}

/** What is read, or why it cannot be. */
export function readOrFault(read: () => ReadEvent): ReadEvent | SeriesFault {
  try {
    return read();
  } catch (error) {
    if (error instanceof SeriesError) return error.fault;
    throw error;
  }
}

/** Events by their ids. The higher `SEQUENCE` replaces the lower one. */
class EventsById {
  private readonly byId = new Map<string, ReadEvent>();

  add(read: ReadEvent): void {
    const { id, seriesId } = read.event;
    const known = this.byId.get(id);
    const isSame = known !== undefined && (seriesId !== null || timesOf(known.event) === timesOf(read.event));
    if (known === undefined || known.sequence < read.sequence || (known.sequence === read.sequence && isSame)) this.byId.set(id, read);
    else if (known.sequence === read.sequence) this.addBeside(read);
  }

  all(): readonly SourceEvent[] {
    return [...this.byId.values()].map(({ event }) => event);
  }

  /** Some feeds give all of their events one `UID`: they are different ones all the same. */
  private addBeside(read: ReadEvent): void {
    const id = `${read.event.id}#${createHash('sha256').update(timesOf(read.event)).digest('hex').slice(0, 16)}`;
    this.byId.set(id, { ...read, event: { ...read.event, id } });
  }
}

const timesOf = ({ start, end, recurrence }: SourceEvent): string => JSON.stringify([start, end, recurrence]);

/** What an event that has no `UID` is called: after its lines, as far as they are read. */
export const namelessId = (lines: readonly string[]): string => createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 32);

const zoneIn = (tzid: string | null, zones: CalendarZones): string | null => (tzid === null ? null : zones.closestNameOf(tzid));

function valueOf(lines: readonly string[], names: readonly string[]): string | null {
  for (const name of names) {
    const line = lines.find((candidate) => candidate.toUpperCase().startsWith(name) && /^[;:]/.test(candidate.slice(name.length)));
    // Escapes are undone in properties that are known to be text, which those of vendors are not.
    const value = line === undefined ? '' : propertyOf(`SUMMARY${line.slice(name.length)}`)?.value;
    if (typeof value === 'string' && value.trim() !== '') return value.trim();
  }
  return null;
}
