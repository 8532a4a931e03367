interface Pause {
  readonly failures: number;
  readonly untilMs: number;
}

const failuresMax = 5;
const pauseMs = 15_000;

/**
 * Leaves a provider alone that fails for one account after the other, because it is down and not the accounts: after a pause one renewal tries
 * whether it is back. What it holds is of this process: each replica learns by itself, in a few calls.
 */
export class ProviderPauses {
  readonly #pauses = new Map<string, Pause>();

  /** How many renewals may be under way: all, one that tries, or none. */
  limitOf(provider: string, { usual, now }: { readonly usual: number; readonly now: Date }): number {
    const pause = this.#pauses.get(provider);
    if (pause === undefined || pause.failures < failuresMax) return usual;
    return now.getTime() < pause.untilMs ? 0 : 1;
  }

  succeeded(provider: string): void {
    this.#pauses.delete(provider);
  }

  failed(provider: string, now: Date): void {
    const failures = (this.#pauses.get(provider)?.failures ?? 0) + 1;
    this.#pauses.set(provider, { failures, untilMs: now.getTime() + pauseMs });
  }
}
