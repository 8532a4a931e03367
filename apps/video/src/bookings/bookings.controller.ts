import { Controller, Inject } from '@nestjs/common';
import { bookingCancelled, bookingChangeDetected, bookingCreated, bookingRescheduled, type EventOf } from '@patchbay/contracts';
import type { Transaction } from '@patchbay/database';
import { OnEvent } from '@patchbay/messaging';
import { BookingsService } from './bookings.service.js';

@Controller()
export class BookingsController {
  constructor(@Inject(BookingsService) private readonly bookings: BookingsService) {}

  @OnEvent(bookingCreated)
  onCreated(event: EventOf<typeof bookingCreated>, tx: Transaction): Promise<void> {
    return this.bookings.want(event, tx);
  }

  @OnEvent(bookingRescheduled)
  onRescheduled(event: EventOf<typeof bookingRescheduled>, tx: Transaction): Promise<void> {
    return this.bookings.want(event, tx);
  }

  @OnEvent(bookingCancelled)
  onCancelled(event: EventOf<typeof bookingCancelled>, tx: Transaction): Promise<void> {
    return this.bookings.want(event, tx);
  }

  @OnEvent(bookingChangeDetected)
  onChangeDetected(event: EventOf<typeof bookingChangeDetected>, tx: Transaction): Promise<void> {
    return this.bookings.follow(event, tx);
  }
}
