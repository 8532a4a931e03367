import { Inject, Injectable } from '@nestjs/common';
import { BookingsWorker, PROVIDERS } from '@patchbay/bookings';
import type { ConfiguredProviders } from '@patchbay/providers';
import { CLOCK, LOG, type Clock, type Logger } from '@patchbay/service-kit';
import { BookingsRepository } from './bookings.repository.js';
import type { EventRow } from './event-row.js';
import { RemoteEventsService } from './remote-events.service.js';

@Injectable()
export class RemoteEventsWorker extends BookingsWorker<EventRow> {
  constructor(
    @Inject(BookingsRepository) bookings: BookingsRepository,
    @Inject(RemoteEventsService) remoteEvents: RemoteEventsService,
    @Inject(LOG) log: Logger,
    @Inject(CLOCK) clock: Clock,
    @Inject(PROVIDERS) providers: ConfiguredProviders,
  ) {
    super({ name: 'calendar events', bookings, bringAbout: (lease) => remoteEvents.bringAbout(lease), providers, log, clock });
  }
}
