/** Steps of a histogram of milliseconds: each is wider than the one before by the square root of two, up to half a minute. */
const stepsCount = 31;

/** A histogram of nothing. */
export const emptyHistogram = (): number[] => Array.from({ length: stepsCount }, () => 0);

/** Counts one duration. */
export function countLatency(histogram: number[], ms: number): void {
  const step = ms <= 1 ? 0 : Math.min(stepsCount - 1, Math.ceil(2 * Math.log2(ms)));
  histogram[step] = (histogram[step] ?? 0) + 1;
}

/** Percentiles, exact to a step; null when nothing was counted. */
export function percentilesOf(
  histograms: readonly (readonly number[])[],
): { readonly p50: number; readonly p95: number; readonly p99: number } | null {
  const sum = emptyHistogram().map((_zero, step) => histograms.reduce((total, histogram) => total + (histogram[step] ?? 0), 0));
  const total = sum.reduce((all, count) => all + count, 0);
  if (total === 0) return null;
  return { p50: percentile(sum, 0.5 * total), p95: percentile(sum, 0.95 * total), p99: percentile(sum, 0.99 * total) };
}

function percentile(histogram: readonly number[], rank: number): number {
  let below = 0;
  for (const [step, count] of histogram.entries()) {
    if (count > 0 && below + count >= rank) {
      const [from, to] = [step === 0 ? 0 : 2 ** ((step - 1) / 2), 2 ** (step / 2)];
      return Math.round(from + ((to - from) * (rank - below)) / count);
    }
    below += count;
  }
  return Math.round(2 ** ((stepsCount - 1) / 2));
}
