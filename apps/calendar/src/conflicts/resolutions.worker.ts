import { Inject, Injectable } from '@nestjs/common';
import { forgetHourly } from '@patchbay/bookings';
import { CLOCK, LOG, type Clock, type Logger } from '@patchbay/service-kit';
import { ResolutionsRepository } from './resolutions.repository.js';

/** Forgets decisions of long ago, as long as the service runs: they hold titles of events that may be gone. */
@Injectable()
export class ResolutionsWorker {
  #stopForgetting: (() => void) | undefined;

  constructor(
    @Inject(ResolutionsRepository) private readonly resolutions: ResolutionsRepository,
    @Inject(LOG) private readonly log: Logger,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.#stopForgetting = forgetHourly({ bookings: this.resolutions, log: this.log, clock: this.clock });
  }

  onApplicationShutdown(): void {
    this.#stopForgetting?.();
  }
}
