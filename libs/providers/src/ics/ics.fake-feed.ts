import { createHash } from 'node:crypto';

/** A moment as it stands in a feed: a day, or a time on the wall. */
export type FakeTime = { readonly date: string } | { readonly dateTime: string; readonly timeZone: string | null };

/** One `VEVENT`. */
export interface FakeFeedEvent {
  readonly title: string;
  readonly start: FakeTime;
  readonly end: FakeTime;
  /** `RRULE` and `EXDATE` lines. */
  readonly recurrence?: readonly string[] | undefined;
  readonly isFree?: boolean | undefined;
}

/** The calendar behind a feed: what somebody does in it, and the text that it makes. */
export interface FakeFeed {
  put(uid: string, event: FakeFeedEvent): void;
  remove(uid: string): void;
  moveOccurrence(uid: string, originalStart: FakeTime, to: FakeFeedEvent): void;
  cancelOccurrence(uid: string, originalStart: FakeTime): void;
  /** Stays the same until something changes. */
  etag(): string;
  changedAt(): Date;
  /** As it is now. `now` stands in each of its events. */
  text(now: Date): string;
  events(): readonly { readonly uid: string; readonly event: FakeFeedEvent }[];
}

interface StoredEvent {
  readonly event: FakeFeedEvent;
  readonly sequence: number;
  /** By the original start, as it is written. */
  readonly moved: ReadonlyMap<string, { readonly originalStart: FakeTime; readonly event: FakeFeedEvent }>;
}

/** An empty calendar. */
export const createFakeFeed = (name: string, now: () => Date): FakeFeed => {
  const stored = new Map<string, StoredEvent>();
  let changedAt = now();
  const store = (uid: string, change: (before: StoredEvent | undefined) => StoredEvent): void => {
    stored.set(uid, change(stored.get(uid)));
    changedAt = now();
  };
  const known = (uid: string, before: StoredEvent | undefined): StoredEvent => {
    if (before === undefined) throw new Error(`nothing in the feed is called ${uid}`);
    return before;
  };
  const text = (at: string): string =>
    [
      'BEGIN:VCALENDAR',
      'PRODID:-//Google Inc//Google Calendar 70.9054//EN',
      'VERSION:2.0',
      'CALSCALE:GREGORIAN',
      'METHOD:PUBLISH',
      `X-WR-CALNAME:${escapeText(name)}`,
      'X-WR-TIMEZONE:Europe/Berlin',
      ...[...stored].flatMap(([uid, series]) => seriesLines(uid, series, at)),
      'END:VCALENDAR',
      '',
    ]
      .map(fold)
      .join('\r\n');

  return {
    put: (uid, event) => store(uid, (before) => ({ event, sequence: (before?.sequence ?? -1) + 1, moved: new Map() })),
    remove: (uid) => {
      stored.delete(uid);
      changedAt = now();
    },
    moveOccurrence: (uid, originalStart, event) =>
      store(uid, (before) => {
        const series = known(uid, before);
        return { ...series, moved: new Map(series.moved).set(stampOf(originalStart), { originalStart, event }) };
      }),
    cancelOccurrence: (uid, originalStart) =>
      store(uid, (before) => {
        const series = known(uid, before);
        const recurrence = [...(series.event.recurrence ?? []), timeLine('EXDATE', originalStart)];
        return { ...series, event: { ...series.event, recurrence } };
      }),
    etag: () => `"${createHash('sha256').update(text('')).digest('hex').slice(0, 16)}"`,
    changedAt: () => changedAt,
    text: (at) => text(stampOf({ dateTime: at.toISOString().slice(0, 19), timeZone: 'UTC' })),
    events: () => [...stored].map(([uid, { event }]) => ({ uid, event })),
  };
};

const seriesLines = (uid: string, { event, sequence, moved }: StoredEvent, at: string): readonly string[] => [
  ...eventLines(uid, event, [`DTSTAMP:${at}`, `SEQUENCE:${sequence}`]),
  ...[...moved.values()].flatMap(({ originalStart, event: instead }) =>
    eventLines(uid, instead, [`DTSTAMP:${at}`, `SEQUENCE:${sequence}`, timeLine('RECURRENCE-ID', originalStart)]),
  ),
];

const eventLines = (
  uid: string,
  { title, start, end, recurrence = [], isFree = false }: FakeFeedEvent,
  lines: readonly string[],
): readonly string[] => [
  'BEGIN:VEVENT',
  timeLine('DTSTART', start),
  timeLine('DTEND', end),
  `UID:${uid}`,
  ...lines,
  ...recurrence,
  'STATUS:CONFIRMED',
  `SUMMARY:${escapeText(title)}`,
  `TRANSP:${isFree ? 'TRANSPARENT' : 'OPAQUE'}`,
  'END:VEVENT',
];

const timeLine = (name: string, time: FakeTime): string => {
  if ('date' in time) return `${name};VALUE=DATE:${stampOf(time)}`;
  return time.timeZone === null || time.timeZone === 'UTC' ? `${name}:${stampOf(time)}` : `${name};TZID=${time.timeZone}:${stampOf(time)}`;
};

const stampOf = (time: FakeTime): string => {
  if ('date' in time) return time.date.replaceAll('-', '');
  return `${time.dateTime.replaceAll(/[-:]/g, '')}${time.timeZone === 'UTC' ? 'Z' : ''}`;
};

/** https://www.rfc-editor.org/rfc/rfc5545#section-3.3.11 */
const escapeText = (text: string): string => text.replaceAll(/[\\;,]/g, (character) => `\\${character}`).replaceAll('\n', '\\n');

/** https://www.rfc-editor.org/rfc/rfc5545#section-3.1; by characters, which is as good here. */
const fold = (line: string): string => line.replaceAll(/(.{70})(?=.)/gu, '$1\r\n ');
