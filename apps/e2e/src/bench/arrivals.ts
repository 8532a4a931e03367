import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchStack } from './bench-stack.js';
import type { Offered } from './open-loop.js';

/** Waits until as many different webhooks arrived since the receiver's last reset. */
export async function untilArrived({ receiver }: BenchStack, count: number): Promise<void> {
  const deadline = Date.now() + 120_000;
  for (;;) {
    const { distinct } = await receiver.ask('seen');
    if (distinct >= count) return;
    if (Date.now() > deadline) throw new Error(`only ${distinct} of ${count} webhooks arrived`);
    await sleep(10);
  }
}

/** Waits for the webhooks of all that was offered. @returns for each event when it first arrived. */
export async function arrivalsOf({ receiver }: BenchStack, offered: readonly Offered[]): Promise<ReadonlyMap<string, number>> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const arrivals = await receiver.ask('firstArrivals');
    const missing = offered.filter(({ id }) => !arrivals.has(id)).length;
    if (missing === 0) return arrivals;
    if (Date.now() > deadline) throw new Error(`${missing} of ${offered.length} webhooks did not arrive`);
    await sleep(100);
  }
}
