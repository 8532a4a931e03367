import { Inject, Injectable } from '@nestjs/common';
import {
  AppError,
  type CalendarAccount,
  type EventOf,
  type InputOf,
  type integrationConnected,
  type integrationDisconnected,
  type listCalendarAccounts,
  type OutputOf,
  type updateCalendarAccount,
} from '@patchbay/contracts';
import { Database, type Transaction } from '@patchbay/database';
import type { UserCaller } from '@patchbay/messaging';
import { accountFields } from '@patchbay/bookings';
import { AccessTokens, CLOCK, type Clock } from '@patchbay/service-kit';
import { BookingsService } from '../bookings/bookings.service.js';
import { AccountsRepository, type CalendarAccountRow } from './accounts.repository.js';
import { CalendarsWorker } from './calendars.worker.js';

@Injectable()
export class AccountsService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(AccountsRepository) private readonly accounts: AccountsRepository,
    @Inject(BookingsService) private readonly bookings: BookingsService,
    @Inject(AccessTokens) private readonly tokens: AccessTokens,
    @Inject(CalendarsWorker) private readonly calendars: CalendarsWorker,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async list(user: UserCaller, page: InputOf<typeof listCalendarAccounts>): Promise<OutputOf<typeof listCalendarAccounts>> {
    return this.accounts.list(user, page, toCalendarAccount);
  }

  /** @throws AppError `calendar_not_found` */
  async get(user: UserCaller, id: string): Promise<CalendarAccount> {
    return toCalendarAccount(found(await this.accounts.find(user, id)));
  }

  /** Bookings that wait for a calendar are looked at again. @throws AppError `calendar_not_found` or `calendar_id_unknown` */
  async update(user: UserCaller, { id, ...settings }: InputOf<typeof updateCalendarAccount>): Promise<CalendarAccount> {
    return this.database.transaction(async (tx) => {
      const account = found(await this.accounts.update(tx, { user, id }, settings));
      const isKnown = account.calendars.some((calendar) => calendar.id === settings.calendar_id && calendar.is_writable);
      if (settings.calendar_id !== undefined && !isKnown) throw new AppError('calendar_id_unknown', { calendar_id: 'is not a writable calendar' });
      await this.bookings.lookAgain(tx, { tenantId: user.tenant_id, userId: user.user_id });
      return toCalendarAccount(account);
    });
  }

  async onConnected(event: EventOf<typeof integrationConnected>, tx: Transaction): Promise<void> {
    if (event.data.type !== 'calendar' || !(await this.accounts.connect(tx, event))) return;
    await this.accounts.readSoon(tx, event.data.connection_id, this.clock());
    await this.bookings.lookAgain(tx, { tenantId: event.tenant_id, userId: event.data.user_id });
    tx.onCommit(() => this.calendars.wake());
  }

  async onDisconnected(event: EventOf<typeof integrationDisconnected>, tx: Transaction): Promise<void> {
    if (event.data.type !== 'calendar') return;
    await this.accounts.disconnect(tx, event);
    tx.onCommit(() => this.tokens.forget(event.data.connection_id));
  }
}

function found(account: CalendarAccountRow | undefined): CalendarAccountRow {
  if (account === undefined) throw new AppError('calendar_not_found');
  return account;
}

const toCalendarAccount = (row: CalendarAccountRow): CalendarAccount => ({
  ...accountFields(row),
  calendar_id: row.calendar_id,
  calendars: [...row.calendars],
});
