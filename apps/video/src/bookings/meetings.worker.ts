import { Inject, Injectable } from '@nestjs/common';
import { BookingsWorker, PROVIDERS } from '@patchbay/bookings';
import type { ConfiguredProviders } from '@patchbay/providers';
import { CLOCK, LOG, type Clock, type Logger } from '@patchbay/service-kit';
import { BookingsRepository, type MeetingRow } from './bookings.repository.js';
import { MeetingsService } from './meetings.service.js';

@Injectable()
export class MeetingsWorker extends BookingsWorker<MeetingRow> {
  constructor(
    @Inject(BookingsRepository) bookings: BookingsRepository,
    @Inject(MeetingsService) meetings: MeetingsService,
    @Inject(LOG) log: Logger,
    @Inject(CLOCK) clock: Clock,
    @Inject(PROVIDERS) providers: ConfiguredProviders,
  ) {
    super({ name: 'meetings', bookings, bringAbout: (lease) => meetings.bringAbout(lease), providers, log, clock });
  }
}
