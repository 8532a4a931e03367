import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { WorkLoop } from '@patchbay/database';
import { LOG, type Logger } from '@patchbay/service-kit';
import { NIL as nilId, v4 as uuidv4 } from 'uuid';
import { DeliveriesRepository } from './deliveries.repository.js';
import { DeliveryDispatcher } from './delivery-dispatcher.js';
import { roomOfUnknown } from './endpoint-lane.js';
import { leaseMs } from './lease.js';
import { OutcomeRecorder } from './outcome-recorder.js';

/** Claimed in one statement. */
const claimMax = 400;
/** How long a due retry can go unnoticed, and a delivery whose storer died. Milliseconds. */
const pollMs = 250;
const renewEveryMs = 2_500;

/** Claims what is due: retries, what the intake could not hand over, and what a process that died left behind. */
@Injectable()
export class DeliveryLoop implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #loop: WorkLoop;
  #renewer: NodeJS.Timeout | undefined;
  #awaitedRoom: (() => void) | undefined;
  #isStopped = false;
  /** The endpoint that had the last turn. */
  #visitedTo: string = nilId;

  constructor(
    @Inject(DeliveriesRepository) private readonly deliveries: DeliveriesRepository,
    @Inject(DeliveryDispatcher) private readonly dispatcher: DeliveryDispatcher,
    @Inject(OutcomeRecorder) private readonly recorder: OutcomeRecorder,
    @Inject(LOG) private readonly log: Logger,
  ) {
    this.#loop = new WorkLoop({ name: 'deliveries', log, pollMs, step: () => this.#step() });
    dispatcher.onRoom = () => this.#noticeRoom();
    dispatcher.onHunger = () => this.wake();
  }

  onApplicationBootstrap(): void {
    this.#loop.start();
    this.#renewer = setInterval(() => void this.#renew(), renewEveryMs);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#isStopped = true;
    this.#noticeRoom();
    await this.#loop.stop();
    await this.dispatcher.stop();
    clearInterval(this.#renewer);
  }

  /** There are deliveries that nobody holds. */
  wake(): void {
    this.#loop.wake();
  }

  async #step(): Promise<number> {
    await this.#room();
    const limit = Math.min(claimMax, this.dispatcher.room);
    if (limit === 0 || this.recorder.isStuck) return 0;
    const rooms = this.dispatcher.rooms();
    const bounds = { limit, after: this.#visitedTo, rooms, roomOfOthers: roomOfUnknown };
    const { deliveries, visitedTo } = await this.deliveries.claim(bounds, { token: uuidv4(), ms: leaseMs });
    this.#visitedTo = visitedTo;
    this.dispatcher.takeClaimed(deliveries, rooms);
    // A full claim means a backlog; a partial one was all there is for endpoints that take more.
    return deliveries.length === limit ? limit : 0;
  }

  /** Waits until a whole claim fits: many small claims would cost more than they bring. */
  async #room(): Promise<void> {
    while (!this.#isStopped && this.dispatcher.room < claimMax) await new Promise<void>((resolve) => (this.#awaitedRoom = resolve));
  }

  #noticeRoom(): void {
    if (!this.#isStopped && this.dispatcher.room < claimMax) return;
    this.#awaitedRoom?.();
    this.#awaitedRoom = undefined;
  }

  async #renew(): Promise<void> {
    const aged = this.dispatcher.heldLongerThan(renewEveryMs);
    if (aged.length === 0) return;
    const askedAtMs = Date.now();
    try {
      await this.deliveries.renew(aged, leaseMs);
      this.dispatcher.renewed(aged, askedAtMs);
    } catch (error) {
      this.log.warn({ err: error }, 'leases could not be renewed');
    }
  }
}
