import type { CalendarTime, SourceEvent } from '@patchbay/capabilities';
import {
  atOnce,
  CalendarTextError,
  defineZone,
  expandSeries,
  inTurns,
  momentOfRecurrenceId,
  readCalendarTree,
  readProperty,
  recurrenceIdOf,
  SeriesError,
  timeLike,
  toIanaZone,
  treeEventSteps,
  writeCalendarTree,
  type CalendarComponent,
  type Occurrence,
  type Steps,
} from '@patchbay/icalendar';

/** One `VEVENT` of a file, and what it means. */
export interface FileEvent {
  readonly component: CalendarComponent;
  readonly source: SourceEvent;
}

/** A calendar file: an event, or a series with its exceptions. https://www.rfc-editor.org/rfc/rfc4791#section-4.1 */
export interface EventFile {
  readonly calendar: CalendarComponent;
  /** Null for a file without events. */
  readonly uid: string | null;
  /** The single event, or the series itself. Null where only exceptions of it are known, as with an invitation to one of its meetings. */
  readonly master: FileEvent | null;
  readonly exceptions: readonly FileEvent[];
}

/** One time that an event of a file takes place, as little as can be said of it. */
export interface FileTime {
  readonly event: FileEvent;
  readonly occurrence: Occurrence;
}

/** One time that an event of a file takes place. */
export interface FileOccurrence {
  /** What tells it: the exception that stands for it, else the series. */
  readonly event: FileEvent;
  readonly start: CalendarTime;
  readonly end: CalendarTime;
  /** Which occurrence of the series it is; null for a single event. */
  readonly originalStart: CalendarTime | null;
}

/** Characters: thousands of exceptions. Whoever writes more into one file does not hold up everybody else with it. */
const lengthMax = 2 ** 20;

/** @throws CalendarTextError */
export const openEventFile = (text: string): Promise<EventFile> => inTurns(openingSteps(text));

function* openingSteps(text: string): Steps<EventFile> {
  if (text.length > lengthMax) throw new CalendarTextError('too_large');
  const calendar = readCalendarTree(text);
  yield;
  return yield* fileSteps(calendar);
}

/** The file that a calendar is. */
export const fileOf = (calendar: CalendarComponent): EventFile => atOnce(fileSteps(calendar));

function* fileSteps(calendar: CalendarComponent): Steps<EventFile> {
  const components = calendar.components.filter(({ name }) => name === 'VEVENT');
  const sources = yield* treeEventSteps(calendar);
  const events = components.flatMap((component, index) => {
    const source = sources[index] ?? null;
    return source === null ? [] : [{ component, source }];
  });
  const master = events.find(({ source }) => source.seriesId === null) ?? null;
  const exceptions = events.filter(({ source }) => source.seriesId !== null);
  return { calendar, uid: master?.source.id ?? exceptions[0]?.source.seriesId ?? null, master, exceptions };
}

/** Zones that are defined for one file. Each is looked at for a hundred years; an event names one or two. */
const definedMax = 20;

/** The same file with other events. Zones that they name and nobody defines are defined. @throws CalendarTextError `too_large` when that is too much work */
export const withEvents = ({ calendar }: EventFile, events: readonly CalendarComponent[]): EventFile => {
  const others = calendar.components.filter(({ name }) => name !== 'VEVENT');
  const defined = new Set(others.filter(({ name }) => name === 'VTIMEZONE').flatMap(({ lines }) => lines.map(zoneDefinedBy)));
  const missing = [...new Set(events.flatMap(zonesIn))].filter((zone) => !defined.has(zone) && toIanaZone(zone) === zone);
  if (missing.length > definedMax) throw new CalendarTextError('too_large');
  const years = yearsOf(events);
  return fileOf({ ...calendar, components: [...others, ...missing.map((zone) => defineZone(zone, years)), ...events] });
};

const zoneDefinedBy = (line: string): string => /^TZID(?:;[^:]*)?:(.*)$/i.exec(line)?.[1]?.trim() ?? '';

const zonesIn = ({ lines }: CalendarComponent): readonly string[] =>
  lines.flatMap((line) => (/;TZID=/i.test(line) ? (readProperty(line).parameters['TZID'] ?? []) : []));

/** How long zones without a rule are told of for a series that has no end. Years. */
const seriesYears = 12;

const yearsOf = (events: readonly CalendarComponent[]): { readonly from: number; readonly to: number } => {
  const lines = events.flatMap((event) => event.lines);
  const years = lines.flatMap((line) => (/^DT(START|END)/i.test(line) ? Number(/[:](\d{4})\d{4}/.exec(line)?.[1] ?? Number.NaN) : []));
  const known = years.filter((year) => !Number.isNaN(year));
  const [from, to] = [Math.min(...known, 9999), Math.max(...known, 1970)];
  return { from: Math.min(from, to), to: lines.some((line) => /^RRULE/i.test(line)) ? to + seriesYears : to };
};

