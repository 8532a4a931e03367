import { createServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
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

/** Where it listens. */
export interface Doors {
  /** Ports at which every webhook is taken. */
  readonly open: readonly number[];
  /** The port at which connections are accepted and nothing is ever answered. */
  readonly silent: number;
}

let clock = alignedClock();
let firstById = new Map<string, number>();
let isMindful = true;
let count = 0;
let lastAt = 0;
let unanswered = 0;

/** Reads a webhook, answers 204 and remembers when each id came first. Does nothing more, so that it is not what is measured. */
const take: RequestListener = (request, response) => {
  const at = clock();
  request.on('end', () => response.writeHead(204).end());
  request.resume();
  if (isMindful || count === 0) remember(String(request.headers['webhook-id']), at);
  count += 1;
  lastAt = at;
};

function remember(id: string, at: number): void {
  if (!firstById.has(id)) firstById.set(id, at);
}

const silent = createTcpServer((socket) => {
  unanswered += 1;
  socket.on('error', () => undefined).resume();
});

const listen = (server: Server): Promise<number> =>
  new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)));

const api = {
  listen: async (doors: number): Promise<Doors> => ({
    open: await Promise.all(Array.from({ length: doors }, () => listen(createServer({ keepAliveTimeout: 60_000 }, take)))),
    silent: await listen(silent),
  }),
  /** Forgets what arrived. Of a million ids none but the first is remembered: looking after them would slow down what is measured. */
  reset: ({ remembersIds = true }: { readonly remembersIds?: boolean } = {}): void => {
    clock = alignedClock();
    firstById = new Map();
    isMindful = remembersIds;
    count = 0;
  },
  /** Connections so far that wait, or waited, for an answer in vain. */
  unanswered: (): number => unanswered,
  seen: (): Arrivals => ({ count, distinct: firstById.size, firstAt: firstById.values().next().value ?? NaN, lastAt }),
  firstArrivals: (): ReadonlyMap<string, number> => firstById,
};
export type ReceiverApi = typeof api;

serve(api);
