import { Inject, Injectable } from '@nestjs/common';
import type { Transaction } from '@patchbay/database';
import { intentAfter, intentColumns, type BookingEvent } from '@patchbay/bookings';
import { CLOCK, type Clock } from '@patchbay/service-kit';
import { BookingsRepository, type MeetingRow } from './bookings.repository.js';
import { MeetingsWorker } from './meetings.worker.js';

/** Writes down what is wanted of bookings; the worker brings it about. */
@Injectable()
export class BookingsService {
  constructor(
    @Inject(BookingsRepository) private readonly bookings: BookingsRepository,
    @Inject(MeetingsWorker) private readonly worker: MeetingsWorker,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async want(event: BookingEvent, tx: Transaction): Promise<void> {
    const { booking_id: bookingId, organizer } = event.data;
    const row = await this.bookings.lock(tx, { tenantId: event.tenant_id, bookingId, userId: organizer.user_id });
    const intent = intentAfter(row, event);
    if (intent === null) return;
    await this.bookings.want(tx, row, { dueAt: dueAt(row, this.clock()), set: intentColumns(intent) });
    tx.onCommit(() => this.worker.wake());
  }

  /** An account of this user, or its settings, changed. */
  async lookAgain(tx: Transaction, user: { readonly tenantId: string; readonly userId: string }): Promise<void> {
    await this.bookings.stir(tx, user, this.clock());
    tx.onCommit(() => this.worker.wake());
  }
}

/** At once; but while a call to make the meeting may still be at work at the provider, a search would come too early. */
function dueAt(row: MeetingRow, now: Date): Date {
  const isUnknown = row.connection_id !== null && row.meeting_id === null;
  return isUnknown && row.next_attempt_at !== null && row.next_attempt_at > now ? row.next_attempt_at : now;
}
