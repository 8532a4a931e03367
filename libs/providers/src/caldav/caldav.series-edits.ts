import { ProviderError, type CalendarTime } from '@patchbay/capabilities';
import {
  momentOf,
  movedWith,
  propertyNamed,
  readProperty,
  recurrenceIdOf,
  timeLike,
  timeLine,
  withProperty,
  type CalendarComponent,
} from '@patchbay/icalendar';
import { fileOf, namesAround, occurrenceNamed, withEvents, type EventFile, type FileEvent, type FileOccurrence } from './caldav.event-file.js';
import { changedEvent, isSameTime, stamped, type EventChange, type Writing } from './caldav.event-lines.js';

/** The file after a change of its single event, or of the series and with it of all occurrences that are no exceptions; the same object when nothing is different. */
export const withChangedMaster = (file: EventFile, change: EventChange, writing: Writing): EventFile => {
  const { master, exceptions } = file;
  if (master === null) throw new ProviderError(writing.provider, 'not_found', { reason: 'no_such_event' });
  const component = changedEvent(master, change, writing);
  if (component === master.component) return file;
  const start = change.start ?? master.source.start;
  const isMoved = !isSameTime(start, master.source.start);
  if (!isMoved && change.recurrence === undefined) return withEvents(file, [component, ...exceptions.map((exception) => exception.component)]);
  const move = { from: master.source.start, to: start };
  const kept = isMoved && change.recurrence === undefined ? withMovedDates(component, master, move) : component;
  return withEvents(file, [kept, ...fitting(exceptions, move, withEvents(file, [kept]))]);
};

interface Move {
  readonly from: CalendarTime;
  readonly to: CalendarTime;
}

/** What was left out of a series, or added to it, goes with it: a deleted occurrence does not come back because the others begin an hour later. */
const withMovedDates = (component: CalendarComponent, { source }: FileEvent, move: Move): CalendarComponent =>
  ['RDATE', 'EXDATE'].reduce((event, name) => {
    const lines = source.recurrence.filter((line) => line.startsWith(name));
    const moved = lines.flatMap((line) => {
      const { parameters, value } = readProperty(line);
      if (value.includes('/')) return [line];
      return value.split(',').map((text) => timeLine(name, movedWith(timeOf(text.trim(), parameters['TZID'] ?? null), move)));
    });
    return lines.length === 0 ? event : withProperty(event, name, moved);
  }, component);

const timeOf = (text: string, timeZone: string | null): CalendarTime => {
  const [, year, month, day, hour, minute, second, utc] = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?$/i.exec(text) ?? [];
  const date = `${year ?? ''}-${month ?? ''}-${day ?? ''}`;
  if (hour === undefined) return { date };
  return { dateTime: `${date}T${hour}:${minute ?? ''}:${second ?? ''}`, timeZone: utc === '' ? timeZone : 'UTC' };
};

/** The exceptions of a series that has changed, as far as there is still an occurrence that they stand for. */
const fitting = (exceptions: readonly FileEvent[], move: Move, alone: EventFile): readonly CalendarComponent[] => {
  if (alone.master?.source.recurrence.length === 0) return [];
  const isMoved = !isSameTime(move.from, move.to);
  const originals = exceptions.flatMap(({ component, source: { originalStart } }) => {
    if (originalStart === null) return [];
    const original = isMoved ? movedWith(originalStart, move) : originalStart;
    return [{ component: isMoved ? standingFor(component, original) : component, name: recurrenceIdOf(original) }];
  });
  const names =
    originals.length === 0
      ? null
      : namesAround(
          alone,
          originals.map(({ name }) => name),
        );
  return originals.filter(({ name }) => names === null || names.has(name)).map(({ component }) => component);
};

const standingFor = (component: CalendarComponent, original: CalendarTime): CalendarComponent => {
  const range = propertyNamed(component, 'RECURRENCE-ID')?.parameters['RANGE'];
  return withProperty(component, 'RECURRENCE-ID', [timeLine(range === undefined ? 'RECURRENCE-ID' : `RECURRENCE-ID;RANGE=${range}`, original)]);
};

