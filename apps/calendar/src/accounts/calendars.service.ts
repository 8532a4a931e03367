import { Inject, Injectable } from '@nestjs/common';
import { judgeFailure, type FailureVerdict, type RemoteCalendar } from '@patchbay/capabilities';
import { callAccount, isOffered, PROVIDERS } from '@patchbay/bookings';
import { Database, type Lease } from '@patchbay/database';
import type { ConfiguredProviders } from '@patchbay/providers';
import { AccessTokens, backoffMs, CLOCK, type Clock } from '@patchbay/service-kit';
import { BookingsService } from '../bookings/bookings.service.js';
import { CalendarsRepository } from '../sync/calendars.repository.js';
import { offeredAgainAt, pauseEnd } from '../sync/sync-schedule.js';
import { SyncWorker } from '../sync/sync.worker.js';
import { AccountsRepository, type CalendarAccountRow, type CalendarChoice } from './accounts.repository.js';

/** Calendars come and go: so often the list is read again, give or take a fifth. Milliseconds. */
const listAgainMs = 24 * 60 * 60_000;
/** A list in which calendars are missing that were there is looked at again after. Milliseconds. */
const doubtedAgainMs = 10 * 60_000;

/** Reads which calendars an account has, and chooses the one that bookings are written to. */
@Injectable()
export class CalendarsService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(AccountsRepository) private readonly accounts: AccountsRepository,
    @Inject(AccessTokens) private readonly tokens: AccessTokens,
    @Inject(BookingsService) private readonly bookings: BookingsService,
    @Inject(PROVIDERS) private readonly providers: ConfiguredProviders,
    @Inject(CalendarsRepository) private readonly calendars: CalendarsRepository,
    @Inject(SyncWorker) private readonly sync: SyncWorker,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async read(lease: Lease<CalendarAccountRow>): Promise<void> {
    const { row } = lease;
    if (this.#capabilityOf(row) === null) {
      const nextAttemptAt = row.status === 'active' ? offeredAgainAt(this.clock()) : null;
      const settlement = { isApplied: false, isPutOff: true, nextAttemptAt, lastError: 'provider_not_supported' };
      await this.database.transaction((tx) => lease.settle(tx, settlement));
      return;
    }
    if (row.paused_until !== null && row.paused_until > this.clock()) {
      const settlement = { isApplied: false, isPutOff: true, nextAttemptAt: row.paused_until, isPause: true, lastError: row.last_error };
      await this.database.transaction((tx) => lease.settle(tx, settlement));
      return;
    }
    try {
      await this.#take(lease, await this.#list(row));
    } catch (error) {
      const failure = judgeFailure(error);
      const { kind, reason, retryAfterMs } = failure;
      const now = this.clock();
      // Also after a refusal: reading harms nothing, and the booking that waits for it gives up by itself. Connecting again reads at once.
      const nextAttemptAt = kind === 'reconnect' ? null : new Date(now.getTime() + askAgainMs(row, failure));
      await this.database.transaction(async (tx) => {
        if (retryAfterMs !== undefined) await this.calendars.pause(tx, row.id, pauseEnd(now, retryAfterMs));
        const set = reason === 'not_found' ? { lost_since: row.lost_since ?? now } : {};
        // What was refused may be taken from whoever connects it otherwise meanwhile; what could not be reached is not reached sooner.
        await lease.settle(tx, { isApplied: false, nextAttemptAt, isPause: kind !== 'never', lastError: reason, set });
        // The bookings that waited for the first list go to another account, if there is one.
        if (row.applied_revision === 0) await this.bookings.lookAgain(tx, { tenantId: row.tenant_id, userId: row.user_id });
      });
    }
  }

  async #take(lease: Lease<CalendarAccountRow>, listed: readonly RemoteCalendar[]): Promise<void> {
    const { row } = lease;
    const now = this.clock();
    await this.database.transaction(async (tx) => {
      // Not as it was when the row was claimed: the user may have chosen another since.
      const current = await this.accounts.lockChoice(tx, row.id);
      const { areSomeMissing } = await this.calendars.takeList(tx, row.id, { calendars: listed, now });
      const set = { ...choiceAmong(await this.calendars.writable(tx, row.id), current), lost_since: null, updated_at: now };
      const nextAttemptAt = new Date(now.getTime() + (areSomeMissing ? doubtedAgainMs : listAgainMs) * (0.8 + 0.4 * Math.random()));
      await lease.settle(tx, { isApplied: true, nextAttemptAt, lastError: areSomeMissing ? 'calendars_missing' : null, set });
      // Connected, or connected again: whatever changed while nobody looked is looked at now.
      if (row.wanted_revision > row.applied_revision) await this.calendars.readSoon(tx, { accountId: row.id, isUnasked: true, now });
      if (row.lost_since !== null) await this.accounts.readFound(tx, row.id, now);
      tx.onCommit(() => this.sync.wake());
      await this.bookings.lookAgain(tx, { tenantId: row.tenant_id, userId: row.user_id });
    });
  }

  /** What lists the calendars of an account: not everything that can be read can be written. */
  #capabilityOf({ provider }: CalendarAccountRow): 'calendar' | 'calendarReading' | null {
    return (['calendar', 'calendarReading'] as const).find((capability) => isOffered(this.providers, provider, capability)) ?? null;
  }

  #list(row: CalendarAccountRow): Promise<readonly RemoteCalendar[]> {
    const place = { connectionId: row.id, provider: row.provider, capability: this.#capabilityOf(row) ?? 'calendar' } as const;
    return callAccount({ providers: this.providers, tokens: this.tokens }, place, (calendar, token) => calendar.listCalendars(token));
  }
}

/** Calendars that were listed before and are refused now may come back: they are asked for more and more rarely, in the end about once an hour. Milliseconds. */
const refusedMsMax = 60 * 60_000;

function askAgainMs({ attempts, applied_revision: listed }: CalendarAccountRow, { kind, retryAfterMs }: FailureVerdict): number {
  const soonMs = backoffMs(attempts, retryAfterMs);
  if (kind !== 'never' || listed === 0) return soonMs;
  return Math.max(soonMs, Math.min(refusedMsMax, 1_000 * 2 ** attempts) * (0.5 + 0.5 * Math.random()));
}

/** What the user chose as long as it is there, else the best one, until it is there again. */
function choiceAmong(writable: readonly string[], { calendar_id: current, preferred_calendar_id: preferred }: CalendarChoice): CalendarChoice {
  const wanted = preferred ?? current;
  if (wanted !== null && writable.includes(wanted)) return { calendar_id: wanted, preferred_calendar_id: null };
  return { calendar_id: writable[0] ?? null, preferred_calendar_id: wanted };
}
