import { ProviderError, type CalendarTime, type EventPage, type EventQuery } from '@patchbay/capabilities';
import { textNamed } from '@patchbay/icalendar';
import { z } from 'zod';
import { occurrenceDetails, occurrenceId } from './caldav.event-details.js';
import { eventsIn, occurrenceAt, originalOf, timesIn, type EventFile, type FileEvent, type FileTime } from './caldav.event-file.js';
import type { EventStore } from './caldav.event-store.js';
import { addressKey, guestsOf, organizerOf } from './caldav.guests.js';
import type { StoredFile } from './caldav.stored-files.js';

/** One time of a file that may stand on the page. */
interface Entry {
  readonly moment: number;
  readonly id: string;
  readonly stored: StoredFile;
  readonly time: FileTime;
  readonly floating: string;
}

/** For one answer: a thousand series that take place every day. Every time costs some microseconds, on each page anew. */
const timesMax = 400_000;
/** Characters of the events on one page: some are written with whole documents, and repeat them every hour. */
const pageLengthMax = 4 * 2 ** 20;

/** The first events of a calendar, from a place on. Of all others no more is made than the moment at which they begin. */
export const listEvents = async (store: EventStore, { from, to, text, attendee, cursor, limit }: EventQuery): Promise<EventPage> => {
  const after = cursor === null ? { moment: Number.NEGATIVE_INFINITY, id: '' } : readCursor(store.provider, cursor);
  // What comes later begins then, or later: nothing that came before need be looked at again.
  const window = { from: new Date(Math.max(from.getTime(), after.moment)), to };
  if (window.from >= to) return { events: [], cursor: null };
  const first = new FirstEntries(limit + 1, after);
  let timesLeft = timesMax;
  for await (const stored of store.between(window)) {
    const floating = isAfloat(stored.file) ? await store.timeZone() : 'UTC';
    const times = timesIn(stored.file, window, floating);
    timesLeft -= times.length;
    if (timesLeft < 0) throw new ProviderError(store.provider, 'invalid_response', { reason: 'too_large' });
    const isAsked = onceEach(isAskedFor(text, attendee));
    for (const time of times) {
      const moment = time.occurrence.start.getTime();
      // They are in order.
      if (first.isBeyond(moment)) break;
      if (isAsked(time.event)) first.add({ moment, id: occurrenceId(time.event, originalOf(time)), stored, time, floating });
    }
  }
  return pageOf(first.entries, limit);
};

const isAfloat = (file: EventFile): boolean => eventsIn(file).some(({ source }) => isTimeAfloat(source.start));
const isTimeAfloat = (time: CalendarTime): boolean => 'date' in time || time.timeZone === null;

type Place = Pick<Entry, 'moment' | 'id'>;

const isBefore = (one: Place, other: Place): boolean => one.moment < other.moment || (one.moment === other.moment && one.id < other.id);

/** The first so many entries after a place, in their order, whatever order they come in. */
class FirstEntries {
  readonly entries: Entry[] = [];

  constructor(
    private readonly max: number,
    private readonly after: Place,
  ) {}

  /** True when nothing that begins then is among the first. */
  isBeyond(moment: number): boolean {
    const last = this.entries.at(-1);
    return last !== undefined && this.entries.length >= this.max && moment > last.moment;
  }

  add(entry: Entry): void {
    if (!isBefore(this.after, entry)) return;
    let [low, high] = [0, this.entries.length];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const there = this.entries[middle];
      if (there !== undefined && isBefore(there, entry)) low = middle + 1;
      else high = middle;
    }
    this.entries.splice(low, 0, entry);
    if (this.entries.length > this.max) this.entries.pop();
  }
}

const pageOf = (found: readonly Entry[], limit: number): EventPage => {
  const page: Entry[] = [];
  let length = 0;
  for (const entry of found.slice(0, limit)) {
    length += lengthOf(entry.time.event);
    if (page.length > 0 && length > pageLengthMax) break;
    page.push(entry);
  }
  const last = page.at(-1);
  return {
    events: page.map(({ stored, time, floating }) => occurrenceDetails(stored, occurrenceAt(time, floating))),
    cursor: last !== undefined && found.length > page.length ? writeCursor(last) : null,
  };
};

const lengthOf = ({ component }: FileEvent): number => component.lines.reduce((length, line) => length + line.length, 0);

/** What it says of an event, it says of all times at which that takes place. */
const onceEach = (test: (event: FileEvent) => boolean): ((event: FileEvent) => boolean) => {
  const known = new Map<FileEvent, boolean>();
  return (event) => {
    const before = known.get(event);
    if (before !== undefined) return before;
    const answer = test(event);
    known.set(event, answer);
    return answer;
  };
};

const isAskedFor = (text: string | null, attendee: string | null): ((event: FileEvent) => boolean) => {
  const wanted = text?.toLocaleLowerCase() ?? '';
  const who = attendee === null ? null : addressKey(attendee);
  const hasText = ({ component }: FileEvent): boolean =>
    ['SUMMARY', 'DESCRIPTION', 'LOCATION'].some((name) => textNamed(component, name).toLocaleLowerCase().includes(wanted));
  const hasGuest = ({ component }: FileEvent): boolean => {
    const organizer = organizerOf(component);
    return [...guestsOf(component), ...(organizer === null ? [] : [organizer])].some(({ email }) => addressKey(email) === who);
  };
  return (event) => (wanted === '' || hasText(event)) && (who === null || hasGuest(event));
};

const cursorText = z.tuple([z.number(), z.string()]);

const writeCursor = ({ moment, id }: Place): string => Buffer.from(JSON.stringify([moment, id])).toString('base64url');

const readCursor = (provider: string, cursor: string): Place => {
  try {
    const [moment, id] = cursorText.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
    return { moment, id };
  } catch {
    throw new ProviderError(provider, 'invalid_request', { reason: 'cursor' });
  }
};