/** All events of a file, the series itself first. */
export const eventsIn = ({ master, exceptions }: EventFile): readonly FileEvent[] => (master === null ? exceptions : [master, ...exceptions]);

/** When the events of a file take place within a window, by their beginning; `floating` is the zone of days and times that have none. */
export const timesIn = (file: EventFile, window: { readonly from: Date; readonly to: Date }, floating: string): readonly FileTime[] => {
  const events = eventsIn(file);
  const byId = new Map(events.map((event) => [event.source.id, event]));
  return expanded({ events: events.map(({ source }) => source), window, timeZone: floating }).flatMap((occurrence) => {
    const event = byId.get(occurrence.eventId);
    return event === undefined ? [] : [{ event, occurrence }];
  });
};

/** Which occurrence of a series it is; null for a single event. */
export const originalOf = ({ event: { source }, occurrence: { originalStart } }: FileTime): CalendarTime | null => {
  if (!isItself(source, originalStart)) return originalStart;
  return source.seriesId === null ? null : source.originalStart;
};

/** One of the times of a file in full; `floating` as it was found with. */
export const occurrenceAt = (time: FileTime, floating: string): FileOccurrence => {
  const { event, occurrence } = time;
  const { source } = event;
  const originalStart = originalOf(time);
  if (isItself(source, occurrence.originalStart)) return { event, start: source.start, end: source.end, originalStart };
  const start = timeLike(source.start, occurrence.start.getTime(), floating);
  return { event, start, end: timeLike(source.end, occurrence.end.getTime(), floating), originalStart };
};

/** A single event, or an exception that stands for this occurrence and is not merely the pattern of later ones. */
const isItself = ({ seriesId, originalStart, recurrence }: SourceEvent, asked: CalendarTime): boolean =>
  seriesId === null ? recurrence.length === 0 : originalStart !== null && recurrenceIdOf(originalStart) === recurrenceIdOf(asked);

const expanded = (series: Parameters<typeof expandSeries>[0]): ReturnType<typeof expandSeries> => {
  try {
    return expandSeries(series);
  } catch (error) {
    // What nobody can expand takes place at least when it says itself.
    if (error instanceof SeriesError) return expandSeries({ ...series, events: series.events.map((event) => ({ ...event, recurrence: [] })) });
    throw error;
  }
};

const dayMs = 86_400_000;

/** The occurrence of a series that has this name, if it takes place. */
export const occurrenceNamed = (file: EventFile, recurrenceId: string): FileOccurrence | null => {
  const own = file.exceptions.find(({ source }) => source.originalStart !== null && recurrenceIdOf(source.originalStart) === recurrenceId);
  if (own !== undefined) {
    const { start, end, originalStart, status } = own.source;
    return status === 'cancelled' ? null : { event: own, start, end, originalStart };
  }
  // An exception that stands for all that follow moves them, however far.
  const reach = (file.exceptions.some(({ source }) => source.recurrence.length > 0) ? 400 : 2) * dayMs;
  const moment = momentOfRecurrenceId(recurrenceId);
  const window = { from: new Date(moment - reach), to: new Date(moment + reach) };
  const found = timesIn(file, window, 'UTC').find((time) => {
    const original = originalOf(time);
    return original !== null && recurrenceIdOf(original) === recurrenceId;
  });
  return found === undefined ? null : occurrenceAt(found, 'UTC');
};

/** What the occurrences of a series are called that it has around these ones; null when nobody can say. */
export const namesAround = (file: EventFile, recurrenceIds: readonly string[]): ReadonlySet<string> | null => {
  const moments = recurrenceIds.map(momentOfRecurrenceId);
  const window = {
    from: new Date(moments.reduce((one, other) => Math.min(one, other), Number.MAX_SAFE_INTEGER / 2) - 2 * dayMs),
    to: new Date(moments.reduce((one, other) => Math.max(one, other), 0) + 2 * dayMs),
  };
  try {
    const occurrences = expandSeries({ events: eventsIn(file).map(({ source }) => source), window, timeZone: 'UTC' });
    return new Set(occurrences.map(({ originalStart }) => recurrenceIdOf(originalStart)));
  } catch (error) {
    if (error instanceof SeriesError) return null;
    throw error;
  }
};

/** @throws CalendarTextError when nothing of it could be read again */
export const textOfFile = ({ calendar, uid }: EventFile): string => {
  if (uid === null) throw new CalendarTextError('not_a_calendar');
  return writeCalendarTree(calendar);
};
