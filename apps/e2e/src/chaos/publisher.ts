import { PatchbayApiError, type PatchbayClient } from '@patchbay/api-client';
import { publishEvents } from '@patchbay/contracts';
import { aBooking, cancelled, created, hours, messageOf, rescheduled, type BookingData, type PublishedEvent } from '@patchbay/local-stack';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BookingPlan } from './plan.js';
import type { KnownBooking, PublicationRecord } from './record.js';

const callTimeoutMs = 6_000;
const retryMs = 150;
/** An hour apart from each other, so that no two bookings of a run could be taken for one. */
const firstStart = Math.ceil((Date.now() + hours(24 * 7)) / hours(1)) * hours(1);

/** A product that publishes over HTTP: an event counts once it was answered 202, and until then it is sent again with the same id. */
export class Publisher {
  #count = 0;

  constructor(
    private readonly product: PatchbayClient,
    private readonly userIds: readonly string[],
    private readonly record: PublicationRecord,
  ) {}

  /** Publishes all events of one booking, one after another. */
  async publishBooking(plan: BookingPlan): Promise<void> {
    const { data, booking } = this.#begin(`chaos-${plan.index}`);
    await this.#publish(booking, created(data));
    if (plan.isRescheduled) {
      await sleep(plan.pausesMs[0]);
      await this.#publish(booking, rescheduled(data, hours(24 * 365)));
    }
    if (plan.isCancelled) {
      await sleep(plan.pausesMs[1]);
      await this.#publish(booking, cancelled(data));
    }
    booking.isDone = true;
  }

  /** A booking that shows whether work flows. */
  async publishCanary(name: string): Promise<KnownBooking> {
    const { data, booking } = this.#begin(name);
    await this.#publish(booking, created(data));
    booking.isDone = true;
    return booking;
  }

  #begin(id: string): { readonly data: BookingData; readonly booking: KnownBooking } {
    const number = this.#count++;
    const userId = this.userIds[number % this.userIds.length] ?? '';
    const data = aBooking({ id, title: `Meeting ${id}`, userId, startsAt: firstStart + hours(number) });
    return { data, booking: this.record.begin(data) };
  }

  async #publish(booking: KnownBooking, event: PublishedEvent): Promise<void> {
    for (;;) {
      try {
        await this.product.call(publishEvents, event, { signal: AbortSignal.timeout(callTimeoutMs) });
        this.record.acknowledge(booking, event);
        return;
      } catch (error) {
        this.record.retries += 1;
        if (error instanceof PatchbayApiError && error.status < 500 && error.status !== 429) {
          this.record.wrongRefusals.push(`${event.type} was refused with ${error.status} ${error.code}: ${messageOf(error)}`);
          // Whoever sees hundreds of them needs to know no more.
          if (this.record.wrongRefusals.length > 500) throw error;
        }
      }
      await sleep(retryMs);
    }
  }
}
