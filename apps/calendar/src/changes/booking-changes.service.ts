import { Inject, Injectable } from '@nestjs/common';
import { announceStep, intentAfterMove, intentColumns, PROVIDERS } from '@patchbay/bookings';
import { bookingChangeDetected, type BookingChange, type BookingChangeAction } from '@patchbay/contracts';
import type { ColumnValues, Transaction } from '@patchbay/database';
import type { ConfiguredProviders } from '@patchbay/providers';
import { CLOCK, type Clock } from '@patchbay/service-kit';
import { v7 as uuidv7 } from 'uuid';
import { BookingsRepository, type EventTimes } from '../bookings/bookings.repository.js';
import { RemoteEventsWorker } from '../bookings/remote-events.worker.js';
import type { CalendarRow } from '../sync/sync-rows.js';
import { TellingsRepository, type ToldBooking } from './tellings.repository.js';
import { judgeTelling, missingMs } from './telling-verdict.js';
import { momentOf } from './told-change.js';

/** So often within an hour the event of a booking is written back; then whoever moves it again may have it. */
const restoresMax = 3;
const restoresMs = 60 * 60_000;

/** What somebody did to the event of a booking. */
interface Detected {
  readonly change: BookingChange;
  readonly previous: EventTimes;
  readonly standing: EventTimes;
}

/** A reading at its end. */
interface EndedReading {
  /** When it began. */
  readonly readAt: Date;
  /** The contents that are shown from now on. */
  readonly generation: number;
  /** It read everything anew. */
  readonly isFull: boolean;
}

/** What is done about it. */
interface Response {
  readonly action: BookingChangeAction;
  readonly set: ColumnValues;
  readonly message: string;
}

/** Announces what people do to the events of bookings in their calendars, and has happen what their owners want. */
@Injectable()
export class BookingChangesService {
  constructor(
    @Inject(TellingsRepository) private readonly tellings: TellingsRepository,
    @Inject(BookingsRepository) private readonly bookings: BookingsRepository,
    @Inject(RemoteEventsWorker) private readonly worker: Pick<RemoteEventsWorker, 'wake'>,
    @Inject(PROVIDERS) private readonly providers: ConfiguredProviders,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Looks at what was told of the bookings of a calendar. */
  async look(tx: Transaction, calendar: CalendarRow, reading: EndedReading): Promise<void> {
    const looked: string[] = [];
    const missing: Date[] = [];
    for (const booking of await this.tellings.settled(tx, calendar, reading.generation)) {
      const { told_since: since, told_is_missing: isMissing } = booking;
      const standing = standingTold(booking);
      const verdict = judgeTelling({ standing, since, isMissing }, bookedEventOf(booking), reading);
      if (verdict.kind === 'later') {
        if (isMissing) missing.push(since);
        continue;
      }
      looked.push(booking.told_id);
      if (verdict.kind === 'change') await this.#respond(tx, booking, { ...verdict, standing });
    }
    await this.tellings.forget(tx, calendar.id, looked);
    await this.#confirm(tx, calendar, { missing, readAt: reading.readAt });
  }

  /** Only another reading of everything, some time after the first, tells that what is missing is gone. */
  async #confirm(
    tx: Transaction,
    { id }: CalendarRow,
    { missing, readAt }: { readonly missing: readonly Date[]; readonly readAt: Date },
  ): Promise<void> {
    if (missing.length === 0) return;
    const at = new Date(Math.min(...missing.map((since) => since.getTime())) + missingMs);
    await this.tellings.readAgain(tx, id, { at, isFull: readAt >= at });
  }

  async #respond(tx: Transaction, booking: ToldBooking, detected: Detected): Promise<void> {
    const now = this.clock();
    const response = this.#responseTo(booking, detected, now);
    if (response.action === 'written_back') {
      await this.bookings.want(tx, booking, { dueAt: now, set: response.set });
      tx.onCommit(() => this.worker.wake());
    } else await this.bookings.note(tx, booking, response.set);
    this.#announce(tx, booking, { detected, response, now });
  }

  #responseTo(booking: ToldBooking, detected: Detected, now: Date): Response {
    const name = this.#nameOf(booking);
    const { change, standing } = detected;
    if (change === 'restored') return { action: 'announced', set: { announced: null }, message: `In ${name} the event is back as it was booked.` };
    const what = `In ${name} the event was ${change}`;
    const set = { announced: JSON.stringify(standing) };
    if (booking.policy === 'follow') {
      const followed = followedBy(booking, detected, now);
      if (followed !== null) return { action: 'followed', set: followed, message: `${what}; the booking follows.` };
    }
    if (booking.policy === 'restore') {
      const recent = booking.restored_at.filter((at) => at.getTime() > now.getTime() - restoresMs);
      if (recent.length < restoresMax)
        return { action: 'written_back', set: { ...set, restored_at: [...recent, now] }, message: `${what}; it is written back as it was booked.` };
      return { action: 'announced', set, message: `${what}; after ${restoresMax} times within an hour it is not written back any more.` };
    }
    return { action: 'announced', set, message: `${what}.` };
  }

  #announce(
    tx: Transaction,
    booking: ToldBooking,
    { detected, response, now }: { readonly detected: Detected; readonly response: Response; readonly now: Date },
  ): void {
    const { change, previous, standing } = detected;
    const { connection_id: connectionId, provider } = booking;
    if (connectionId === null || provider === null) throw new Error('unreachable: the booking is bound to this account');
    const { action, message } = response;
    const times = {
      previous_start_time: previous.start,
      previous_end_time: previous.end,
      start_time: standing.start,
      end_time: standing.end,
    };
    const { user_id, booking_id, calendar_id, event_id, policy } = booking;
    const ids = { user_id, booking_id, connection_id: connectionId, provider, calendar_id, event_id };
    tx.outbox.add(bookingChangeDetected, { ...ids, change, ...times, policy, action }, { tenantId: booking.tenant_id, timestamp: now });
    const acting = { id: provider, displayName: this.#nameOf(booking) };
    announceStep(tx, booking, { type: 'booking_change_detected', provider: acting, message, details: { change, ...times, action } });
  }

  #nameOf({ provider }: ToldBooking): string {
    return this.providers.find(provider ?? '')?.provider.displayName ?? provider ?? 'the calendar';
  }
}

const standingTold = ({ told_start: start, told_end: end }: ToldBooking): EventTimes => ({
  start: start?.toISOString() ?? null,
  end: end?.toISOString() ?? null,
});

const bookedEventOf = (booking: ToldBooking) => ({
  booked: { start: momentOf(new Date(booking.wanted.start_time)), end: momentOf(new Date(booking.wanted.end_time)) },
  writtenAt: booking.written_at,
  writtenBefore: booking.written_before,
  announced: booking.announced,
});

/** The booking as it is when it follows its event; null when it cannot: the event takes no time, or the product said something newer. */
function followedBy(booking: ToldBooking, { standing: { start, end } }: Detected, now: Date): ColumnValues | null {
  // Nothing is left to write: the event is gone already.
  if (start === null || end === null)
    return { is_cancelled: true, connection_id: null, provider: null, calendar_id: null, event_id: null, html_link: null, announced: null };
  const move = { id: uuidv7(), timestamp: now.toISOString(), start_time: start, end_time: end };
  const intent = intentAfterMove(booking, move);
  return intent === null ? null : { ...intentColumns(intent), written: JSON.stringify({ start, end }), announced: null };
}
