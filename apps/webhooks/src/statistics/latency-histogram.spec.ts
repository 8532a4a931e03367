import { countLatency, emptyHistogram, percentilesOf } from './latency-histogram.js';

const histogramOf = (durations: readonly number[]): number[] => {
  const histogram = emptyHistogram();
  for (const ms of durations) countLatency(histogram, ms);
  return histogram;
};

describe('percentiles', () => {
  it('are exact to a step of the square root of two', () => {
    const { p50, p95, p99 } = percentilesOf([histogramOf(Array.from({ length: 1_000 }, (_none, index) => index + 1))]) ?? { p50: 0, p95: 0, p99: 0 };

    for (const [found, exact] of [
      [p50, 500],
      [p95, 950],
      [p99, 990],
    ] as const) {
      expect(found).toBeGreaterThan(exact / Math.SQRT2);
      expect(found).toBeLessThan(exact * Math.SQRT2);
    }
  });

  it('of several histograms are those of all durations', () => {
    const [quick, slow] = [histogramOf([10, 10, 10]), histogramOf([4_000])];

    expect(percentilesOf([quick, slow])).toEqual(percentilesOf([histogramOf([10, 10, 4_000, 10])]));
  });

  it('of nothing are none, and durations beyond the last step are counted there', () => {
    expect(percentilesOf([emptyHistogram()])).toBeNull();
    expect(percentilesOf([histogramOf([10 ** 9, 0])])).toMatchObject({ p99: expect.any(Number) });
    expect(histogramOf([10 ** 9]).at(-1)).toBe(1);
  });
});
