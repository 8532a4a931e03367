import { setTimeout as wait } from 'node:timers/promises';

/** Time as the kit sees it, so that tests neither sleep nor guess. */
export interface Clock {
  now(): Date;
  sleep(ms: number): Promise<void>;
}

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => new Date(),
  sleep: (ms) => wait(ms),
};
