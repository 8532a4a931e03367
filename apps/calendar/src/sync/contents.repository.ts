import { isDeepStrictEqual } from 'node:util';
import { Inject, Injectable } from '@nestjs/common';
import type { ReadingWindow, ResourceChange, SourceEvent } from '@patchbay/capabilities';
import type { Transaction } from '@patchbay/database';
import { LOG, type Logger } from '@patchbay/service-kit';
import type { ToldChange } from '../changes/told-change.js';
import { batchesOf, batchMax } from './batches.js';
import { busyBatches } from './busy-batches.js';
import { BusyRangesRepository } from './busy-ranges.repository.js';
import { busyTimesOf, seriesOf, type BusyTime } from './busy-times.js';
import { FaultsRepository, type Fault } from './faults.repository.js';
import { storableEvent, storableName, storableText } from './storable.js';
import type { CalendarRow } from './sync-rows.js';
import { toldChangesOf } from './told-changes.js';

/** Contents of a calendar: the shown ones, or those that are being read beside them. */
export interface Contents {
  readonly calendar: Pick<CalendarRow, 'id' | 'tenant_id' | 'user_id' | 'zone' | 'tentative_policy'>;
  readonly generation: number;
  /** Busy times are kept for. */
  readonly window: ReadingWindow;
}

/** How much was different. */
export interface Difference {
  readonly changed: number;
  readonly removed: number;
}

/** What a page came to. */
export interface AppliedPage extends Difference {
  readonly told: readonly ToldChange[];
}

interface StoredEvent {
  readonly resource: string;
  readonly event_id: string;
  readonly series_id: string;
  readonly version: string | null;
  readonly event: SourceEvent;
}

type Present = Extract<ResourceChange, { readonly kind: 'present' }>;

/** Series whose events, or some of them, are others than before. */
export interface TouchedSeries {
  readonly series: ReadonlySet<string>;
  /** What was stored of them just now, all events of each resource. */
  readonly written?: readonly StoredEvent[];
}

/** What stands in calendars, and the busy times it comes to. Everything happens with the calendar's row locked. */
@Injectable()
export class ContentsRepository {
  constructor(
    @Inject(LOG) private readonly log: Logger,
    @Inject(FaultsRepository) private readonly faults: FaultsRepository,
    @Inject(BusyRangesRepository) private readonly ranges: BusyRangesRepository,
  ) {}

  /** Versions of resources that are stored, each as it was asked for: in the newest contents that have them. */
  async versions(tx: Transaction, { calendar, generation }: Contents, resources: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const rows = await tx.query<{ resource: string; version: string }>(
      `SELECT DISTINCT ON (resource) resource, version FROM calendar_events
       WHERE calendar_id = $1 AND resource = ANY ($2) AND generation <= $3 AND version IS NOT NULL ORDER BY resource, generation DESC`,
      [calendar.id, resources.map(storableName), generation],
    );
    const versions = new Map(rows.map(({ resource, version }) => [resource, version]));
    return new Map(
      resources.flatMap((resource) => {
        const version = versions.get(storableName(resource));
        return version === undefined ? [] : [[resource, version] as const];
      }),
    );
  }

  /** Applies the changes of a page. */
  async apply(tx: Transaction, contents: Contents, changes: readonly ResourceChange[]): Promise<AppliedPage> {
    if (changes.length === 0) return { changed: 0, removed: 0, told: [] };
    // Of a resource that is told of twice in one page the last word counts.
    const latest = [...new Map(changes.map((change) => [storableName(change.resource), change])).entries()];
    const named = (kind: ResourceChange['kind']) => latest.filter(([, change]) => change.kind === kind).map(([resource]) => resource);
    const present = latest.flatMap(([resource, change]) => (change.kind === 'present' ? [[resource, change] as const] : []));
    const gone = named('gone');
    const adopted = await this.#adopt(tx, contents, named('unchanged'));
    const stored = await this.#stored(tx, contents, [...gone, ...present.map(([resource]) => resource)]);
    const fresh = present.map(([resource, change]) => ({
      resource,
      rows: rowsOf(resource, change),
      isPartlyUnreadable: (change.unreadable?.length ?? 0) > 0,
    }));
    const differing = fresh.filter(({ resource, rows }) => !isSame(stored.get(resource) ?? [], rows));
    const left = gone.flatMap((resource) => stored.get(resource) ?? []);
    const replaced = differing.flatMap(({ resource }) => stored.get(resource) ?? []);
    const written = differing.flatMap(({ rows }) => rows);

    await this.#remove(tx, contents, new Set([...left, ...replaced].map(({ resource }) => resource)));
    await this.#removeExceptions(tx, contents, left);
    await this.#insert(tx, contents, written);
    await this.faults.replace(tx, contents, { kind: 'resource', names: latest.map(([resource]) => resource), faults: latest.flatMap(faultsOf) });
    const touched = new Set([...adopted, ...[...left, ...replaced, ...written].map(({ series_id: series }) => series)]);
    await this.expand(tx, contents, { series: touched, written });
    const told = toldChangesOf([
      ...differing.map(({ resource, rows, isPartlyUnreadable }) => ({ ...eventsOf(resource, stored.get(resource), rows), isPartlyUnreadable })),
      ...gone.map((resource) => ({ ...eventsOf(resource, stored.get(resource), []), isPartlyUnreadable: false })),
    ]);
    return { changed: differing.length, removed: gone.filter((resource) => stored.has(resource)).length, told };
  }

