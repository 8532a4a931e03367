import { Inject, Injectable } from '@nestjs/common';
import type { EventOf, integrationConnected, integrationDisconnected } from '@patchbay/contracts';
import type { Transaction } from '@patchbay/database';
import { AccessTokens, CLOCK, type Clock } from '@patchbay/service-kit';
import { BookingsService } from '../bookings/bookings.service.js';
import { CalendarChanges } from '../changes/calendar-changes.js';
import { CalendarsRepository } from '../sync/calendars.repository.js';
import { AccountsRepository } from './accounts.repository.js';
import { CalendarsWorker } from './calendars.worker.js';

@Injectable()
export class AccountsService {
  constructor(
    @Inject(AccountsRepository) private readonly accounts: AccountsRepository,
    @Inject(BookingsService) private readonly bookings: BookingsService,
    @Inject(AccessTokens) private readonly tokens: AccessTokens,
    @Inject(CalendarsWorker) private readonly calendars: CalendarsWorker,
    @Inject(CalendarsRepository) private readonly known: CalendarsRepository,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CalendarChanges) private readonly changes: CalendarChanges,
  ) {}

  async onConnected(event: EventOf<typeof integrationConnected>, tx: Transaction): Promise<void> {
    if (event.data.type !== 'calendar' || !(await this.accounts.connect(tx, event))) return;
    await this.accounts.readConnected(tx, event.data.connection_id, this.clock());
    await this.bookings.lookAgain(tx, { tenantId: event.tenant_id, userId: event.data.user_id });
    tx.onCommit(() => {
      // What opened it may be another by now, though nobody has refused the old one: the old address of a feed leads to nothing.
      this.tokens.forget(event.data.connection_id);
      this.calendars.wake();
    });
  }

  async onDisconnected(event: EventOf<typeof integrationDisconnected>, tx: Transaction): Promise<void> {
    if (event.data.type !== 'calendar') return;
    await this.accounts.disconnect(tx, event);
    await this.changes.loseSight(tx, event.data.connection_id);
    // Unless it was connected again since.
    if (await this.accounts.isDisconnected(tx, event.data.connection_id)) {
      await this.known.forgetContents(tx, event.data.connection_id);
      await this.changes.forget(tx, event.data.connection_id);
    }
    // What waited for it may go elsewhere.
    await this.bookings.lookAgain(tx, { tenantId: event.tenant_id, userId: event.data.user_id });
    tx.onCommit(() => this.tokens.forget(event.data.connection_id));
  }
}
