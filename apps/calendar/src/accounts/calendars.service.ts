import { Inject, Injectable } from '@nestjs/common';
import { judgeFailure, type RemoteCalendar } from '@patchbay/capabilities';
import type { Calendar } from '@patchbay/contracts';
import { callAccount, isOffered, PROVIDERS } from '@patchbay/bookings';
import { Database, type Lease } from '@patchbay/database';
import type { ConfiguredProviders } from '@patchbay/providers';
import { AccessTokens, backoffMs, CLOCK, type Clock } from '@patchbay/service-kit';
import { BookingsService } from '../bookings/bookings.service.js';
import { AccountsRepository, type CalendarAccountRow } from './accounts.repository.js';

/** Reads which calendars an account has, and chooses the one that bookings are written to. */
@Injectable()
export class CalendarsService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(AccountsRepository) private readonly accounts: AccountsRepository,
    @Inject(AccessTokens) private readonly tokens: AccessTokens,
    @Inject(BookingsService) private readonly bookings: BookingsService,
    @Inject(PROVIDERS) private readonly providers: ConfiguredProviders,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async read(lease: Lease<CalendarAccountRow>): Promise<void> {
    const { row } = lease;
    if (!isOffered(this.providers, row.provider, 'calendar')) {
      const settlement = { isApplied: false, nextAttemptAt: null, lastError: 'provider_not_supported' };
      await this.database.transaction((tx) => lease.settle(tx, settlement));
      return;
    }
    try {
      const calendars = (await this.#list(row)).map(toCalendar);
      await this.database.transaction(async (tx) => {
        // Not as it was when the row was claimed: the user may have chosen another since.
        const current = await this.accounts.lockChoice(tx, row.id);
        const set = { calendars: JSON.stringify(calendars), calendar_id: chosenCalendar(current, calendars), updated_at: this.clock() };
        await lease.settle(tx, { isApplied: true, nextAttemptAt: null, lastError: null, set });
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

  #list({ id, provider }: CalendarAccountRow): Promise<readonly RemoteCalendar[]> {
    const place = { connectionId: id, provider, capability: 'calendar' } as const;
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