/** The file after a change of one occurrence, which makes an exception of it. @throws ProviderError `not_found` */
export const withChangedOccurrence = (file: EventFile, recurrenceId: string, change: EventChange & { readonly writing: Writing }): EventFile => {
  const { writing, recurrence = [], ...wanted } = change;
  const occurrence = occurrenceNamed(file, recurrenceId);
  if (occurrence === null) throw new ProviderError(writing.provider, 'not_found', { reason: 'no_such_occurrence' });
  if (recurrence.length > 0) throw new ProviderError(writing.provider, 'invalid_request', { reason: 'recurrence_of_occurrence' });
  const own = exceptionFor(file, recurrenceId);
  if (own !== undefined) {
    const component = changedEvent(own, wanted, writing);
    return component === own.component ? file : withReplaced(file, own, [component]);
  }
  const made = withEvents(file, [...componentsOf(file), exceptionOf(occurrence)]);
  const exception = exceptionFor(made, recurrenceId);
  if (exception === undefined) throw new ProviderError(writing.provider, 'invalid_request', { reason: 'no_such_occurrence' });
  return withReplaced(made, exception, [changedEvent(exception, wanted, writing)]);
};

/** The file without one occurrence; null when nothing is left of it. The same object when that does not take place anyway. */
export const withoutOccurrence = (file: EventFile, recurrenceId: string, writing: Writing): EventFile | null => {
  const occurrence = occurrenceNamed(file, recurrenceId);
  if (occurrence === null) return file;
  const { master } = file;
  const own = exceptionFor(file, recurrenceId);
  if (own !== undefined && own.source.recurrence.length > 0)
    throw new ProviderError(writing.provider, 'invalid_request', { reason: 'all_that_follow' });
  const others = file.exceptions.filter((exception) => exception !== own).map(({ component }) => component);
  if (master === null) return others.length === 0 ? null : withEvents(file, others);
  const original = occurrence.originalStart ?? master.source.start;
  const excepted = timeLine('EXDATE', timeLike(master.source.start, momentOf(original, 'UTC'), 'UTC'));
  const marked = { ...master.component, lines: [...master.component.lines, excepted] };
  return withEvents(file, [stamped(marked, { now: writing.now, isMoved: true }), ...others]);
};

const exceptionFor = ({ exceptions }: EventFile, recurrenceId: string): FileEvent | undefined =>
  exceptions.find(({ source }) => source.originalStart !== null && recurrenceIdOf(source.originalStart) === recurrenceId);

const componentsOf = ({ master, exceptions }: EventFile): readonly CalendarComponent[] =>
  [...(master === null ? [] : [master]), ...exceptions].map(({ component }) => component);

const withReplaced = (file: EventFile, event: FileEvent, by: readonly CalendarComponent[]): EventFile =>
  fileOf(
    withEvents(
      file,
      componentsOf(file).flatMap((component) => (component === event.component ? by : [component])),
    ).calendar,
  );

const ofTheSeries = ['RRULE', 'RDATE', 'EXDATE', 'EXRULE', 'DURATION', 'DTSTART', 'DTEND', 'RECURRENCE-ID', 'X-PATCHBAY-KEY'];

/** An occurrence as an event of its own, which is still all that the series is. https://www.rfc-editor.org/rfc/rfc5545#section-3.8.4.4 */
const exceptionOf = ({ event, start, end, originalStart }: FileOccurrence): CalendarComponent => {
  const plain = ofTheSeries.reduce((component, name) => withProperty(component, name, []), event.component);
  const original = originalStart === null ? [] : [timeLine('RECURRENCE-ID', originalStart)];
  return { ...plain, lines: [...plain.lines, ...original, timeLine('DTSTART', start), timeLine('DTEND', end)] };
};
