import { PatchbayApiError, type PatchbayClient } from '@patchbay/api-client';
import { publishEvents } from '@patchbay/contracts';
import { aBooking, cancelled, created, hours, messageOf, rescheduled, type BookingData, type PublishedEvent } from '@patchbay/local-stack';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BookingPlan } from './plan.js';
import type { KnownBooking, PublicationRecord } from './record.js';
import type { World } from './world.js';

const callTimeoutMs = 6_000;
const retryMs = 150;
const wrongRefusalsMax = 500;
/** An hour apart from each other, so that no two bookings of a run could be taken for one. */
const firstStart = Math.ceil((Date.now() + hours(24 * 7)) / hours(1)) * hours(1);

/** A product that publishes over HTTP: an event counts once it was answered 202, and until then it is sent again with the same id. */
export class Publisher {
  #count = 0;

  constructor(
    private readonly product: PatchbayClient,
    private readonly people: Pick<World, 'userIds' | 'canaryUserId'>,
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

  /** A booking that stays as it is: one that shall be on its way at some moment, or show whether work flows. */
  async publishOne(name: string, kind: 'load' | 'canary'): Promise<KnownBooking> {
    const { data, booking } = this.#begin(name, kind);
    await this.#publish(booking, created(data));
    booking.isDone = true;
    return booking;
  }

  #begin(id: string, kind: 'load' | 'canary' = 'load'): { readonly data: BookingData; readonly booking: KnownBooking } {
    const number = this.#count++;
    const { userIds, canaryUserId } = this.people;
    const userId = kind === 'canary' ? canaryUserId : (userIds[number % userIds.length] ?? canaryUserId);
    const data = aBooking({ id, title: `Meeting ${id}`, userId, startsAt: firstStart + hours(number) });
    return { data, booking: this.record.begin(data) };
  }

  async #publish(booking: KnownBooking, event: PublishedEvent): Promise<void> {
    while (!(await this.#isAccepted(event))) await sleep(retryMs);
    this.record.acknowledge(booking, event);
  }

  async #isAccepted(event: PublishedEvent): Promise<boolean> {
    try {
      await this.product.call(publishEvents, event, { signal: AbortSignal.timeout(callTimeoutMs) });
      return true;
    } catch (error) {
      this.record.retries += 1;
      if (!(error instanceof PatchbayApiError) || error.status >= 500 || error.status === 429) return false;
      this.record.wrongRefusals.push(`${event.type} was refused with ${error.status} ${error.code}: ${messageOf(error)}`);
      // Whoever sees hundreds of them needs to know no more.
      if (this.record.wrongRefusals.length > wrongRefusalsMax) throw error;
      return false;
    }
  }
}
