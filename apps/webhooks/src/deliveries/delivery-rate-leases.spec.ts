import { jest } from '@jest/globals';
import { DeliveryRateLeases, type RateBuckets, type RateGrant, type RateWish } from './delivery-rate-leases.js';
import type { SharedDeliveryRate } from './delivery-rate-shared.js';

const burstMs = 1_000;
const horizonMs = 1_000;
const firstHorizonMs = 2_000;

/** One that sends as often as it may; endlessly when it is not said how many wait. */
interface Sender {
  readonly rate: SharedDeliveryRate;
  waiting?: number;
}

/** What all replicas take permits from, on a clock that the test moves. */
class FakeBuckets implements RateBuckets {
  statements = 0;
  isDown = false;
  nowMs = 0;
  readonly #nextMs = new Map<string, number>();

  async lease(wishes: readonly RateWish[]): Promise<readonly RateGrant[]> {
    this.statements += 1;
    if (this.isDown) throw new Error('away');
    return wishes.map(({ endpointId, intervalMs, count: wanted }) => {
      const nextMs = Math.max(this.nowMs, this.#nextMs.get(endpointId) ?? 0);
      const [aheadMs, slackMs] = [nextMs - this.nowMs, Math.max(0, burstMs - intervalMs)];
      const first = aheadMs <= firstHorizonMs + slackMs ? 1 : 0;
      const count = Math.max(first, Math.min(wanted, Math.floor((horizonMs + slackMs - aheadMs) / intervalMs) + 1));
      this.#nextMs.set(endpointId, nextMs + count * intervalMs);
      return { count, firstInMs: aheadMs - slackMs, freeInMs: aheadMs + count * intervalMs - slackMs };
    });
  }
}

describe('permits that replicas share', () => {
  let buckets: FakeBuckets;
  let opened: DeliveryRateLeases[] = [];

  beforeEach(() => {
    jest.useFakeTimers();
    buckets = new FakeBuckets();
  });
  afterEach(() => {
    for (const leases of opened) leases.stop();
    opened = [];
    jest.useRealTimers();
  });

  const replica = (): DeliveryRateLeases => {
    const leases = new DeliveryRateLeases(
      buckets,
      () => undefined,
      () => buckets.nowMs,
    );
    opened.push(leases);
    return leases;
  };
  const rateOf = (leases: DeliveryRateLeases, perMinute: number): SharedDeliveryRate => {
    const rate = leases.of('endpoint');
    rate.limit(perMinute);
    return rate;
  };
  /** Sends what may go at this moment. @returns the times of it. */
  const sendAll = (sender: Sender): readonly number[] => {
    const times: number[] = [];
    while (sender.waiting !== 0 && sender.rate.allows(buckets.nowMs)) {
      sender.rate.take(buckets.nowMs);
      times.push(buckets.nowMs);
      if (sender.waiting !== undefined) sender.waiting -= 1;
    }
    return times;
  };
  /** What each rate sends when it always has so many more, and when. */
  const sentIn = async (ms: number, rates: readonly Sender[]): Promise<readonly number[][]> => {
    const sent: number[][] = rates.map(() => []);
    for (const end = buckets.nowMs + ms; buckets.nowMs < end; buckets.nowMs += 10) {
      for (const [index, sender] of rates.entries()) sent[index]?.push(...sendAll(sender));
      await jest.advanceTimersByTimeAsync(10);
    }
    return sent;
  };
  const mostInAMinute = (times: readonly number[]): number =>
    Math.max(...times.map((from) => times.filter((time) => time >= from && time < from + 60_000).length));

  it.each([1, 60, 600, 6_000])('let %i per minute go, however many replicas send', async (perMinute) => {
    const rates = [replica(), replica(), replica()].map((leases) => ({ rate: rateOf(leases, perMinute) }));

    const sent = (await sentIn(130_000, rates)).flat().toSorted((a, b) => a - b);

    expect(mostInAMinute(sent)).toBeLessThanOrEqual(perMinute + Math.ceil(perMinute / 60) + 1);
    expect(sent.length).toBeGreaterThanOrEqual(2 * perMinute * 0.95);
  });

  it('are asked for a few times a second, not for each delivery', async () => {
    const rates = [replica(), replica()].map((leases) => ({ rate: rateOf(leases, 60_000) }));

    const [first = [], second = []] = await sentIn(10_000, rates);

    expect(first.length + second.length).toBeGreaterThan(9_000);
    expect(buckets.statements).toBeLessThan(200);
  });

  it('are asked for in one statement for all endpoints', async () => {
    const leases = replica();
    const rates = Array.from({ length: 100 }, (_one, index) => {
      const rate = leases.of(String(index));
      rate.limit(60);
      return { rate };
    });

    await sentIn(100, rates);

    expect(buckets.statements).toBeLessThanOrEqual(4);
    expect(rates.every(({ rate }) => !rate.isRested(buckets.nowMs))).toBe(true);
  });

  it('are left to the replica that has more to send, and the other one gets the few that it needs', async () => {
    const busy: Sender = { rate: rateOf(replica(), 6_000) };
    const idle: Sender = { rate: rateOf(replica(), 6_000), waiting: 0 };
    const sent: number[] = [];
    for (let count = 0; count < 10; count += 1) {
      idle.waiting = 1;
      const [most = []] = await sentIn(3_000, [busy, idle]);
      sent.push(most.length);
      expect(idle.waiting).toBe(0);
    }

    expect(sent.reduce((sum, one) => sum + one, 0)).toBeGreaterThan(0.9 * 3_000);
  });

  it('that are not used are lost: none come on top of what is allowed later', async () => {
    const rate = rateOf(replica(), 600);
    await sentIn(5_000, [{ rate }]);
    await sentIn(60_000, []);
    const [after = []] = await sentIn(10_000, [{ rate }]);

    expect(after.length).toBeLessThanOrEqual(100 + 10 + 1);
    expect(after.length).toBeGreaterThanOrEqual(95);
  });

  it('are not needed where there is no limit', async () => {
    const rate = replica().of('endpoint');
    rate.limit(null);

    expect([rate.allows(0), rate.isRested(0), buckets.statements]).toEqual([true, true, 0]);
  });

  it('are waited for while the database is away, and asked for again once a second', async () => {
    const rate = rateOf(replica(), 600);
    buckets.isDown = true;
    const [none] = await sentIn(5_000, [{ rate }]);
    expect([none, buckets.statements]).toEqual([[], 5]);

    buckets.isDown = false;
    const [some = []] = await sentIn(5_000, [{ rate }]);

    expect(some.length).toBeGreaterThan(30);
  });

  it('are announced to the endpoint that got them', async () => {
    const leases = replica();
    const told: string[] = [];
    leases.onPermits = (endpointId) => told.push(endpointId);
    const rate = rateOf(leases, 60);

    expect(rate.allows(0)).toBe(false);
    await jest.advanceTimersByTimeAsync(1);

    expect([told, rate.allows(0)]).toEqual([['endpoint'], true]);
  });
});
