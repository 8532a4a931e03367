import type { DeliveryTarget } from '../endpoints/delivery-target.js';
import type { LeasedDelivery } from './delivery.js';
import { DeliveryRate } from './delivery-rate.js';

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
/** So many failures in a row make a broken one. */
const failuresToBreak = 20;
/** Answers slower than this on average make a slow endpoint. Milliseconds. */
const slowMs = 2_000;
/**
 * What waits in memory takes room from everybody else, so it is what the endpoint will take within this time at the pace it shows; more goes back
 * to the database. Milliseconds.
 */
const waitMsMax = 2_000;
/** …but always enough for the next places to be filled at once, and never more than leaves others room. */
const waitingMin = 8;
const waitingMax = 2_500;
const waitingMaxUnknown = 1_000;
/** Claimed for an endpoint of which nothing is known yet: enough to learn about it. */
export const roomOfUnknown = 128;
/** No answer for this long tells something about an endpoint even before the answer comes. Milliseconds. */
const silenceMs = 500;
/** So many that have gone are kept before the others move up: moving costs. */
const goneMax = 256;
const holdMsMin = 1_000;
const holdMsMax = 60_000;
/** How long something bad is remembered of an endpoint that is not asked any more. Milliseconds. */
const memoryMs = 15 * 60_000;
/** Weight of the newest answer in the average. */
const newest = 0.3;

/** The deliveries of one endpoint: how many run, which wait, and how quickly it has been answering. */
export class EndpointLane {
  #running = 0;
  #averageMs = 0;
  #answers = 0;
  #waiting: Waiting[] = [];
  #from = 0;
  /** When it last answered, or was first asked after it had nothing to answer. */
  #heardAtMs = 0;
  #failuresInRow = 0;
  #isStarving = false;

  readonly #rate: DeliveryRate;
  readonly #nowMs: () => number;

  constructor({ rate = new DeliveryRate(), nowMs = () => performance.now() }: { readonly rate?: DeliveryRate; readonly nowMs?: () => number } = {}) {
    this.#rate = rate;
    this.#nowMs = nowMs;
  }

  get isBusy(): boolean {
    return this.#running > 0;
  }

  /** How many are under way or wait here. */
  get load(): number {
    return this.#running + this.#length;
  }

  /** True when what it holds does not move: it was asked and has said nothing for a while, or its owner lets little through. */
  get isIdle(): boolean {
    return this.#rate.isLimited || this.#isSilent;
  }

  /** How many per minute its owner wants at most; null: as many as it takes. */
  limit(perMinute: number | null): void {
    this.#rate.limit(perMinute);
  }

  /** True when time alone can make room. */
  get isLimited(): boolean {
    return this.#rate.isLimited;
  }

