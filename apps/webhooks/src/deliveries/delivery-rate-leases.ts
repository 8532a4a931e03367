import { SharedDeliveryRate, type RateLease } from './delivery-rate-shared.js';

/** What a replica asks of the permits of one endpoint. */
export interface RateWish {
  readonly endpointId: string;
  readonly intervalMs: number;
  readonly count: number;
}

/** What became of a wish. Times are from now on, because the clocks of replicas differ. Milliseconds. */
export interface RateGrant {
  readonly count: number;
  readonly firstInMs: number;
  readonly freeInMs: number;
}

/** Where all replicas take permits from. */
export interface RateBuckets {
  /** One answer for each wish, in their order. */
  lease(wishes: readonly RateWish[]): Promise<readonly RateGrant[]>;
}

/** Asked at most this often, for all endpoints at once. Milliseconds. */
const pauseMs = 50;
const againMs = 1_000;

/** Gets permits for the endpoints of this replica: one statement for all that need some at a time, and never one for a delivery. */
export class DeliveryRateLeases {
  /** Called when an endpoint has got permits. */
  onPermits: (endpointId: string) => void = () => undefined;
  #wanting = new Map<SharedDeliveryRate, string>();
  #timer: NodeJS.Timeout | undefined;
  #isAsking = false;
  #askedAtMs = -Infinity;
  #isStopped = false;

  constructor(
    private readonly buckets: RateBuckets,
    private readonly onFailure: (error: unknown) => void,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  /** The rate of an endpoint. One that is forgotten and made anew goes on where the replicas are. */
  of(endpointId: string): SharedDeliveryRate {
    return new SharedDeliveryRate((rate) => {
      this.#wanting.set(rate, endpointId);
      this.#schedule();
    });
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    if (this.#isStopped || this.#isAsking || this.#timer !== undefined || this.#wanting.size === 0) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        void this.#lease();
      },
      Math.max(0, this.#askedAtMs + pauseMs - this.nowMs()),
    );
  }

  async #lease(): Promise<void> {
    const asked = [...this.#wanting];
    this.#wanting = new Map();
    this.#isAsking = true;
    this.#askedAtMs = this.nowMs();
    try {
      const grants = await this.buckets.lease(asked.map(([rate, endpointId]) => ({ endpointId, intervalMs: rate.intervalMs, count: rate.wanted })));
      const nowMs = this.nowMs();
      for (const [index, [rate, endpointId]] of asked.entries()) {
        const grant = grants[index];
        if (grant === undefined) rate.fail(nowMs + againMs);
        else rate.grant(leaseFrom(nowMs, grant), nowMs);
        if (grant !== undefined && grant.count > 0) this.onPermits(endpointId);
      }
    } catch (error) {
      // Nothing goes to these endpoints without a permit; what waits is offered again.
      for (const [rate] of asked) rate.fail(this.nowMs() + againMs);
      this.onFailure(error);
    } finally {
      this.#isAsking = false;
      this.#schedule();
    }
  }
}

const leaseFrom = (nowMs: number, { count, firstInMs, freeInMs }: RateGrant): RateLease => ({
  count,
  firstMs: nowMs + firstInMs,
  freeMs: nowMs + freeInMs,
});
