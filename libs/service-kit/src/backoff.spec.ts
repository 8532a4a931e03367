import { backoffMs } from './backoff.js';

describe('backoffMs', () => {
  it('doubles from a second to five minutes', () => {
    const waits = [1, 2, 3, 9, 10, 1_000].map((attempts) => backoffMs(attempts, 0, () => 1));

    expect(waits).toEqual([1_000, 2_000, 4_000, 256_000, 300_000, 300_000]);
  });

  it('spreads rows over the upper half of the wait', () => {
    expect([backoffMs(3, 0, () => 0), backoffMs(3, 0, () => 0.5)]).toEqual([2_000, 3_000]);
  });

  it('waits as long as the provider asks, though no longer than a day', () => {
    expect([backoffMs(1, 60_000), backoffMs(1, 10 * 24 * 3_600_000)]).toEqual([60_000, 24 * 3_600_000]);
  });
});
