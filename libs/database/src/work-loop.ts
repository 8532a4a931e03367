import type { Logger } from 'pino';

/** What a {@link WorkLoop} does, and how often it looks. */
export interface WorkLoopOptions {
  readonly name: string;
  readonly log: Logger;
  /** Claims and does some work. Answers how much there was: as long as it is not zero, the loop goes on at once. */
  readonly step: () => Promise<number>;
  /** How long the loop rests when there was nothing and nobody woke it. Milliseconds. */
  readonly pollMs: number;
  /** Loops side by side, so that claiming, doing and recording overlap. */
  readonly lanes?: number;
}

const backOffMsMax = 5_000;

/**
 * Does work that waits in rows: woken when there is some, looking by itself now and then in case the one who should have woken it died,
 * and patient when the database is away. Any number of replicas may run one: claiming is up to `step`.
 */
export class WorkLoop {
  #isStopped = false;
  #generation = 0;
  readonly #resting = new Set<() => void>();
  #running: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: WorkLoopOptions) {}

  start(): void {
    this.#running = Promise.all(Array.from({ length: this.options.lanes ?? 1 }, () => this.#run()));
  }

  /** There is work now. */
  wake(): void {
    this.#generation += 1;
    for (const end of this.#resting) end();
  }

  /** Finishes what is in hand and takes nothing new. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#isStopped) {
      const generation = this.#generation;
      try {
        const done = await this.options.step();
        failures = 0;
        if (done === 0 && generation === this.#generation) await this.#rest(this.options.pollMs);
      } catch (error) {
        failures += 1;
        if (failures === 1 || failures % 20 === 0) this.options.log.warn({ err: error, loop: this.options.name }, 'work waits; trying again');
        await this.#rest(Math.min(backOffMsMax, 50 * 2 ** failures));
      }
    }
  }

  #rest(ms: number): Promise<void> {
    if (this.#isStopped) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#resting.delete(end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.#resting.add(end);
    });
  }
}
