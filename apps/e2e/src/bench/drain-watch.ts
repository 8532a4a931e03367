import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchStack } from './bench-stack.js';
import { residentBytes } from './footprint.js';

/** How a backlog drained. */
export interface Drained {
  /** Deliveries per second, tenth by tenth. */
  readonly rates: readonly number[];
  readonly perSecond: number;
  /** Of the webhooks service. */
  readonly residentBytesMax: number;
}

const tenths = 10;
const lookEveryMs = 50;
/** Without any progress for so long it will not come to its end. */
const standstillMsMax = 60_000;

/** Looks at a drain from outside: at what arrived, and at the memory of who sends it. */
export class DrainWatch {
  /** Resolves with the first arrival. */
  readonly begun: Promise<void>;
  readonly #rates: number[] = [];
  #begin: () => void = () => undefined;
  #residentBytesMax = 0;

  constructor(
    private readonly bench: BenchStack,
    private readonly count: number,
  ) {
    this.begun = new Promise((resolve) => (this.#begin = resolve));
  }

  get isOver(): boolean {
    return this.#rates.length === tenths;
  }

  /** @throws Error when nothing arrives any more before all of it did. */
  async untilDrained(): Promise<Drained> {
    let [seen, movedAt, tenthAt] = [0, Date.now(), NaN];
    for (;;) {
      await sleep(lookEveryMs);
      this.#lookAtMemory();
      const { count, firstAt, lastAt } = await this.bench.receiver.ask('seen');
      if (count > 0) this.#begin();
      if (count > seen) movedAt = Date.now();
      else if (Date.now() - movedAt > standstillMsMax) throw new Error(`after ${count} of ${this.count} deliveries no more arrived`);
      seen = count;
      if (count < ((this.#rates.length + 1) * this.count) / tenths) continue;
      const beganAt = Number.isNaN(tenthAt) ? firstAt : tenthAt;
      this.#addTenth((this.count / tenths / (lastAt - beganAt)) * 1_000);
      tenthAt = lastAt;
      if (this.isOver) return this.#drained((this.count / (lastAt - firstAt)) * 1_000);
    }
  }

  #drained(perSecond: number): Drained {
    return { rates: this.#rates, perSecond, residentBytesMax: this.#residentBytesMax };
  }

  #addTenth(rate: number): void {
    this.#rates.push(rate);
    const memory = Math.round(this.#residentBytesMax / 1e6);
    this.bench.say(`backlog: ${this.#rates.length * 10} % drained, ${Math.round(rate)} deliveries/s, webhooks held ${memory} MB at most`);
  }

  #lookAtMemory(): void {
    const pid = this.bench.stack.pids()['webhooks'];
    if (pid !== undefined) this.#residentBytesMax = Math.max(this.#residentBytesMax, residentBytes(pid));
  }
}
