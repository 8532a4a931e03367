import { DeliveryRate } from './delivery-rate.js';

const rateOf = (perMinute: number | null): DeliveryRate => {
  const rate = new DeliveryRate();
  rate.limit(perMinute);
  return rate;
};

/** How many go in a time when there are always more. */
function takenIn(rate: DeliveryRate, fromMs: number, toMs: number): number {
  let taken = 0;
  for (let nowMs = fromMs; nowMs < toMs; nowMs += 10) {
    while (taken < 100_000 && rate.allows(nowMs)) {
      rate.take(nowMs);
      taken += 1;
      if (!rate.isLimited) return taken;
    }
  }
  return taken;
}

describe('a rate', () => {
  it.each([1, 60, 600, 6_000])('of %i per minute is kept, with a second of it at once', (perMinute) => {
    const rate = rateOf(perMinute);
    const first = takenIn(rate, 0, 60_000);
    const second = takenIn(rate, 60_000, 120_000);

    expect(first).toBeGreaterThanOrEqual(perMinute);
    expect(first).toBeLessThanOrEqual(perMinute + Math.ceil(perMinute / 60));
    expect(second).toBeLessThanOrEqual(perMinute);
    expect(second).toBeGreaterThanOrEqual(perMinute - 1);
  });

  it('that is none allows everything', () => {
    const rate = rateOf(null);
    for (let count = 0; count < 1_000; count += 1) rate.take(0);

    expect([rate.allows(0), rate.within(1), rate.isRested(0)]).toEqual([true, Infinity, true]);
  });

  it('gives those that wait a turn each, and tells who would wait too long to ask again', () => {
    const rate = rateOf(60);
    rate.take(0);
    const turns = Array.from({ length: 1_000 }, () => rate.turnInMs(0, 2, 0.5));

    expect(turns.slice(0, 3)).toEqual([4_000, 5_000, 6_000]);
    expect(Math.max(...turns)).toBeLessThanOrEqual(15 * 60_000);
    expect(turns.at(-1)).toBe(15 * 60_000 * 0.75);
  });
});
