import { burstMs, DeliveryRate } from './delivery-rate.js';

/** Deliveries that this replica may send, each from its own moment on. */
export interface RateLease {
  readonly count: number;
  /** When the first of them may go; the others follow evenly. */
  readonly firstMs: number;
  /** When the next one after these could go at the earliest, whoever sends it. */
  readonly freeMs: number;
}

/** What is asked for at once when nothing is known about what is needed. */
const wantedAtFirst = 1;
/** Never more than goes in this time: what one replica holds no other can use. Milliseconds. */
export const horizonMs = 1_000;
/** The first permit may come later, so that a replica that needs a single one gets it although another one takes all that it can. Milliseconds. */
export const firstHorizonMs = 2_000;
/** What is not used by then is lost: kept any longer, it would come on top of what is allowed later. Milliseconds. */
const unusedMsMax = 1_000;
/** Who got less than was asked for has to wait until more is due anyway. Milliseconds. */
const scarceMs = 250;

interface Held {
  readonly firstMs: number;
  readonly spacingMs: number;
  readonly untilMs: number;
  left: number;
  taken: number;
}

/**
 * The rate of an endpoint as one replica sees it: permits that were leased from what all replicas share, so that nothing is asked for a single delivery. It asks for
 * twice as many each time it used them up, and for few again when some were left, so that a replica with little to send takes little from the others.
 */
export class SharedDeliveryRate extends DeliveryRate {
  #held: Held[] = [];
  #wanted = wantedAtFirst;
  #isAsked = false;
  /** There is nothing to be had before. */
  #askAgainMs = 0;

  /** @param ask Called when permits are needed; answered by {@link SharedDeliveryRate.grant} or {@link SharedDeliveryRate.fail}. */
  constructor(private readonly ask: (rate: SharedDeliveryRate) => void) {
    super();
  }

  /** How many permits are asked for. */
  get wanted(): number {
    return Math.max(1, Math.min(this.#wanted, Math.floor((horizonMs + burstMs) / this.intervalMs)));
  }

  override allows(nowMs: number): boolean {
    if (!this.isLimited) return true;
    this.#forgetOld(nowMs);
    const [first] = this.#held;
    const isAllowed = first !== undefined && nowMs >= first.firstMs + first.taken * first.spacingMs;
    if (this.#left <= this.wanted / 2 && !this.#isAsked && nowMs >= this.#askAgainMs) {
      this.#isAsked = true;
      this.ask(this);
    }
    return isAllowed;
  }

  override take(nowMs: number): void {
    const [first] = this.#held;
    if (!this.isLimited || first === undefined) return;
    super.take(nowMs);
    first.left -= 1;
    first.taken += 1;
    if (first.left > 0) return;
    this.#held.shift();
    this.#wanted = this.wanted * 2;
  }

  override isRested(nowMs: number): boolean {
    this.#forgetOld(nowMs);
    return this.#held.length === 0 && !this.#isAsked && super.isRested(nowMs);
  }

  /** What was asked for, or as much of it as there is. */
  grant({ count, firstMs, freeMs }: RateLease, nowMs: number): void {
    this.#isAsked = false;
    this.nextNotBefore(freeMs);
    if (count < this.wanted) this.#askAgainMs = Math.max(nowMs + scarceMs, count > 0 ? 0 : freeMs - firstHorizonMs);
    if (count === 0) return;
    const spacingMs = this.intervalMs;
    const untilMs = Math.max(nowMs, firstMs + (count - 1) * spacingMs) + unusedMsMax;
    this.#held.push({ firstMs, spacingMs, untilMs, left: count, taken: 0 });
  }

  /** There is no answer to what was asked for. */
  fail(againMs: number): void {
    this.#isAsked = false;
    this.#askAgainMs = againMs;
  }

  get #left(): number {
    return this.#held.reduce((sum, { left }) => sum + left, 0);
  }

  #forgetOld(nowMs: number): void {
    if (!this.#held.some(({ untilMs }) => untilMs < nowMs)) return;
    this.#held = this.#held.filter(({ untilMs }) => untilMs >= nowMs);
    this.#wanted = wantedAtFirst;
  }
}
