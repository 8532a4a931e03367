import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { CLOCK, LeasedWork, LOG, type Clock, type Logger } from '@patchbay/service-kit';
import { CalendarReader } from './calendar-reader.js';
import { CalendarsRepository } from './calendars.repository.js';
import type { CalendarRow } from './sync-rows.js';
import { SyncService } from './sync.service.js';

/** Reads calendars whose time has come, as long as the service runs. */
@Injectable()
export class SyncWorker implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #work: LeasedWork<CalendarRow>;

  constructor(
    @Inject(CalendarsRepository) calendars: CalendarsRepository,
    @Inject(SyncService) sync: SyncService,
    @Inject(CalendarReader) private readonly reader: CalendarReader,
    @Inject(LOG) log: Logger,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.#work = new LeasedWork({ name: 'read calendar events', rows: calendars.due, log, clock, work: (lease) => sync.sync(lease) });
  }

  onApplicationBootstrap(): void {
    this.#work.start();
  }

  async onApplicationShutdown(): Promise<void> {
    // A calendar may have hundreds of pages: another process goes on with it.
    this.reader.end();
    await this.#work.stop();
  }

  /** There is work now. */
  wake(): void {
    this.#work.wake();
  }
}
