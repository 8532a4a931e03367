import { Inject, Injectable } from '@nestjs/common';
import type { Transaction } from '@patchbay/database';
import { intentAfter, intentAfterMove, intentColumns, type BookingEvent, type BookingIntent } from '@patchbay/bookings';
import type { bookingChangeDetected, EventOf } from '@patchbay/contracts';
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
    await this.#want(tx, row, intentAfter(row, event));
  }

  /**
   * The booking follows what somebody did to its event in the organiser's calendar.
   *
   * @throws while nothing is known of the booking itself: what created it comes sooner than this comes again.
   */
  async follow(event: EventOf<typeof bookingChangeDetected>, tx: Transaction): Promise<void> {
    const { action, booking_id: bookingId, user_id: userId } = event.data;
    if (action !== 'followed') return;
    const row = await this.bookings.lock(tx, { tenantId: event.tenant_id, bookingId, userId });
    if (row.wanted === null && event.data.change !== 'deleted') throw new Error('a booking that has moved is not known yet');
    await this.#want(tx, row, intentFollowing(row, event));
  }

  async #want(tx: Transaction, known: MeetingRow, intent: BookingIntent | null): Promise<void> {
    if (intent === null) return;
    const now = this.clock();
    const row = await this.bookings.rowFor(tx, known, { intent, dueAt: dueAt(known, now) });
    await this.bookings.want(tx, row, { dueAt: dueAt(row, now), set: intentColumns(intent) });
    tx.onCommit(() => this.worker.wake());
  }

  /** An account of this user, or its settings, changed. */
  async lookAgain(tx: Transaction, user: { readonly tenantId: string; readonly userId: string }): Promise<void> {
    await this.bookings.stir(tx, user, this.clock());
    tx.onCommit(() => this.worker.wake());
  }
}

/** A deletion is final, as every cancellation is. */
function intentFollowing(intent: BookingIntent, { id, timestamp, data }: EventOf<typeof bookingChangeDetected>): BookingIntent | null {
  const { change, start_time, end_time } = data;
  if (change === 'deleted') return intent.is_cancelled ? null : { wanted: intent.wanted, wanted_order: intent.wanted_order, is_cancelled: true };
  return start_time === null || end_time === null ? null : intentAfterMove(intent, { id, timestamp, start_time, end_time });
}

/** At once; but while a call to make the meeting may still be at work at the provider, a search would come too early. */
function dueAt(row: MeetingRow, now: Date): Date {
  const isUnknown = row.connection_id !== null && row.meeting_id === null;
  return isUnknown && row.next_attempt_at !== null && row.next_attempt_at > now ? row.next_attempt_at : now;
}