  /** True when nothing would be lost by forgetting the lane. A slow or broken endpoint is remembered for a while. */
  get isForgettable(): boolean {
    if (this.load > 0 || (this.#rate.isLimited && !this.#rate.isRested(this.#nowMs()))) return false;
    return !(this.#isSlow || this.#isBroken) || this.#nowMs() - this.#heardAtMs > memoryMs;
  }

  /** Takes a place if one is free and nobody waits for it. */
  enter(): boolean {
    if (this.#length > 0 || this.#running >= this.#width || this.#isHeldBack) return false;
    this.#begin();
    return true;
  }

  leave({ durationMs, hasWorked }: { readonly durationMs: number; readonly hasWorked: boolean }): void {
    this.#running -= 1;
    this.#answers += 1;
    this.#failuresInRow = hasWorked ? 0 : this.#failuresInRow + 1;
    this.#heardAtMs = this.#nowMs();
    this.#averageMs = this.#answers === 1 ? durationMs : this.#averageMs + (durationMs - this.#averageMs) * newest;
  }

  wait(waiting: Waiting): void {
    this.#waiting.push(waiting);
  }

  /** The next one, which has a place now; undefined when there is none or no room. */
  next(): Waiting | undefined {
    const waiting = this.#waiting[this.#from];
    // Whoever asks a rate takes permits from others: only for something that waits.
    if (waiting === undefined || this.#running >= this.#width || this.#isHeldBack) return undefined;
    this.#from += 1;
    // What has gone must not be kept for as long as something comes after it, which in a backlog is always.
    if (this.#from >= goneMax || this.#from === this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#from);
      this.#from = 0;
    }
    this.#begin();
    return waiting;
  }

  /** How many more may be claimed for it. */
  get room(): number {
    return Math.max(0, Math.min(this.#waitingMax, this.#answers === 0 ? roomOfUnknown : waitingMax) - this.#length);
  }

  /** There is more for it in the database than it took. */
  starve(): void {
    this.#isStarving = true;
  }

  /** Asks once whether it is time to claim more for it: half of what it takes is gone. */
  isHungry(): boolean {
    if (!this.#isStarving || this.room < this.#waitingMax / 2) return false;
    this.#isStarving = false;
    return true;
  }

  /** What the endpoint will not take soon: the newest of what waits. */
  takeExcess(): readonly Waiting[] {
    const allowed = this.#waitingMax;
    return this.#length <= allowed ? [] : this.#waiting.splice(this.#from + allowed);
  }

  /** What waits for an endpoint that takes its time, where others need the memory. */
  takeUnhurried(): readonly Waiting[] {
    return this.isIdle || this.#isSlow || this.#isBroken ? this.takeWaiting() : [];
  }

  takeWaiting(): readonly Waiting[] {
    const all = this.#waiting.slice(this.#from);
    this.#waiting = [];
    this.#from = 0;
    return all;
  }

  /** How long excess rests before it is offered again: about as long as the endpoint needs for what it has. */
  holdMs(random: number): number {
    if (this.#rate.isLimited) return this.#rate.turnInMs(this.#nowMs(), this.#length, random);
    const needed = (this.#paceMs * (this.#running + this.#length)) / this.#width;
    return Math.min(holdMsMax, Math.max(holdMsMin, needed)) * (0.75 + random / 2);
  }

  get #length(): number {
    return this.#waiting.length - this.#from;
  }

  get #waitingMax(): number {
    if (this.#isBroken) return 1;
    const most = this.#answers === 0 ? waitingMaxUnknown : waitingMax;
    const soon = Math.floor((waitMsMax * this.#width) / Math.max(1, this.#paceMs));
    // One always waits where a rate is kept: its turn is asked for only while it does.
    return Math.min(Math.max(1, this.#rate.within(waitMsMax)), Math.max(waitingMin, Math.min(most, soon)));
  }

  /** Milliseconds for an answer, as far as is known: an endpoint that is silent is at least as slow as its silence is long. */
  get #paceMs(): number {
    return this.#isSilent ? Math.max(this.#averageMs, this.#silenceMs) : this.#averageMs;
  }

  get #isSilent(): boolean {
    return this.#silenceMs >= silenceMs;
  }

  get #silenceMs(): number {
    return this.#running === 0 ? 0 : this.#nowMs() - this.#heardAtMs;
  }

  get #isHeldBack(): boolean {
    return this.#rate.isLimited && !this.#rate.allows(this.#nowMs());
  }

  get #isSlow(): boolean {
    return this.#paceMs > slowMs;
  }

  #begin(): void {
    if (this.#running === 0) this.#heardAtMs = this.#nowMs();
    this.#running += 1;
    if (this.#rate.isLimited) this.#rate.take(this.#nowMs());
  }

  /** The breaker: one at a time tries whether it works again. */
  get #isBroken(): boolean {
    return this.#failuresInRow >= failuresToBreak;
  }

  get #width(): number {
    if (this.#isBroken) return 1;
    if (this.#isSlow) return widthSlow;
    return this.#answers < answersToKnow ? widthUnknown : widthQuick;
  }
}
