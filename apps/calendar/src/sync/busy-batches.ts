import { setImmediate } from 'node:timers/promises';
import type { SourceEvent } from '@patchbay/capabilities';
import type { BusyTime, SeriesTimes } from './busy-times.js';

/** So many busy times are held at once, give or take those of one series. */
const heldMax = 5_000;

/** The database ends transactions that rest for long, however much work series are: something is told at least so often, be it nothing. Milliseconds. */
const restMsMax = 1_000;

/** Other work waits no longer than this, give or take one series: most are so little work that turns would be most of it. Milliseconds. */
const turnMsMax = 2;

/** So many busy times may one calendar have: some hundred a day. */
export const busyTimesMax = 200_000;

/** A calendar comes to more busy times than are kept of one. */
export class TooManyOccurrencesError extends Error {
  override readonly name = 'TooManyOccurrencesError';

  constructor() {
    super(`a calendar has more than ${busyTimesMax} busy times`);
  }
}

/**
 * Expands series one after the other, and tells their busy times some thousands at a time. A series can be some ten milliseconds of work, and whoever
 * writes a feed decides how many there are: other work gets its turn in between.
 */
export async function* busyBatches(
  series: AsyncIterable<readonly SourceEvent[]>,
  expand: (events: readonly SourceEvent[]) => SeriesTimes['busy'],
): AsyncGenerator<readonly BusyTime[]> {
  let held: BusyTime[] = [];
  let toldMs = performance.now();
  let turnMs = toldMs;
  for await (const events of series) {
    for (const time of expand(events)) held.push(time);
    if (held.length >= heldMax || performance.now() - toldMs > restMsMax) {
      yield held;
      held = [];
      toldMs = performance.now();
    }
    if (performance.now() - turnMs < turnMsMax) continue;
    await setImmediate();
    turnMs = performance.now();
  }
  if (held.length > 0) yield held;
}
