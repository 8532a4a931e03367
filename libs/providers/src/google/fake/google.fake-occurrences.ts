import { isEventProblem, toEventFields, type StoredEvent } from '../google.fake-events.js';

interface Calendar {
  readonly timeZone: string;
  readonly events: ReadonlyMap<string, StoredEvent>;
}

const dayMs = 86_400_000;

/** All exceptions of a series that are stored. */
export const exceptionsOf = ({ events }: Calendar, seriesId: string): readonly StoredEvent[] =>
  [...events.values()].filter(({ exceptionOf }) => exceptionOf?.seriesId === seriesId);

/** Such are listed also where deleted events are not asked for. https://developers.google.com/workspace/calendar/api/v3/reference/events/list */
export const isCancelledException = ({ events }: Calendar, { status, exceptionOf }: StoredEvent): boolean =>
  status === 'cancelled' && exceptionOf !== null && events.get(exceptionOf.seriesId)?.status !== 'cancelled';

/** When an event is, for filters: a series from its first occurrence to the `UNTIL` of its rule, or for ever. */
export const spanOf = ({ fields }: StoredEvent): { readonly startMs: number; readonly endMs: number } => {
  const [startMs, endMs] = [msOf(fields['start']), msOf(fields['end'])];
  const rules = Array.isArray(fields['recurrence']) ? fields['recurrence'].filter((line) => /^RRULE/i.test(String(line))) : null;
  if (rules === null) return { startMs, endMs };
  const ends = rules.map((rule) => /UNTIL=(\d{4})(\d{2})(\d{2})/i.exec(String(rule)));
  const lastDays = ends.map((end) => (end === null ? Number.POSITIVE_INFINITY : Date.parse(`${end[1]}-${end[2]}-${end[3]}`) + dayMs));
  return { startMs, endMs: Math.max(endMs, ...lastDays.map((day) => day + endMs - startMs)) };
};

/**
 * An occurrence of a series that is no exception yet, by the id that Google gives it: the series' id and the occurrence's start in UTC.
 * Rules are not expanded: any day is taken for an occurrence's, at the series' time of day.
 */
export const occurrenceOf = (calendar: Calendar, eventId: string): StoredEvent | null => {
  const [, seriesId = '', day = '', time] = /^(.+)_(\d{8})(?:T(\d{6})Z)?$/.exec(eventId) ?? [];
  const series = calendar.events.get(seriesId);
  if (series === undefined || series.status === 'cancelled' || series.fields['recurrence'] === undefined) return null;
  const { recurrence: _, start, end, ...fields } = series.fields;
  const [startMs, lengthMs] = [msOf(start), msOf(end) - msOf(start)];
  const date = `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`;
  const originalMs = Date.parse(time === undefined ? date : `${date}T${time.replace(/(..)(..)(..)/, '$1:$2:$3')}Z`);
  const timeZone = zoneOf(start);
  if (!(originalMs >= startMs) || (timeZone === null) !== (time === undefined)) return null;
  if (timeZone !== null && timeOfDay(originalMs, timeZone) !== timeOfDay(startMs, timeZone)) return null;

  const at = (ms: number) =>
    timeZone === null ? { date: new Date(ms).toISOString().slice(0, 10) } : { dateTime: new Date(ms).toISOString(), timeZone };
  const own = toEventFields({ ...fields, start: at(originalMs), end: at(originalMs + lengthMs) }, calendar.timeZone);
  if (isEventProblem(own)) return null;
  const exceptionOf = { seriesId, originalStart: own['start'] as Readonly<Record<string, string>> };
  // Fields that nobody may write, such as who invited, stay.
  return { ...series, id: eventId, exceptionOf, fields: { ...fields, ...own } };
};

/** The id of the occurrence of a series that begins then. */
export const occurrenceId = (seriesId: string, originalStart: { readonly date: string } | { readonly ms: number }): string => {
  const stamp = 'date' in originalStart ? originalStart.date : `${new Date(originalStart.ms).toISOString().slice(0, 19)}Z`;
  return `${seriesId}_${stamp.replace(/[-:]/g, '')}`;
};

const msOf = (time: unknown): number => {
  const { date, dateTime } = time as { readonly date?: string; readonly dateTime?: string };
  return Date.parse(dateTime ?? date ?? '');
};

const zoneOf = (time: unknown): string | null => (time as { readonly timeZone?: string }).timeZone ?? null;

const timeOfDay = (ms: number, timeZone: string): string => new Intl.DateTimeFormat('sv-SE', { timeZone, timeStyle: 'medium' }).format(ms);
