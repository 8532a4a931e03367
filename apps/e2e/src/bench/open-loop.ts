import { setTimeout as sleep } from 'node:timers/promises';
import { alignedClock } from './clock.js';

/** How much is offered, whatever becomes of it. */
export interface Load {
  readonly perSecond: number;
  readonly seconds: number;
}

/** One thing offered: when it was due, and when it was known to be durable. */
export interface Offered {
  readonly id: string;
  readonly dueAt: number;
  readonly doneAt: number;
}

/**
 * Sends at a fixed rate, also while earlier sends wait. Times count from when a send was due: a generator that falls behind must not hide
 * what the thing it measures did to it.
 */
export async function offer({ perSecond, seconds }: Load, send: (number: number) => Promise<string>): Promise<readonly Offered[]> {
  const clock = alignedClock();
  const startAt = clock() + 20;
  const sends: Promise<Offered>[] = [];
  for (let number = 0; number < perSecond * seconds; number += 1) {
    const dueAt = startAt + (number * 1_000) / perSecond;
    while (clock() < dueAt) await sleep(1);
    sends.push(send(number).then((id) => ({ id, dueAt, doneAt: clock() })));
  }
  return Promise.all(sends);
}
