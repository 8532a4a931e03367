import { Inject, Injectable } from '@nestjs/common';
import { ProviderError, type ChangePage, type ReadingStart } from '@patchbay/capabilities';
import { callAccount, PROVIDERS } from '@patchbay/bookings';
import { Database, type ColumnValues, type Lease, type Transaction } from '@patchbay/database';
import type { ConfiguredProviders } from '@patchbay/providers';
import { AccessTokens, CLOCK, SERVICE_CONFIG, type Clock } from '@patchbay/service-kit';
import type { CalendarConfig } from '../calendar.config.js';
import { CalendarChanges } from '../changes/calendar-changes.js';
import type { Understanding } from './busy-times.js';
import { CalendarsRepository } from './calendars.repository.js';
import { ContentsRepository, type Contents } from './contents.repository.js';
import { RunsRepository } from './runs.repository.js';
import { planSync, type SyncPlan, type WindowMove } from './sync-plan.js';
import type { CalendarRow, SyncRunRow } from './sync-rows.js';
import { storedWindow } from './sync-schedule.js';

type CalendarLease = Lease<CalendarRow>;

/** No window is being moved, or no longer. */
const notMoving = { moving_from: null, moving_to: null, moving_after: null };

/** Thrown between two pages when this process is to end: another goes on from here. */
export class HandOver extends Error {
  override readonly name = 'HandOver';
}

/** A reading under way, or at its end: then all of it is stored, but not yet that it is whole. */
export interface Reading {
  readonly kind: SyncRunRow['kind'];
  readonly contents: Contents;
  /** What is told of by then is in it. */
  readonly since: Date;
  /** Whether it looked at anything: most times nothing has changed. */
  readonly isTold: boolean;
  /** Where it goes on, as far as that is stored; at its end, where the next one begins. */
  readonly cursor: string | null;
}

/** One lease of a calendar, and the run in its history. */
export interface Run {
  readonly id: string;
  readonly lease: CalendarLease;
}

