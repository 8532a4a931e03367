import { Inject, Injectable } from '@nestjs/common';
import { judgeFailure, type FailureVerdict, type RemoteCalendar } from '@patchbay/capabilities';
import { callAccount, isOffered, PROVIDERS } from '@patchbay/bookings';
import { Database, type Lease } from '@patchbay/database';
import type { ConfiguredProviders } from '@patchbay/providers';
import { AccessTokens, backoffMs, CLOCK, type Clock } from '@patchbay/service-kit';
import { BookingsService } from '../bookings/bookings.service.js';
import { CalendarsRepository } from '../sync/calendars.repository.js';
import { pauseEnd } from '../sync/sync-schedule.js';
import { SyncWorker } from '../sync/sync.worker.js';
import { AccountsRepository, type CalendarAccountRow } from './accounts.repository.js';

/** Calendars come and go: so often the list is read again, give or take a fifth. Milliseconds. */
const listAgainMs = 24 * 60 * 60_000;
/** A list from which all calendars are missing is looked at again after, and believed when it still says so after. Milliseconds. */
const doubtedAgainMs = 10 * 60_000;
const doubtedMs = 60 * 60_000;

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
      const settlement = { isApplied: false, isPutOff: true, nextAttemptAt: null, lastError: 'provider_not_supported' };
      await this.database.transaction((tx) => lease.settle(tx, settlement));
      return;
    }
    if (row.paused_until !== null && row.paused_until > this.clock()) {
      const settlement = { isApplied: false, isPutOff: true, nextAttemptAt: row.paused_until, lastError: row.last_error };
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
        await lease.settle(tx, { isApplied: false, nextAttemptAt, lastError: reason });
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
      const doubt = doubtOf(row, { losesAll: await this.calendars.losesAll(tx, row.id, listed), now });
      const chosen = doubt.isDoubted ? (current ?? chosenCalendar(current, listed)) : chosenCalendar(current, listed);
      const set = { calendar_id: chosen, list_doubted_since: doubt.since, updated_at: now };
      const nextAttemptAt = new Date(now.getTime() + (doubt.isDoubted ? doubtedAgainMs : listAgainMs) * (0.8 + 0.4 * Math.random()));
      await lease.settle(tx, { isApplied: true, nextAttemptAt, lastError: doubt.isDoubted ? 'calendars_missing' : null, set });
      await this.calendars.takeList(tx, row.id, { calendars: listed, isDoubted: doubt.isDoubted, now });
      // Connected, or connected again: whatever changed while nobody looked is looked at now.
      if (row.wanted_revision > row.applied_revision) await this.calendars.readSoon(tx, { accountId: row.id, now });
      // It could not be listed before this.
      if (row.attempts > 1) await this.accounts.readFound(tx, row.id, now);
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

/** A list from which everything is missing: when that began, and whether it is too early to believe it. */
interface Doubt {
  readonly since: Date | null;
  readonly isDoubted: boolean;
}

/** A provider that lists none of the calendars that there were has more likely lost its way than they have all gone: it must say so for a while. */
function doubtOf({ list_doubted_since: before }: CalendarAccountRow, { losesAll, now }: { readonly losesAll: boolean; readonly now: Date }): Doubt {
  if (!losesAll) return { since: null, isDoubted: false };
  const since = before ?? now;
  const isDoubted = now.getTime() - since.getTime() < doubtedMs;
  return { since: isDoubted ? since : null, isDoubted };
}

/** Calendars that were listed before and are refused now may come back: they are asked for more and more rarely, in the end about once an hour. Milliseconds. */
const refusedMsMax = 60 * 60_000;

function askAgainMs({ attempts, applied_revision: listed }: CalendarAccountRow, { kind, retryAfterMs }: FailureVerdict): number {
  const soonMs = backoffMs(attempts, retryAfterMs);
  if (kind !== 'never' || listed === 0) return soonMs;
  return Math.max(soonMs, Math.min(refusedMsMax, 1_000 * 2 ** attempts) * (0.5 + 0.5 * Math.random()));
}

/** What the user chose as long as it is there, else the primary calendar. */
function chosenCalendar(current: string | null, calendars: readonly RemoteCalendar[]): string | null {
  const writable = calendars.filter(({ isWritable }) => isWritable);
  const chosen = writable.find(({ id }) => id === current) ?? writable.find(({ isPrimary }) => isPrimary) ?? writable[0];
  return chosen?.id ?? null;
}
