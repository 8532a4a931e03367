import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { CLOCK, LeasedWork, LOG, type Clock, type Logger } from '@patchbay/service-kit';
import { AccountsRepository, type CalendarAccountRow } from './accounts.repository.js';
import { CalendarsService } from './calendars.service.js';

/** Reads the calendars of accounts that were connected, as long as the service runs. */
@Injectable()
export class CalendarsWorker implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #work: LeasedWork<CalendarAccountRow>;

  constructor(
    @Inject(AccountsRepository) accounts: AccountsRepository,
    @Inject(CalendarsService) calendars: CalendarsService,
    @Inject(LOG) log: Logger,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.#work = new LeasedWork({ name: 'read calendars', rows: accounts.due, log, clock, work: (lease) => calendars.read(lease) });
  }

  onApplicationBootstrap(): void {
    this.#work.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.#work.stop();
  }

  wake(): void {
    this.#work.wake();
  }
}