/** Reads a calendar page by page: a page is stored in one transaction with the cursor that follows it, so that a reading can end anywhere. */
@Injectable()
export class CalendarReader {
  #isEnding = false;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(CalendarsRepository) private readonly calendars: CalendarsRepository,
    @Inject(ContentsRepository) private readonly contents: ContentsRepository,
    @Inject(RunsRepository) private readonly runs: RunsRepository,
    @Inject(AccessTokens) private readonly tokens: AccessTokens,
    @Inject(PROVIDERS) private readonly providers: ConfiguredProviders,
    @Inject(SERVICE_CONFIG) private readonly config: CalendarConfig,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CalendarChanges) private readonly calendarChanges: CalendarChanges,
  ) {}

  /** Readings end after the page that they are at. */
  end(): void {
    this.#isEnding = true;
  }

  /**
   * Reads what is to be read of a calendar.
   *
   * @throws HandOver, LeaseLostError, and what reading at a provider throws. What was read until then is kept.
   */
  async read(run: Run): Promise<Reading> {
    const { row } = run.lease;
    const isBoundToWindow = this.providers.find(row.provider)?.capabilities.calendarReading?.isBoundToWindow === true;
    const plan = planSync(row, { now: this.clock(), days: this.config, isBoundToWindow });
    const reading = await this.#begin(run, plan);
    try {
      return await this.#readAll(run, reading);
    } catch (error) {
      if (reading.cursor === null || !isExpired(error)) throw error;
      return this.#readAll(run, await this.#build(run, reading.contents.generation));
    }
  }

  async #begin(run: Run, plan: SyncPlan): Promise<Reading> {
    const { row } = run.lease;
    if (plan.kind === 'full') return this.#build(run, row.building_generation ?? row.generation);
    if (plan.kind === 'resumed') {
      const { generation, window, since, cursor } = plan;
      await this.#record(run, 'full', {});
      return { kind: 'full', contents: { calendar: row, generation, window }, since, isTold: true, cursor };
    }
    const since = this.clock();
    const { move, window, cursor } = plan;
    const position = move === null ? notMoving : { moving_from: move.window.from, moving_to: move.window.to, moving_after: move.after };
    await this.#record(run, 'incremental', position);
    const contents = { calendar: row, generation: row.generation, window: move?.window ?? window };
    if (move !== null) await this.#moveWindow(run, contents, move);
    return { kind: 'incremental', contents, since, isTold: move !== null, cursor };
  }

  /** Begins new contents beside the shown ones, and beside those of an earlier attempt: what has not changed since is taken from there. */
  async #build(run: Run, before: number): Promise<Reading> {
    const { row } = run.lease;
    const since = this.clock();
    const window = storedWindow(since, this.config);
    const generation = Math.max(before, row.generation) + 1;
    const position = { building_cursor: null, building_from: window.from, building_to: window.to, building_since: since, ...notMoving };
    const understanding = await this.#record(run, 'full', { ...position, building_generation: generation, is_full_wanted: false });
    await this.#locked(run.lease, {}, (tx) => this.contents.forget(tx, row.id, { from: row.generation + 1, before }));
    // Not as it was when the row was claimed: nobody would ask for another reading after this one.
    return { kind: 'full', contents: { calendar: { ...row, ...understanding }, generation, window }, since, isTold: true, cursor: null };
  }

  async #record({ id, lease }: Run, kind: SyncRunRow['kind'], set: ColumnValues): Promise<Understanding> {
    return this.database.transaction(async (tx) => {
      const understanding = await this.calendars.advance(tx, lease, { ...set, run_id: id });
      await this.runs.begin(tx, { id, kind, started_at: this.clock() }, lease.row);
      return understanding;
    });
  }

  /** Works busy times out for a later window, some series at a time. */
  async #moveWindow({ lease }: Run, contents: Contents, { window: { from, to }, after }: WindowMove): Promise<void> {
    for (let last: string | null = after ?? ''; last !== null;) {
      if (this.#isEnding) throw new HandOver();
      last = await this.#moveSome(lease, contents, last);
    }
    await this.database.transaction((tx) => this.calendars.advance(tx, lease, { window_from: from, window_to: to, ...notMoving }));
  }

  /** @returns the last series that it was done for; null when there are no more. */
  #moveSome(lease: CalendarLease, contents: Contents, after: string): Promise<string | null> {
    return this.#locked(lease, {}, async (tx) => {
      const series = await this.contents.seriesAfter(tx, contents, after);
      const last = series.at(-1) ?? null;
      await this.contents.expand(tx, contents, { series: new Set(series) });
      if (last !== null) await this.calendars.advance(tx, lease, { moving_after: last });
      return last;
    });
  }

  async #readAll(run: Run, begun: Reading): Promise<Reading> {
    const { account_id: connectionId, provider } = run.lease.row;
    let reading = begun;
    let isBegun = false;
    const place = { connectionId, provider, capability: 'calendarReading' } as const;
    const next = await callAccount({ providers: this.providers, tokens: this.tokens }, place, async (capability, token) => {
      // The token was renewed in the middle, and the provider cannot go on from there.
      if (isBegun && reading.cursor === null) reading = await this.#build(run, reading.contents.generation);
      let end = reading.cursor;
      for await (const page of capability.read(token, this.#startOf(run, reading))) {
        await this.#store(run, reading, page);
        isBegun = true;
        reading = { ...reading, isTold: reading.isTold || page.changes.length > 0, cursor: page.cursor ?? reading.cursor };
        end = page.cursor;
        if (this.#isEnding) throw new HandOver();
      }
      return end;
    });
    return { ...reading, cursor: next };
  }

  #startOf({ lease }: Run, { cursor, contents }: Reading): ReadingStart {
    const known = (resources: readonly string[]) => this.database.transaction((tx) => this.contents.versions(tx, contents, resources));
    return { calendarId: lease.row.remote_id, cursor, window: contents.window, known };
  }

  async #store({ id, lease }: Run, { kind, contents, since }: Reading, { changes, cursor }: ChangePage): Promise<void> {
    const column = kind === 'full' ? 'building_cursor' : 'cursor';
    await this.#locked(lease, cursor === null ? {} : { [column]: cursor }, async (tx) => {
      // Until all of it is there nobody is shown any of it: a page that a crash of PostgreSQL takes back, with its cursor, is read again.
      if (kind === 'full') await tx.commitLazily();
      const { told, ...difference } = await this.contents.apply(tx, contents, changes);
      await this.runs.progress(tx, id, difference);
      // What is built beside the shown contents is compared with those at its end.
      if (kind === 'incremental') await this.calendarChanges.take(tx, lease.row, { changes: told, since });
    });
  }

  /**
   * Stores something with the calendar's row, which is locked meanwhile. Renewing the lease from outside passes over what is locked, which is nearly
   * always when pages follow each other closely: each makes it last.
   */
  async #locked<Result>(lease: CalendarLease, set: ColumnValues, store: (tx: Transaction) => Promise<Result>): Promise<Result> {
    return this.database.transaction(async (tx) => {
      await this.calendars.advance(tx, lease, set);
      const result = await store(tx);
      await lease.prolong(tx);
      return result;
    });
  }
}

const isExpired = (error: unknown): boolean => error instanceof ProviderError && error.code === 'cursor_expired';
