import { AppError } from '@patchbay/contracts';

interface Waiting {
  readonly bytes: number;
  readonly giveUpMs: number;
  readonly enter: () => void;
  readonly refuse: (error: AppError) => void;
}

/** So many may wait for others to be done with; more are refused at once. */
const waitingMax = 64;
/** Whoever asked has given up by then. Milliseconds. */
const patienceMs = 20_000;

/**
 * How many bytes of large messages this process holds: whoever would go over the bound waits for those before it. One that is larger than the bound by itself
 * goes alone.
 */
export class HeldBytes {
  #held = 0;
  #waiting: Waiting[] = [];

  constructor(private readonly bytesMax: number) {}

  get held(): number {
    return this.#held;
  }

  get waitingCount(): number {
    return this.#waiting.length;
  }

  /** Waits for room. @throws AppError `service_unavailable` when too many wait already, or it takes too long. */
  async take(bytes: number, nowMs = Date.now()): Promise<void> {
    if (this.#waiting.length === 0 && this.#fits(bytes)) {
      this.#held += bytes;
      return;
    }
    if (this.#waiting.length >= waitingMax) throw new AppError('service_unavailable');
    await new Promise<void>((enter, refuse) => {
      this.#waiting.push({ bytes, giveUpMs: nowMs + patienceMs, enter, refuse });
    });
  }

  give(bytes: number): void {
    this.#held -= bytes;
    this.#admit();
  }

  /** Refuses those that waited too long. */
  sweep(nowMs: number): void {
    const tooLong = this.#waiting.filter(({ giveUpMs }) => giveUpMs <= nowMs);
    if (tooLong.length === 0) return;
    this.#waiting = this.#waiting.filter((waiting) => !tooLong.includes(waiting));
    for (const { refuse } of tooLong) refuse(new AppError('service_unavailable'));
    this.#admit();
  }

  #fits(bytes: number): boolean {
    return this.#held === 0 || this.#held + bytes <= this.bytesMax;
  }

  #admit(): void {
    for (let [first] = this.#waiting; first !== undefined && this.#fits(first.bytes); [first] = this.#waiting) {
      this.#waiting.shift();
      this.#held += first.bytes;
      first.enter();
    }
  }
}
