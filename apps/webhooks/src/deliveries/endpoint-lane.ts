import type { DeliveryTarget } from '../endpoints/delivery-target.js';
import type { LeasedDelivery } from './delivery.js';

/** A delivery that waits for its endpoint. */
export interface Waiting {
  readonly delivery: LeasedDelivery;
  readonly target: DeliveryTarget;
}

/** POSTs at once to an endpoint that answers quickly, and to one that does not. */
const widthQuick = 64;
const widthSlow = 4;
/** …and to one of which nothing is known yet: dead ones look like this until their first answer is overdue. */
const widthUnknown = 16;
const answersToKnow = 8;
/** Answers slower than this on average make a slow endpoint. Milliseconds. */
const slowMs = 2_000;
/** What may wait in memory for a slow endpoint; more goes back to the database. */
const waitingMaxSlow = 8;
const holdMsMin = 1_000;
const holdMsMax = 60_000;
/** Weight of the newest answer in the average. */
const newest = 0.3;

/** The deliveries of one endpoint: how many run, which wait, and how quickly it has been answering. */
export class EndpointLane {
  #running = 0;
  #averageMs = 0;
  #answers = 0;
  #waiting: Waiting[] = [];
  #from = 0;

  get isBusy(): boolean {
    return this.#running > 0;
  }

  /** True when nothing would be lost by forgetting the lane. A slow endpoint is remembered. */
  get isForgettable(): boolean {
    return this.#running === 0 && this.#length === 0 && !this.#isSlow;
  }

  /** Takes a place if one is free and nobody waits for it. */
  enter(): boolean {
    if (this.#length > 0 || this.#running >= this.#width) return false;
    this.#running += 1;
    return true;
  }

  leave(durationMs: number): void {
    this.#running -= 1;
    this.#answers += 1;
    this.#averageMs += (durationMs - this.#averageMs) * newest;
  }

  wait(waiting: Waiting): void {
    this.#waiting.push(waiting);
  }

  /** The next one, which has a place now; undefined when there is none or no room. */
  next(): Waiting | undefined {
    if (this.#running >= this.#width) return undefined;
    const waiting = this.#waiting[this.#from];
    if (waiting === undefined) return undefined;
    this.#from += 1;
    if (this.#from === this.#waiting.length) this.takeWaiting();
    this.#running += 1;
    return waiting;
  }

  /** What a slow endpoint cannot take for long, the newest first. */
  takeExcess(): readonly Waiting[] {
    if (!this.#isSlow || this.#length <= waitingMaxSlow) return [];
    return this.#waiting.splice(this.#from + waitingMaxSlow);
  }

  takeWaiting(): readonly Waiting[] {
    const all = this.#waiting.slice(this.#from);
    this.#waiting = [];
    this.#from = 0;
    return all;
  }

  /** How long excess rests before it is offered again: about as long as the endpoint needs for what it has. */
  holdMs(random: number): number {
    const needed = (this.#averageMs * (this.#running + this.#length)) / this.#width;
    return Math.min(holdMsMax, Math.max(holdMsMin, needed)) * (0.75 + random / 2);
  }

  get #length(): number {
    return this.#waiting.length - this.#from;
  }

  get #isSlow(): boolean {
    return this.#averageMs > slowMs;
  }

  get #width(): number {
    if (this.#isSlow) return widthSlow;
    return this.#answers < answersToKnow ? widthUnknown : widthQuick;
  }
}
