import type { Lease } from '@patchbay/database';
import type { ConfiguredProviders } from '@patchbay/providers';
import { LeasedWork, type Clock, type Logger } from '@patchbay/service-kit';
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

/** Brings about what is wanted of bookings, as long as the service runs. The hooks are Nest's. */
export class BookingsWorker<Row extends BookingRow> {
  readonly #work: LeasedWork<Row>;

  constructor(private readonly parts: BookingsWorkerParts<Row>) {
    const { name, bookings, bringAbout, log, clock } = parts;
    this.#work = new LeasedWork({ name, rows: bookings.due, log, clock, work: bringAbout });
  }

  onApplicationBootstrap(): void {
    this.#work.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#work.stop();
    await this.parts.providers.close();
  }

  /** There is work now. */
  wake(): void {
    this.#work.wake();
  }
}
