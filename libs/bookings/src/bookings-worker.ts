import type { Lease } from '@patchbay/database';
import type { ConfiguredProviders } from '@patchbay/providers';
import { LeasedWork, type Clock, type Logger } from '@patchbay/service-kit';
import { forgetHourly } from './booking-retention.js';
import type { BookingRow, BookingRows } from './booking-rows.js';

/** What a {@link BookingsWorker} works with. */
export interface BookingsWorkerParts<Row extends BookingRow> {
  /** Names the work in logs and traces. */
  readonly name: string;
  readonly bookings: BookingRows<Row>;
  readonly bringAbout: (lease: Lease<Row>) => Promise<void>;
  readonly providers: ConfiguredProviders;
  readonly log: Logger;
  readonly clock: Clock;
}

/** Brings about what is wanted of bookings and forgets those of long ago, as long as the service runs. The hooks are Nest's. */
export class BookingsWorker<Row extends BookingRow> {
  readonly #work: LeasedWork<Row>;
  #stopForgetting: (() => void) | undefined;

  constructor(private readonly parts: BookingsWorkerParts<Row>) {
    const { name, bookings, bringAbout, log, clock } = parts;
    this.#work = new LeasedWork({ name, rows: bookings.due, log, clock, work: bringAbout });
  }

  onApplicationBootstrap(): void {
    this.#work.start();
    this.#stopForgetting = forgetHourly(this.parts);
  }

  async onApplicationShutdown(): Promise<void> {
    this.#stopForgetting?.();
    await this.#work.stop();
    await this.parts.providers.close();
  }

  /** There is work now. */
  wake(): void {
    this.#work.wake();
  }
}
