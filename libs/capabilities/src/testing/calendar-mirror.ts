import type { CalendarTime, ChangePage, ReadingStart, SourceEvent } from '../calendar-reading.js';
import type { CalendarReadingHarness } from './calendar-reading-harness.js';

// The months around the tests' events.
const window = { from: new Date('2027-01-01T00:00:00Z'), to: new Date('2028-01-01T00:00:00Z') };

interface MirroredResource {
  readonly version: string | null;
  readonly events: readonly SourceEvent[];
}

/** Keeps what it is told of a calendar as a service would. */
export interface CalendarMirror {
  /** Where the next reading begins. */
  readonly cursor: string | null;
  /** The pages of the last reading. */
  readonly pages: readonly ChangePage[];
  /** Reads from the cursor to the end. */
  read(): Promise<void>;
  /** Reads the first page only, as one who is killed then. */
  readOnePage(): Promise<void>;
  /** Forgets the cursor and reads everything. What is stored stays known by its versions; what is not told of goes. */
  readAfresh(): Promise<void>;
  /** What is stored, by title. */
  events(): readonly SourceEvent[];
  titles(): readonly string[];
  event(title: string): SourceEvent;
}

type Account = Pick<CalendarReadingHarness, 'reading' | 'token'>;

/** An empty mirror of one calendar. */
export const mirrorOf = (account: Account, calendarId: string): CalendarMirror => new Mirror(account, calendarId);

/** Reads to the end and forgets it. */
export const readFrom = async (account: Account & { readonly calendarId: string }, cursor: string | null): Promise<void> => {
  const { reading, token, calendarId } = account;
  for await (const _page of reading.read(token, { calendarId, cursor, window, known: async () => new Map() }));
};

class Mirror implements CalendarMirror {
  cursor: string | null = null;
  pages: ChangePage[] = [];
  private readonly stored = new Map<string, MirroredResource>();

  constructor(
    private readonly account: Account,
    private readonly calendarId: string,
  ) {}

  async read(): Promise<void> {
    await this.readPages(Number.POSITIVE_INFINITY);
  }

  async readOnePage(): Promise<void> {
    await this.readPages(1);
  }

  async readAfresh(): Promise<void> {
    this.cursor = null;
    await this.read();
    const told = new Set(this.pages.flatMap(({ changes }) => changes.map(({ resource }) => resource)));
    for (const resource of this.stored.keys()) if (!told.has(resource)) this.stored.delete(resource);
  }

  events(): readonly SourceEvent[] {
    const all = [...this.stored.values()].flatMap(({ events }) => events);
    return all.toSorted((one, other) => one.title.localeCompare(other.title) || instantOf(one.start).localeCompare(instantOf(other.start)));
  }

  titles(): readonly string[] {
    return this.events().map(({ title }) => title);
  }

  event(title: string): SourceEvent {
    const [event, another] = this.events().filter((candidate) => candidate.title === title);
    if (event === undefined || another !== undefined) throw new Error(`expected one event "${title}", there are: ${this.titles().join(', ')}`);
    return event;
  }

  private async readPages(count: number): Promise<void> {
    this.pages = [];
    const { reading, token } = this.account;
    const start: ReadingStart = {
      calendarId: this.calendarId,
      cursor: this.cursor,
      window,
      known: async (resources) => new Map(resources.flatMap((resource) => this.versionOf(resource))),
    };
    for await (const page of reading.read(token, start)) {
      this.pages.push(page);
      this.apply(page);
      this.cursor = page.cursor;
      if (this.pages.length >= count) return;
    }
  }

  private versionOf(resource: string): readonly (readonly [string, string])[] {
    const version = this.stored.get(resource)?.version;
    return typeof version === 'string' ? [[resource, version]] : [];
  }

  private apply({ changes }: ChangePage): void {
    for (const change of changes) {
      if (change.kind === 'present') this.stored.set(change.resource, { version: change.version, events: change.events });
      if (change.kind === 'gone') this.remove(change.resource);
    }
  }

  /** Exceptions may be resources of their own: they go with their series. */
  private remove(gone: string): void {
    const ids = new Set(this.stored.get(gone)?.events.map(({ id }) => id));
    this.stored.delete(gone);
    for (const [resource, { events }] of this.stored)
      if (events.some(({ seriesId }) => seriesId !== null && ids.has(seriesId))) this.stored.delete(resource);
  }
}

/** A time in one spelling: an instant, a day, or a floating time on the wall. */
export const instantOf = (time: CalendarTime): string => {
  if ('date' in time) return time.date;
  if (time.timeZone === null) return time.dateTime;
  const asUtc = Date.parse(`${time.dateTime}Z`);
  const guess = asUtc - offsetMs(asUtc, time.timeZone);
  return new Date(asUtc - offsetMs(guess, time.timeZone)).toISOString();
};

const offsetMs = (ms: number, timeZone: string): number => {
  const parts = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' }).formatToParts(ms);
  const offset = /([+-])(\d{2}):(\d{2})/.exec(parts.find(({ type }) => type === 'timeZoneName')?.value ?? '');
  return offset === null ? 0 : (offset[1] === '-' ? -1 : 1) * (Number(offset[2]) * 60 + Number(offset[3])) * 60_000;
};