  /**
   * Works out the busy times of series again.
   *
   * @throws TooManyOccurrencesError when the calendar comes to more than are kept of one.
   */
  async expand(tx: Transaction, contents: Contents, { series, written = [] }: TouchedSeries): Promise<void> {
    if (series.size > 0) {
      const faults: Fault[] = [];
      const told = this.#toldSeries(tx, contents, { series, written });
      await this.ranges.replace(tx, contents, {
        series: [...series],
        busy: busyBatches(told, (events) => this.#busyTimes(events, contents, faults)),
      });
      await this.faults.replace(tx, contents, { kind: 'series', names: [...series], faults });
    }
    await this.faults.count(tx, contents);
  }

  /** The events of each series. Those that were written just now need not be read again. */
  async *#toldSeries(tx: Transaction, { calendar, generation }: Contents, { series, written }: Required<TouchedSeries>) {
    const writtenBySeries = Map.groupBy(written, (row) => row.series_id);
    for (const ids of batchesOf([...series])) {
      const resources = new Set(ids.flatMap((id) => writtenBySeries.get(id) ?? []).map(({ resource }) => resource));
      const others = await tx.query<Pick<StoredEvent, 'series_id' | 'event'>>(
        `SELECT series_id, event FROM calendar_events
         WHERE calendar_id = $1 AND generation = $2 AND series_id = ANY ($3) AND resource <> ALL ($4)`,
        [calendar.id, generation, ids, [...resources]],
      );
      const othersBySeries = Map.groupBy(others, (row) => row.series_id);
      for (const id of ids) yield [...(othersBySeries.get(id) ?? []), ...(writtenBySeries.get(id) ?? [])].map(({ event }) => event);
    }
  }

  /** Has the faults of contents count that are shown now. @returns how many there are. */
  countFaults(tx: Transaction, contents: Contents): Promise<number> {
    return this.faults.count(tx, contents);
  }

  /** Some series of the contents in order, for {@link expand}; empty after the last. */
  async seriesAfter(tx: Transaction, { calendar, generation }: Contents, last: string): Promise<readonly string[]> {
    const rows = await tx.query<{ series_id: string }>(
      `SELECT DISTINCT series_id FROM calendar_events WHERE calendar_id = $1 AND generation = $2 AND series_id > $3 ORDER BY series_id LIMIT ${batchMax}`,
      [calendar.id, generation, last],
    );
    return rows.map((row) => row.series_id);
  }

  /** How the contents differ from the shown ones; all of it is new when nothing is shown yet. */
  async difference(tx: Transaction, { calendar, generation }: Contents, shown: number): Promise<Difference> {
    const [counts] = await tx.query<Difference>(
      `SELECT count(*) FILTER (WHERE built.event IS NOT NULL AND built.event IS DISTINCT FROM shown.event)::int AS changed,
         count(*) FILTER (WHERE built.event IS NULL)::int AS removed
       FROM (SELECT resource, event_id, event FROM calendar_events WHERE calendar_id = $1 AND generation = $2) AS built
       FULL JOIN (SELECT resource, event_id, event FROM calendar_events WHERE calendar_id = $1 AND generation = $3) AS shown USING (resource, event_id)`,
      [calendar.id, generation, shown],
    );
    return counts ?? { changed: 0, removed: 0 };
  }

  /** Forgets contents of a calendar: those from one generation up to another. */
  async forget(tx: Transaction, calendarId: string, generations: { readonly from: number; readonly before: number }): Promise<void> {
    for (const table of ['calendar_events', 'busy_ranges', 'calendar_faults'])
      await tx.query(`DELETE FROM ${table} WHERE calendar_id = $1 AND generation >= $2 AND generation < $3`, [
        calendarId,
        generations.from,
        generations.before,
      ]);
  }

