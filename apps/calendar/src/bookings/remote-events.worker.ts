import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { ConfiguredProviders } from '@patchbay/providers';
import { CLOCK, LeasedWork, LOG, type Clock, type Logger } from '@patchbay/service-kit';
import { PROVIDERS } from '../calendar.providers.js';
import { BookingsRepository, type EventRow } from './bookings.repository.js';
import { RemoteEventsService } from './remote-events.service.js';

/** Brings about what is wanted of bookings, as long as the service runs. */
@Injectable()
export class RemoteEventsWorker implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #work: LeasedWork<EventRow>;

  constructor(
    @Inject(BookingsRepository) bookings: BookingsRepository,
    @Inject(RemoteEventsService) remoteEvents: RemoteEventsService,
    @Inject(LOG) log: Logger,
    @Inject(CLOCK) clock: Clock,
    @Inject(PROVIDERS) private readonly providers: ConfiguredProviders,
  ) {
    this.#work = new LeasedWork({ name: 'calendar events', rows: bookings.due, log, clock, work: (lease) => remoteEvents.bringAbout(lease) });
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
