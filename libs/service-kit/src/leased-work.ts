import { LeaseLostError, WorkLoop, type Lease, type LeasedRows, type WorkRow } from '@patchbay/database';
import { acceptTraceparent, inSpan, inTrace } from '@patchbay/tracing';
import type { Logger } from 'pino';
import type { Clock } from './platform.js';

/** What {@link LeasedWork} works on, and how. */
export interface LeasedWorkOptions<Row extends WorkRow> {
  /** Names the work in logs and traces. */
  readonly name: string;
  readonly rows: LeasedRows<Row>;
  readonly log: Logger;
  readonly clock: Clock;
  /**
   * Does the work of one row and settles its lease. What it throws is logged, and the row comes back when its lease ends: for failures
   * that are no outcome, such as a database that went away.
   */
  readonly work: (lease: Lease<Row>) => Promise<void>;
}

const parallelMax = 16;
/** Only rows that become due by themselves, and those whose waker died, wait for this. Milliseconds. */
const pollMs = 250;

/** Several times in the life of a lease, so that one renewal may fail. Milliseconds. */
const renewEveryMs = 3_000;

/**
 * Works on rows that are due, several at once, each inside the trace of what asked for it. Slow rows do not hold up the others, and are nobody
 * else's as long as they are worked on.
 */
export class LeasedWork<Row extends WorkRow> {
  readonly #inHand = new Map<Lease<Row>, Promise<void>>();
  readonly #loop: WorkLoop;
  #renewer: NodeJS.Timeout | undefined;

  constructor(private readonly options: LeasedWorkOptions<Row>) {
    this.#loop = new WorkLoop({ name: options.name, log: options.log, pollMs, step: () => this.#claim() });
  }

  start(): void {
    this.#loop.start();
    this.#renewer = setInterval(() => void this.#renew(), renewEveryMs);
  }

  /** There is work now. */
  wake(): void {
    this.#loop.wake();
  }

  /** Finishes what is in hand and takes nothing new. */
  async stop(): Promise<void> {
    await this.#loop.stop();
    await Promise.all(this.#inHand.values());
    clearInterval(this.#renewer);
  }

  async #claim(): Promise<number> {
    const free = parallelMax - this.#inHand.size;
    if (free === 0) return 0;
    const leases = await this.options.rows.claim(free, this.options.clock(), [...this.#inHand.keys()]);
    for (const lease of leases) {
      const work = this.#work(lease).finally(() => {
        this.#inHand.delete(lease);
        this.wake();
      });
      this.#inHand.set(lease, work);
    }
    return leases.length;
  }

  async #renew(): Promise<void> {
    const { rows, log, name } = this.options;
    if (this.#inHand.size === 0) return;
    await rows.renew([...this.#inHand.keys()]).catch((error: unknown) => log.warn({ err: error, work: name }, 'leases could not be renewed'));
  }

  async #work(lease: Lease<Row>): Promise<void> {
    const { name, work, log } = this.options;
    await inTrace(acceptTraceparent(lease.row.traceparent ?? undefined), async () => {
      try {
        await inSpan(name, {}, () => work(lease));
      } catch (error) {
        if (error instanceof LeaseLostError) log.debug({ work: name }, 'another replica has taken the work over');
        else log.warn({ err: error, work: name }, 'work was interrupted and will be taken up again');
      }
    });
  }
}
