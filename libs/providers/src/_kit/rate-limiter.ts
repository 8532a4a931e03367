import type { RateLimit } from '@patchbay/capabilities';
import { systemClock, type Clock } from './clock.js';

/**
 * Hands out slots under a limit. Replicas that share one limiter share its limits; the in-process one here is for a single process and for tests.
 */
export interface RateLimiter {
  /**
   * Waits for a slot until `deadline`.
   *
   * @returns null when the call may go ahead now; otherwise, at once and taking no slot, the milliseconds after which there will be one.
   */
  acquire(key: string, rate: RateLimit, deadline: Date): Promise<number | null>;
}

// Keys that nobody used for a while are dropped past this number, so that millions of accounts do not stay in memory.
const keysMax = 10_000;

interface Window {
  /** When the newest calls start, oldest first; at most `limit` of them, some may lie ahead. */
  readonly starts: number[];
  readonly perMs: number;
}

/** Slots counted in this process: never more than `limit` starts in any stretch of `perMs`. */
export const inProcessRateLimiter = (clock: Clock = systemClock): RateLimiter => {
  const windows = new Map<string, Window>();

  const dropIdle = (nowMs: number): void => {
    if (windows.size < keysMax) return;
    for (const [key, { starts, perMs }] of windows) if ((starts.at(-1) ?? 0) + perMs <= nowMs) windows.delete(key);
  };

  return {
    acquire: async (key, { limit, perMs }, deadline) => {
      const nowMs = clock.now().getTime();
      const { starts }: Pick<Window, 'starts'> = windows.get(key) ?? { starts: [] };
      const blocking = starts.length < limit ? undefined : starts[starts.length - limit];
      const startMs = blocking === undefined ? nowMs : Math.max(nowMs, blocking + perMs);
      if (startMs > deadline.getTime()) return startMs - nowMs;

      dropIdle(nowMs);
      starts.push(startMs);
      if (starts.length > limit) starts.shift();
      windows.set(key, { starts, perMs });
      if (startMs > nowMs) await clock.sleep(startMs - nowMs);
      return null;
    },
  };
};