  #busyTimes(events: readonly SourceEvent[], { calendar, window }: Contents, faults: Fault[]): readonly BusyTime[] {
    const { busy, fault } = busyTimesOf(events, window, calendar);
    const [first] = events;
    if (fault === null || first === undefined) return busy;
    this.log.warn({ calendar_id: calendar.id, fault }, 'a series cannot be expanded; only the times that are written down count');
    const start = 'date' in first.start ? first.start.date : first.start.dateTime;
    faults.push({ name: seriesOf(first), events: 1, example: { title: first.title || null, start, fault } });
    return busy;
  }

  /** Takes over resources from the newest contents that have them. @returns their series. */
  async #adopt(tx: Transaction, { calendar, generation }: Contents, resources: readonly string[]): Promise<readonly string[]> {
    if (resources.length === 0) return [];
    const rows = await tx.query<{ series_id: string }>(adoptEvents, [calendar.id, generation, resources]);
    return rows.map((row) => row.series_id);
  }

  async #stored(tx: Transaction, { calendar, generation }: Contents, resources: readonly string[]): Promise<ReadonlyMap<string, StoredEvent[]>> {
    if (resources.length === 0) return new Map();
    const rows = await tx.query<StoredEvent>(
      `SELECT resource, event_id, series_id, version, event FROM calendar_events WHERE calendar_id = $1 AND generation = $2 AND resource = ANY ($3)`,
      [calendar.id, generation, resources],
    );
    return Map.groupBy(rows, ({ resource }) => resource);
  }

  async #remove(tx: Transaction, { calendar, generation }: Contents, resources: ReadonlySet<string>): Promise<void> {
    if (resources.size === 0) return;
    await tx.query(`DELETE FROM calendar_events WHERE calendar_id = $1 AND generation = $2 AND resource = ANY ($3)`, [
      calendar.id,
      generation,
      [...resources],
    ]);
  }

  /** Exceptions may be resources of their own, of which nothing more is told when their series goes. */
  async #removeExceptions(tx: Transaction, { calendar, generation }: Contents, left: readonly StoredEvent[]): Promise<void> {
    const masters = left.filter(({ event }) => event.seriesId === null).map((row) => row.series_id);
    if (masters.length === 0) return;
    // A series may stand in another resource by now: its file was renamed.
    await tx.query(
      `DELETE FROM calendar_events AS exception WHERE calendar_id = $1 AND generation = $2 AND series_id = ANY ($3) AND NOT EXISTS (
         SELECT FROM calendar_events AS master WHERE master.calendar_id = $1 AND master.generation = $2
           AND master.series_id = exception.series_id AND master.event_id = exception.series_id)`,
      [calendar.id, generation, masters],
    );
  }

  async #insert(tx: Transaction, { calendar, generation }: Contents, rows: readonly StoredEvent[]): Promise<void> {
    for (const batch of batchesOf(rows))
      await tx.query(insertEvents, [calendar.id, generation, calendar.tenant_id, calendar.user_id, JSON.stringify(batch)]);
  }
}

/** What of a resource cannot be read. */
const faultsOf = ([name, change]: readonly [string, ResourceChange]): readonly Fault[] => {
  const unreadable = change.kind === 'gone' ? [] : (change.unreadable ?? []);
  const [example] = unreadable;
  return example === undefined ? [] : [{ name, example, events: unreadable.length }];
};

const insertEvents = `
  INSERT INTO calendar_events (calendar_id, generation, tenant_id, user_id, resource, event_id, series_id, version, event)
  SELECT $1, $2, $3, $4, * FROM json_to_recordset($5) AS rows (resource text, event_id text, series_id text, version text, event jsonb)`;

const adoptEvents = `
  INSERT INTO calendar_events (calendar_id, generation, resource, event_id, series_id, tenant_id, user_id, version, event)
  SELECT known.calendar_id, $2, known.resource, known.event_id, known.series_id, known.tenant_id, known.user_id, known.version, known.event
  FROM calendar_events AS known JOIN (
    SELECT resource, max(generation) AS generation FROM calendar_events
    WHERE calendar_id = $1 AND resource = ANY ($3) AND generation <= $2 GROUP BY resource) AS newest USING (resource, generation)
  WHERE known.calendar_id = $1 AND known.generation < $2
  RETURNING series_id`;

/** The rows of a resource, as they will be read again. Of two events with one id the last one counts. */
const rowsOf = (resource: string, { version, events }: Present): readonly StoredEvent[] =>
  [...new Map(events.map(storableEvent).map((event) => [event.id, event])).values()].map((event) => ({
    resource,
    event_id: event.id,
    series_id: seriesOf(event),
    version: version === null ? null : storableText(version),
    event,
  }));

const eventsOf = (resource: string, before: readonly StoredEvent[] = [], after: readonly StoredEvent[] = []) => ({
  resource,
  before: before.map(({ event }) => event),
  after: after.map(({ event }) => event),
});

/** Whether nothing has changed since, whatever the provider tells again. */
function isSame(stored: readonly StoredEvent[], rows: readonly StoredEvent[]): boolean {
  if (rows.length !== stored.length) return false;
  const known = new Map(stored.map((row) => [row.event_id, row]));
  return rows.every((row) => {
    const before = known.get(row.event_id);
    return before !== undefined && before.version === row.version && isDeepStrictEqual(before.event, row.event);
  });
}
