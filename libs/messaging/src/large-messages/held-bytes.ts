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
const patienceMsDefault = 20_000;

/**
 * A bound of what this process holds in its memory: whoever would go over it waits for those before it, first come first served. One that is larger than the
 * bound by itself goes alone. Whoever made it calls {@link HeldBytes.sweep} now and then.
 */
export class HeldBytes {
  #held = 0;
  #waiting: Waiting[] = [];

  constructor(
    private readonly bytesMax: number,
    private readonly patienceMs = patienceMsDefault,
  ) {}

  /** What is held now. Bytes. */
  get held(): number {
    return this.#held;
  }

  /** Waits for room. @throws AppError `service_unavailable` when too many wait already, or it takes too long. */
  async take(bytes: number, nowMs = Date.now()): Promise<void> {
    if (this.#waiting.length === 0 && this.#fits(bytes)) {
      this.#held += bytes;
      return;
    }
    if (this.#waiting.length >= waitingMax) throw new AppError('service_unavailable');
    await new Promise<void>((enter, refuse) => {
      this.#waiting.push({ bytes, giveUpMs: nowMs + this.patienceMs, enter, refuse });
    });
  }

  /** Says that so much is held no longer. */
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
