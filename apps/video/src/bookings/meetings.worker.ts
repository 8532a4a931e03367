import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { ConfiguredProviders } from '@patchbay/providers';
import { CLOCK, LeasedWork, LOG, type Clock, type Logger } from '@patchbay/service-kit';
import { PROVIDERS } from '../video.providers.js';
import { BookingsRepository, type MeetingRow } from './bookings.repository.js';
import { MeetingsService } from './meetings.service.js';

/** Brings about what is wanted of bookings, as long as the service runs. */
@Injectable()
export class MeetingsWorker implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #work: LeasedWork<MeetingRow>;

  constructor(
    @Inject(BookingsRepository) bookings: BookingsRepository,
    @Inject(MeetingsService) meetings: MeetingsService,
    @Inject(LOG) log: Logger,
    @Inject(CLOCK) clock: Clock,
    @Inject(PROVIDERS) private readonly providers: ConfiguredProviders,
  ) {
    this.#work = new LeasedWork({ name: 'meetings', rows: bookings.due, log, clock, work: (lease) => meetings.bringAbout(lease) });
  }

  onApplicationBootstrap(): void {
    this.#work.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#work.stop();
    await this.providers.close();
  }

  wake(): void {
    this.#work.wake();
  }
}
