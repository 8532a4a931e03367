import type { Clock } from './clock.js';

/** A clock that only moves when something sleeps, or when the test moves it. */
export interface FakeClock extends Clock {
  /** How long each pause was. */
  readonly pauses: readonly number[];
  advance(ms: number): void;
}

/** Creates a clock that stands still. */
export const createFakeClock = (start = '2026-11-21T12:00:00Z'): FakeClock => {
  const pauses: number[] = [];
  let nowMs = Date.parse(start);
  return {
    pauses,
    now: () => new Date(nowMs),
    advance: (ms) => {
      nowMs += ms;
    },
    sleep: async (ms) => {
      pauses.push(ms);
      nowMs += ms;
    },
  };
};
