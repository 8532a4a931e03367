const delayMsBase = 1_000;
const delayMsMax = 5 * 60_000;
/** A provider that asks for more is asked again nevertheless: a day later at the latest. */
const askedMsMax = 24 * 60 * 60_000;

/**
 * How long work waits after its nth attempt failed: doubling from a second to five minutes, somewhere in the upper half of that so that many
 * rows do not come back together, and never less than the provider asked for. Milliseconds.
 */
export function backoffMs(attempts: number, askedMs = 0, random: () => number = Math.random): number {
  const ceiling = Math.min(delayMsMax, delayMsBase * 2 ** Math.max(0, attempts - 1));
  return Math.max(Math.round(ceiling / 2 + (random() * ceiling) / 2), Math.min(askedMs, askedMsMax));
}
