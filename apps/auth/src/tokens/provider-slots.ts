import { AppError } from '@patchbay/contracts';

export interface ProviderSlotsOptions {
  readonly atOnceMax: number;
  readonly atOncePerProviderMax: number;
  readonly patienceMs: number;
}

interface Waiting {
  readonly provider: string;
  readonly begin: () => void;
}

/**
 * Bounds how many transactions stay open while a provider is asked: each holds a database connection, and the rate limiter behind the call
 * needs one more. Without a bound, as many slow calls as the pool has connections would wait for each other.
 */
export class ProviderSlots {
  readonly #running = new Map<string, number>();
  #waiting: readonly Waiting[] = [];

  constructor(private readonly options: ProviderSlotsOptions = { atOnceMax: 12, atOncePerProviderMax: 8, patienceMs: 7_000 }) {}

  /** Does `work` when there is a slot. @throws AppError `provider_unavailable` when there was none for too long. */
  async run<Result>(provider: string, work: () => Promise<Result>): Promise<Result> {
    if (!this.#take(provider)) await this.#wait(provider);
    try {
      return await work();
    } finally {
      this.#running.set(provider, this.#count(provider) - 1);
      this.#wakeNext();
    }
  }

  #take(provider: string): boolean {
    const total = [...this.#running.values()].reduce((sum, count) => sum + count, 0);
    if (total >= this.options.atOnceMax || this.#count(provider) >= this.options.atOncePerProviderMax) return false;
    this.#running.set(provider, this.#count(provider) + 1);
    return true;
  }

  #wait(provider: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const waiting: Waiting = { provider, begin };
      const timer = setTimeout(() => {
        this.#waiting = this.#waiting.filter((other) => other !== waiting);
        reject(new AppError('provider_unavailable', { provider }));
      }, this.options.patienceMs);
      this.#waiting = [...this.#waiting, waiting];
    });
  }

  /** The first in line whose provider has room: a slow provider holds up nobody else. */
  #wakeNext(): void {
    const next = this.#waiting.find(({ provider }) => this.#take(provider));
    if (next === undefined) return;
    this.#waiting = this.#waiting.filter((other) => other !== next);
    next.begin();
  }

  #count(provider: string): number {
    return this.#running.get(provider) ?? 0;
  }
}
