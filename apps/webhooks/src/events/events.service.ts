import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { Database, type Transaction } from '@patchbay/database';
import { activityRecorded, type InputOf, type OutputOf, type publishEvents } from '@patchbay/contracts';
import type { ReceivedEvent, RequestContext } from '@patchbay/messaging';
import { CLOCK, type Clock } from '@patchbay/service-kit';
import { currentTraceparent } from '@patchbay/tracing';
import { ActivitiesRepository } from '../activity/activities.repository.js';
import { EventStore } from './event-store.js';
import { toEventToStore, type EventToStore } from './event-to-store.js';
import { GroupCommit } from './group-commit.js';
import { readPublication } from './read-publication.js';

/** The bus may wait this long for company of an event, whose webhooks are under way already: each look of the relay costs a commit. Milliseconds. */
const relayLingerMs = 4;
const echoLingerMs = 10;

/** Takes events: over HTTP by the gateway, and from the bus. */
@Injectable()
export class EventsService {
  #relayTimer: NodeJS.Timeout | undefined;
  readonly #intake: GroupCommit<EventToStore, boolean>;

  constructor(
    @Inject(EventStore) private readonly events: EventStore,
    @Inject(ActivitiesRepository) private readonly activities: ActivitiesRepository,
    @Inject(Database) private readonly database: Database,
    @Inject(CLOCK) private readonly now: Clock,
  ) {
    this.#intake = new GroupCommit((items) => this.#commit(items), { lanes: 3, itemsMax: 500 });
  }

  /** Answers when the events are durable, are on their way to the bus, and have their deliveries. */
  async publish(input: InputOf<typeof publishEvents>, context: RequestContext): Promise<OutputOf<typeof publishEvents>> {
    const isMany = 'events' in input;
    const about = { now: this.now(), traceparent: currentTraceparent(), tenantId: context.caller?.tenant_id };
    const events = readPublication(isMany ? input.events : [input], isMany, about);
    const areFresh = await this.#intake.add(events);
    return { items: events.map((event, index) => ({ id: event.id, status: areFresh[index] === true ? 'accepted' : 'duplicate' })) };
  }

  /**
   * Takes what the bus brings. Public events are stored by a statement of its own, before the transaction that records them as received: their id
   * makes a repeat harmless, and their first attempt can begin the moment they are durable.
   */
  async receive(received: readonly ReceivedEvent[], tx: Transaction): Promise<void> {
    const published = received.filter(({ contract }) => contract.audience === 'public');
    const fresh = await this.events.store(published.map((event) => toEventToStore(event.contract, event, { traceparent: event.traceparent })));
    const steps = received.filter(({ type }) => type === activityRecorded.type);
    if (steps.length > 0) await this.activities.add(tx, steps);
    // Then all that is left to record is that they came: what matters is durable already.
    else await tx.commitLazily();
    // Only echoes of the intake: nobody waits for them, so let some more gather for the next transaction.
    if (fresh.size === 0 && steps.length === 0) await sleep(echoLingerMs);
  }

  #wakeRelay(): void {
    this.#relayTimer ??= setTimeout(() => {
      this.#relayTimer = undefined;
      this.database.wakeRelay();
    }, relayLingerMs);
  }

  async #commit(events: readonly EventToStore[]): Promise<readonly boolean[]> {
    const fresh = new Set(await this.events.store(events));
    if (fresh.size > 0) this.#wakeRelay();
    // Of two events with the same id in one group, the first was accepted and the other is its repeat.
    return events.map((event) => fresh.delete(event.id));
  }
}
