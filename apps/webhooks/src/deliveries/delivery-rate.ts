/** What may go at once after a rest is what is due in this time. Milliseconds. */
export const burstMs = 1_000;
/** Whoever has to wait longer asks again before. Milliseconds. */
const turnMsMax = 15 * 60_000;

/** How often an endpoint may be called: evenly, after the generic cell rate algorithm. */
export class DeliveryRate {
  #intervalMs = 0;
  /** When the next one would be due if all came evenly. */
  #nextMs = 0;
  /** Until when turns were given out. */
  #turnsMs = 0;

  /** Null: as often as it likes. */
  limit(perMinute: number | null): void {
    this.#intervalMs = perMinute === null ? 0 : 60_000 / perMinute;
  }

  /** Between two deliveries; 0 when there is no limit. Milliseconds. */
  get intervalMs(): number {
    return this.#intervalMs;
  }

  get isLimited(): boolean {
    return this.#intervalMs > 0;
  }

  allows(nowMs: number): boolean {
    return nowMs >= this.#nextMs - Math.max(0, burstMs - this.#intervalMs);
  }

  /** True when nothing that was taken counts any more. */
  isRested(nowMs: number): boolean {
    return this.#nextMs <= nowMs;
  }

  take(nowMs: number): void {
    if (this.#intervalMs > 0) this.#nextMs = Math.max(nowMs, this.#nextMs) + this.#intervalMs;
  }

  /** Nothing more is due before. */
  protected nextNotBefore(atMs: number): void {
    this.#nextMs = Math.max(this.#nextMs, atMs);
  }

  /** How many may go within a time. */
  within(ms: number): number {
    return this.isLimited ? Math.floor(ms / this.#intervalMs) : Infinity;
  }

  /** How long one more has to wait when so many wait before it: each gets a turn of its own, so that they do not all come back at once. */
  turnInMs(nowMs: number, waiting: number, random: number): number {
    const turnMs = Math.max(nowMs, this.#turnsMs, this.#nextMs + waiting * this.#intervalMs) + this.#intervalMs;
    if (turnMs - nowMs > turnMsMax) return turnMsMax * (0.5 + random / 2);
    this.#turnsMs = turnMs;
    return turnMs - nowMs;
  }
}
