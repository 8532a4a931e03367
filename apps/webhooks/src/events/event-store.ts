import { Inject, Injectable } from '@nestjs/common';
import { v4 as uuidv4 } from 'uuid';
import { DeliveryDispatcher } from '../deliveries/delivery-dispatcher.js';
import { DeliveryLoop } from '../deliveries/delivery-loop.js';
import { leaseMs } from '../deliveries/lease.js';
import type { EventToStore } from './event-to-store.js';
import { EventsRepository } from './events.repository.js';
import { RecentIds } from './recent-ids.js';

/** Stores events and sees to it that their first attempt begins at once. */
@Injectable()
export class EventStore {
  readonly #recent = new RecentIds(20_000);

  constructor(
    @Inject(EventsRepository) private readonly events: EventsRepository,
    @Inject(DeliveryDispatcher) private readonly dispatcher: DeliveryDispatcher,
    @Inject(DeliveryLoop) private readonly loop: DeliveryLoop,
  ) {}

  /**
   * Stores events, each id once, in one statement; what it makes is leased to this process and begins without another look at the database.
   *
   * @returns the ids that were not known before.
   */
  async store(events: readonly EventToStore[]): Promise<ReadonlySet<string>> {
    const unseen = [...new Map(events.map((event) => [event.id, event])).values()].filter((event) => !this.#recent.has(event.id));
    if (unseen.length === 0) return new Set();
    const lease = this.dispatcher.takesFresh ? { token: uuidv4(), ms: leaseMs } : null;
    const { freshIds, leased, deliveryCount } = await this.events.store(unseen, lease);
    for (const event of unseen) this.#recent.add(event.id);
    this.dispatcher.take(leased);
    if (leased.length < deliveryCount) this.loop.wake();
    return freshIds;
  }
}
