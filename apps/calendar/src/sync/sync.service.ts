import { Inject, Injectable } from '@nestjs/common';
import { judgeFailure, ProviderError } from '@patchbay/capabilities';
import { activityRecorded, AppError, calendarEventsChanged, calendarSyncDisabled } from '@patchbay/contracts';
import { isOffered, PROVIDERS } from '@patchbay/bookings';
import { Database, isDatabaseOutage, LeaseLostError, type Lease, type Settlement, type Transaction } from '@patchbay/database';
import type { ConfiguredProviders } from '@patchbay/providers';
import { backoffMs, CLOCK, LOG, type Clock, type Logger } from '@patchbay/service-kit';
import { v7 as uuidv7 } from 'uuid';
import { CalendarChanges } from '../changes/calendar-changes.js';
import { TooManyOccurrencesError } from './busy-batches.js';
import { CalendarReader, HandOver, type Reading, type Run } from './calendar-reader.js';
import { CalendarsRepository, type AccountState } from './calendars.repository.js';
import { ContentsRepository, type Difference } from './contents.repository.js';
import { RunsRepository } from './runs.repository.js';
import type { CalendarRow } from './sync-rows.js';
import { nextPollAt, offeredAgainAt, ownErrorsMax, ownErrorWaitMs, pauseEnd } from './sync-schedule.js';

type CalendarLease = Lease<CalendarRow>;

/** What a reading failed with. */
interface Failure {
  readonly reason: string;
  /** `own`: the calendar's, so many of which switch it off. `outage`: everybody's. `reconnect`: the user must connect the account again. */
  readonly kind: 'own' | 'outage' | 'reconnect';
  readonly retryAfterMs: number | undefined;
}

