import { isDatabaseOutage } from '@patchbay/database';

interface Waiting<Item, Result> {
  readonly items: readonly Item[];
  readonly resolve: (result: readonly Result[]) => void;
  readonly reject: (error: unknown) => void;
}

/** Stores items and answers one result each, in their order. */
export type Commit<Item, Result> = (items: readonly Item[]) => Promise<readonly Result[]>;

/**
 * Puts what arrives at the same moment into one statement, so that one flush to disk serves all of it. Nobody waits for company: what is there
 * at the end of an event loop turn goes out, and while all lanes are busy the next group gathers by itself.
 */
export class GroupCommit<Item, Result> {
  #queue: Waiting<Item, Result>[] = [];
  #running = 0;
  #isScheduled = false;

  constructor(
    private readonly commit: Commit<Item, Result>,
    private readonly limits: { readonly lanes: number; readonly itemsMax: number },
  ) {}

  /** Resolves when these very items are durable. Items of one call are stored together or not at all. */
  add(items: readonly Item[]): Promise<readonly Result[]> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ items, resolve, reject });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#isScheduled || this.#running >= this.limits.lanes || this.#queue.length === 0) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      void this.#run(this.#nextGroup());
      this.#schedule();
    });
  }

  #nextGroup(): readonly Waiting<Item, Result>[] {
    let items = 0;
    const end = this.#queue.findIndex((waiting, index) => (items += waiting.items.length) > this.limits.itemsMax && index > 0);
    return this.#queue.splice(0, end === -1 ? this.#queue.length : end);
  }

  async #run(group: readonly Waiting<Item, Result>[]): Promise<void> {
    if (group.length === 0) return;
    this.#running += 1;
    try {
      await this.#settle(group);
    } finally {
      this.#running -= 1;
      this.#schedule();
    }
  }

  async #settle(group: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.commit(group.flatMap((waiting) => waiting.items));
      let from = 0;
      for (const { items, resolve } of group) resolve(results.slice(from, (from += items.length)));
    } catch (error) {
      // One of them may be at fault alone; the others must not suffer for it.
      if (group.length > 1 && !isDatabaseOutage(error)) for (const waiting of group) await this.#settle([waiting]);
      else for (const { reject } of group) reject(error);
    }
  }
}
