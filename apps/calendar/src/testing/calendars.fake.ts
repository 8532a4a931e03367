import {
  ProviderError,
  type AccessToken,
  type CalendarReadingCapability,
  type ChangePage,
  type ReadingStart,
  type RemoteCalendar,
  type ResourceChange,
  type SourceEvent,
  type UnreadableEvent,
} from '@patchbay/capabilities';

interface Resource {
  readonly version: string;
  readonly events: readonly SourceEvent[];
  readonly unreadable: readonly UnreadableEvent[];
}

interface FakeCalendar {
  readonly resources: Map<string, Resource>;
  /** Names of what changed, in order. */
  readonly history: string[];
  epoch: number;
}

interface Position {
  readonly epoch: number;
  /** What changed up to here is told. */
  readonly told: number;
  /** The next of all resources, as long as they are told one after the other. */
  readonly next: number | null;
}

/** An event that takes an hour of a day. */
export const anEvent = (id: string, change: Partial<SourceEvent> = {}): SourceEvent => ({
  id,
  seriesId: null,
  originalStart: null,
  start: { dateTime: '2026-12-01T10:00:00', timeZone: 'Europe/Berlin' },
  end: { dateTime: '2026-12-01T11:00:00', timeZone: 'Europe/Berlin' },
  recurrence: [],
  status: 'confirmed',
  isFree: false,
  response: null,
  title: `event ${id}`,
  htmlLink: null,
  key: null,
  ...change,
});

/** A provider of calendars in memory, which can be held up or fail at any page. Calendars are made as they are named. */
export class FakeCalendars implements CalendarReadingCapability {
  isBoundToWindow = false;
  pageSize = 2;
  /** False: between the first and the last page a reading can only begin again. */
  resumesMidway = true;
  listed: readonly RemoteCalendar[] = [];
  /** Called before a page is told: may wait, or throw. */
  beforePage: (calendarId: string, page: number) => Promise<void> | void = () => undefined;
  /** Where each reading began: the calendar and its cursor. */
  readonly readings: { readonly calendarId: string; readonly cursor: string | null }[] = [];
  /** Resources that were fetched because their versions were not known. */
  readonly fetched: string[] = [];
  readonly #calendars = new Map<string, FakeCalendar>();
  #versions = 0;

  listCalendars(): Promise<readonly RemoteCalendar[]> {
    return Promise.resolve(this.listed);
  }

  put(calendarId: string, event: SourceEvent, resource = event.id): void {
    this.putAll(calendarId, resource, { events: [event] });
  }

  putAll(calendarId: string, resource: string, { events = [], unreadable = [] }: Partial<Omit<Resource, 'version'>>): void {
    this.#versions += 1;
    const calendar = this.#calendar(calendarId);
    calendar.resources.set(resource, { version: `v${this.#versions}`, events, unreadable });
    calendar.history.push(resource);
  }

  remove(calendarId: string, resource: string): void {
    this.#calendar(calendarId).resources.delete(resource);
    this.#calendar(calendarId).history.push(resource);
  }

  /** The provider forgets every cursor of a calendar. */
  expire(calendarId: string): void {
    this.#calendar(calendarId).epoch += 1;
  }

  async *read(_token: AccessToken, { calendarId, cursor, known }: ReadingStart): AsyncIterable<ChangePage> {
    this.readings.push({ calendarId, cursor });
    const calendar = this.#calendar(calendarId);
    const start: Position = cursor === null ? { epoch: calendar.epoch, told: calendar.history.length, next: 0 } : (JSON.parse(cursor) as Position);
    if (start.epoch !== calendar.epoch) throw new ProviderError('google', 'cursor_expired');
    const end = { epoch: start.epoch, told: start.next === null ? calendar.history.length : start.told, next: null };
    const names = start.next === null ? [...new Set(calendar.history.slice(start.told))] : [...calendar.resources.keys()];
    for (let next = start.next ?? 0, page = 0; ; page += 1) {
      await this.beforePage(calendarId, page);
      const changes = await this.#changes(calendar, names.slice(next, next + this.pageSize), known);
      next += this.pageSize;
      const isLast = next >= names.length;
      const midway = this.resumesMidway && start.next !== null ? JSON.stringify({ ...start, next }) : null;
      yield { changes, cursor: isLast ? JSON.stringify(end) : midway };
      if (isLast) return;
    }
  }

  async #changes(calendar: FakeCalendar, names: readonly string[], known: ReadingStart['known']): Promise<readonly ResourceChange[]> {
    const versions = await known(names);
    return names.map((resource): ResourceChange => {
      const there = calendar.resources.get(resource);
      if (there === undefined) return { kind: 'gone', resource };
      if (versions.get(resource) === there.version) return { kind: 'unchanged', resource, unreadable: there.unreadable };
      this.fetched.push(resource);
      return { kind: 'present', resource, ...there };
    });
  }

  #calendar(id: string): FakeCalendar {
    const calendar = this.#calendars.get(id) ?? { resources: new Map<string, Resource>(), history: [], epoch: 0 };
    this.#calendars.set(id, calendar);
    return calendar;
  }
}
