import { Inject, Injectable } from '@nestjs/common';
import { judgeFailure, type RemoteCalendar } from '@patchbay/capabilities';
import type { Calendar } from '@patchbay/contracts';
import { callAccount, isOffered, PROVIDERS } from '@patchbay/bookings';
import { Database, type Lease } from '@patchbay/database';
import type { ConfiguredProviders } from '@patchbay/providers';
import { AccessTokens, backoffMs, CLOCK, type Clock } from '@patchbay/service-kit';
import { BookingsService } from '../bookings/bookings.service.js';
import { CalendarsRepository } from '../sync/calendars.repository.js';
import { SyncWorker } from '../sync/sync.worker.js';
import { AccountsRepository, type CalendarAccountRow } from './accounts.repository.js';

/** Calendars come and go: so often the list is read again, give or take a fifth. Milliseconds. */
const listAgainMs = 24 * 60 * 60_000;

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
      const settlement = { isApplied: false, nextAttemptAt: null, lastError: 'provider_not_supported' };
      await this.database.transaction((tx) => lease.settle(tx, settlement));
      return;
    }
    try {
      const listed = await this.#list(row);
      const calendars = listed.map(toCalendar);
      await this.database.transaction(async (tx) => {
        // Not as it was when the row was claimed: the user may have chosen another since.
        const current = await this.accounts.lockChoice(tx, row.id);
        const set = { calendars: JSON.stringify(calendars), calendar_id: chosenCalendar(current, calendars), updated_at: this.clock() };
        const now = this.clock();
        const nextAttemptAt = new Date(now.getTime() + listAgainMs * (0.8 + 0.4 * Math.random()));
        await lease.settle(tx, { isApplied: true, nextAttemptAt, lastError: null, set });
        await this.calendars.takeList(tx, row.id, { calendars: listed, now });
        // Connected, or connected again: whatever changed while nobody looked is looked at now.
        if (row.wanted_revision > row.applied_revision) await this.calendars.readSoon(tx, { accountId: row.id, now });
        tx.onCommit(() => this.sync.wake());
        await this.bookings.lookAgain(tx, { tenantId: row.tenant_id, userId: row.user_id });
      });
    } catch (error) {
      const { kind, reason, retryAfterMs } = judgeFailure(error);
      const wait = backoffMs(row.attempts, retryAfterMs);
      // Also after a refusal: reading harms nothing, and the booking that waits for it gives up by itself. Connecting again reads at once.
      const nextAttemptAt = kind === 'reconnect' ? null : new Date(this.clock().getTime() + wait);
      await this.database.transaction((tx) => lease.settle(tx, { isApplied: false, nextAttemptAt, lastError: reason }));
    }
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

const toCalendar = ({ id, name, timeZone, isPrimary, isWritable }: RemoteCalendar): Calendar => ({
  id,
  name,
  time_zone: timeZone,
  is_primary: isPrimary,
  is_writable: isWritable,
});

/** What the user chose as long as it is there, else the primary calendar. */
function chosenCalendar(current: string | null, calendars: readonly Calendar[]): string | null {
  const writable = calendars.filter((calendar) => calendar.is_writable);
  const chosen = writable.find(({ id }) => id === current) ?? writable.find((calendar) => calendar.is_primary) ?? writable[0];
  return chosen?.id ?? null;
}
