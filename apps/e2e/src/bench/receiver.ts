import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { alignedClock } from './clock.js';
import { serve } from './program.js';

/** What arrived since the last reset. */
export interface Arrivals {
  /** Every POST, repeats included. */
  readonly count: number;
  readonly distinct: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

/** Reads a webhook, answers 204 and remembers when each id came first. Does nothing more, so that it is not what is measured. */
let clock = alignedClock();
let firstById = new Map<string, number>();
let count = 0;
let lastAt = 0;

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  const at = clock();
  request.on('end', () => response.writeHead(204).end());
  request.resume();
  const id = String(request.headers['webhook-id']);
  if (!firstById.has(id)) firstById.set(id, at);
  count += 1;
  lastAt = at;
});

const api = {
  listen: () => new Promise<number>((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))),
  reset: (): void => {
    clock = alignedClock();
    firstById = new Map();
    count = 0;
  },
  seen: (): Arrivals => ({ count, distinct: firstById.size, firstAt: firstById.values().next().value ?? NaN, lastAt }),
  firstArrivals: (): ReadonlyMap<string, number> => firstById,
};
export type ReceiverApi = typeof api;

serve(api);