/** Decides whether a calendar is read, and what a reading came to. */
@Injectable()
export class SyncService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(CalendarsRepository) private readonly calendars: CalendarsRepository,
    @Inject(ContentsRepository) private readonly contents: ContentsRepository,
    @Inject(RunsRepository) private readonly runs: RunsRepository,
    @Inject(CalendarReader) private readonly reader: CalendarReader,
    @Inject(PROVIDERS) private readonly providers: ConfiguredProviders,
    @Inject(LOG) private readonly log: Logger,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CalendarChanges) private readonly changes: CalendarChanges,
  ) {}

  /** Reads a calendar and settles its lease. @throws when it was another's meanwhile, or the database went away: the row comes back by itself. */
  async sync(lease: CalendarLease): Promise<void> {
    const { row } = lease;
    const account = await this.calendars.accountState(row.account_id);
    const obstacle = this.#obstacleOf(row, account);
    if (account === undefined || obstacle !== undefined) {
      const nextAttemptAt = obstacle === notSupported ? offeredAgainAt(this.clock()) : null;
      return this.#leave(lease, { nextAttemptAt, lastError: obstacle ?? null });
    }
    const { paused_until: pausedUntil } = account;
    if (pausedUntil !== null && pausedUntil > this.clock())
      return this.#leave(lease, { nextAttemptAt: pausedUntil, isPause: true, lastError: row.last_error });
    await this.changes.begin(row, account.sync_interval_minutes);
    const run = { id: row.run_id ?? uuidv7(), lease };
    try {
      await this.#succeed(run, account, await this.reader.read(run));
    } catch (error) {
      if (error instanceof LeaseLostError || isDatabaseOutage(error)) throw error;
      // Another process goes on with the same run.
      if (error instanceof HandOver) return this.#leave(lease, { nextAttemptAt: this.clock(), lastError: row.last_error });
      await this.#fail(run, account, this.#judge(row, error));
    }
  }

  /** Why a calendar is not read: null when that is as its user wants it, undefined when nothing keeps it from being read. */
  #obstacleOf(row: CalendarRow, account: AccountState | undefined): string | null | undefined {
    if (account === undefined || !row.is_selected || account.status === 'disconnected') return null;
    if (account.status !== 'active') return 'connection_needs_reauth';
    const isAskedFor = row.wanted_revision > row.applied_revision;
    // What was switched off after errors keeps telling of the last one.
    if (!isOn(row, account) && !isAskedFor) return row.last_error === notSupported ? null : row.last_error;
    return isOffered(this.providers, row.provider, 'calendarReading') ? undefined : notSupported;
  }

  async #leave(lease: CalendarLease, settlement: Pick<Settlement, 'nextAttemptAt' | 'isPause' | 'lastError'>): Promise<void> {
    await this.database.transaction((tx) => lease.settle(tx, { isApplied: false, isPutOff: true, ...settlement }));
  }

  async #succeed({ id, lease }: Run, account: AccountState, { kind, contents, since, isTold, cursor }: Reading): Promise<void> {
    const { row } = lease;
    const now = this.clock();
    const nextAttemptAt = isOn(row, account) ? nextPollAt({ now, since, intervalMinutes: account.sync_interval_minutes }) : null;
    const { generation, window } = contents;
    const shown = { generation, window_from: window.from, window_to: window.to, building_generation: null, building_cursor: null };
    const seen = { synced_at: since, seen_until: since, seen_every: account.sync_interval_minutes };
    const set = { ...(kind === 'full' ? shown : {}), ...seen, cursor, error_count: 0, run_id: null, updated_at: now };
    await this.database.transaction(async (tx) => {
      await lease.settle(tx, { isApplied: true, nextAttemptAt, lastError: null, set });
      const difference = kind === 'full' ? { difference: await this.contents.difference(tx, contents, row.generation) } : {};
      await this.changes.end(tx, { calendar: row, since, built: kind === 'full' ? contents : null });
      if (kind === 'full') await this.contents.forget(tx, row.id, { from: row.generation, before: generation });
      const counts = await this.runs.finish(tx, { id, calendar_id: row.id }, { error: null, now, ...difference });
      const unreadable = isTold ? await this.contents.countFaults(tx, contents) : 0;
      if (unreadable > 0 && row.unreadable_events === 0) this.#tellUnreadable(tx, row, unreadable);
      this.#announce(tx, row, { ...counts, kind });
    });
  }

  #announce(tx: Transaction, row: CalendarRow, { changed, removed, kind }: Difference & Pick<Reading, 'kind'>): void {
    if (changed + removed === 0) return;
    const event = { ...idsOf(row), changed, removed, is_full: kind === 'full' };
    tx.outbox.add(calendarEventsChanged, event, { tenantId: row.tenant_id });
  }

  async #fail({ id, lease }: Run, account: AccountState, failure: Failure): Promise<void> {
    const { row } = lease;
    const now = this.clock();
    const errors = row.error_count + (failure.kind === 'own' ? 1 : 0);
    const isOver = failure.kind === 'own' && errors >= ownErrorsMax;
    const nextAttemptAt = isOver || failure.kind === 'reconnect' ? null : new Date(now.getTime() + waitMs(row, account, { failure, errors }));
    const set = { error_count: errors, run_id: null, updated_at: now, ...(isOver ? { sync_enabled: false } : {}) };
    await this.database.transaction(async (tx) => {
      // The account before its calendar, as everybody locks them.
      if (failure.retryAfterMs !== undefined) await this.calendars.pause(tx, row.account_id, pauseEnd(now, failure.retryAfterMs));
      // It may be gone: then it goes from the list, too. Whatever is missing there is looked for by itself.
      if (failure.reason === 'not_found' && row.missing_since === null) await this.calendars.listAgain(tx, row.account_id, now);
      await lease.settle(tx, { isApplied: false, nextAttemptAt, isPause: true, lastError: failure.reason, set });
      await this.runs.finish(tx, { id, calendar_id: row.id }, { error: failure.reason, now });
      if (isOver) await this.changes.stop(tx, row.id);
      if (isOver && row.sync_enabled) this.#tellDisabled(tx, row, { reason: failure.reason, errors });
    });
  }

  /** Once: it stays so until somebody mends the calendar. */
  #tellUnreadable(tx: Transaction, row: CalendarRow, unreadable: number): void {
    const events = unreadable === 1 ? 'One event' : `${unreadable} events`;
    const message = `${events} of the calendar "${row.name}" could not be read; nothing is booked on it until that is mended or the calendar is ignored.`;
    const details = { reason: 'partly_unreadable', calendar_id: row.remote_id, unreadable_events: unreadable };
    const step = { user_id: row.user_id, log_type: 'error' as const, integration_type: row.provider, message, details, success: false };
    tx.outbox.add(activityRecorded, step, { tenantId: row.tenant_id });
  }

  #tellDisabled(tx: Transaction, row: CalendarRow, { reason, errors }: { readonly reason: string; readonly errors: number }): void {
    tx.outbox.add(calendarSyncDisabled, { ...idsOf(row), reason, error_count: errors }, { tenantId: row.tenant_id });
    const name = this.providers.find(row.provider)?.provider.displayName ?? row.provider;
    const message = `${name} could not be read ${errors} times in a row; the calendar is no longer kept up to date until you switch it on again.`;
    const details = { reason, calendar_id: row.remote_id };
    const step = { user_id: row.user_id, log_type: 'error' as const, integration_type: row.provider, message, details, success: false };
    tx.outbox.add(activityRecorded, step, { tenantId: row.tenant_id });
  }

  #judge(row: CalendarRow, error: unknown): Failure {
    if (error instanceof TooManyOccurrencesError) return { reason: 'too_many_occurrences', kind: 'own', retryAfterMs: undefined };
    if (!(error instanceof ProviderError) && !(error instanceof AppError)) {
      // Something in this calendar is more than we can read. The others go on, and its owner is told.
      this.log.error({ err: error, calendar_id: row.id }, 'a calendar cannot be read');
      return { reason: 'reading_failed', kind: 'own', retryAfterMs: undefined };
    }
    const { kind, reason, retryAfterMs } = judgeFailure(error);
    if (kind === 'reconnect') return { reason, kind, retryAfterMs };
    // Not listed either: when that is to be believed is for the list to say, and then there is nothing to switch off.
    const isMissing = reason === 'not_found' && row.missing_since !== null;
    return { reason, kind: error instanceof ProviderError && !error.retryable && !isMissing ? 'own' : 'outage', retryAfterMs };
  }
}

/** Why this build does not read a calendar that is to be read. Another one may. */
const notSupported = 'provider_not_supported';

const isOn = (row: CalendarRow, account: AccountState): boolean => row.sync_enabled && account.sync_enabled;

const waitMs = (row: CalendarRow, account: AccountState, { failure, errors }: { readonly failure: Failure; readonly errors: number }): number =>
  failure.kind === 'own' ? ownErrorWaitMs(errors, account.sync_interval_minutes) : backoffMs(row.attempts, failure.retryAfterMs);

const idsOf = (row: CalendarRow) => ({
  user_id: row.user_id,
  connection_id: row.account_id,
  provider: row.provider,
  calendar_id: row.remote_id,
});
