import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { collectDefaultMetrics, Counter, register } from 'prom-client';
import type { SandboxState } from './control/sandbox-state.js';

/** The internal port every process of Patchbay has. */
export interface HealthServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** Serves /health/live, /health/ready and /metrics. */
export const startHealthServer = async (port: number, { isReady, state }: { isReady: () => boolean; state: SandboxState }): Promise<HealthServer> => {
  collectDefaultMetrics();
  countOnDemand(state);
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0]?.replace(/\/$/, '');
    const json = (status: number, word: string): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ status: word }));
    };
    if (path === '/health/live') json(200, 'ok');
    else if (path === '/health/ready') json(isReady() ? 200 : 503, isReady() ? 'ok' : 'not_ready');
    else if (path === '/metrics') void register.metrics().then((text) => response.writeHead(200, { 'content-type': register.contentType }).end(text));
    else json(404, 'not_found');
  });
  await new Promise<void>((ready, failed) => {
    server.once('error', failed);
    server.listen(port, ready);
  });
  const stop = (): Promise<void> =>
    new Promise((closed) => {
      server.close(() => closed());
      server.closeAllConnections();
    });
  return { port: (server.address() as AddressInfo).port, stop };
};

/** Read when somebody asks: counting on every webhook would slow the receiver down for nothing. */
const countOnDemand = ({ providers, receivers }: SandboxState): void => {
  new Counter({
    name: 'sandbox_provider_requests_total',
    help: 'Requests that reached a fake.',
    labelNames: ['provider'],
    collect() {
      this.reset();
      providers.all().forEach(({ id, requestCount }) => this.inc({ provider: id }, requestCount));
    },
  });
  new Counter({
    name: 'sandbox_webhooks_received_total',
    help: 'Webhooks that a receiver took.',
    labelNames: ['receiver', 'verdict'],
    collect() {
      this.reset();
      for (const { name, verified, refused, unchecked } of receivers.all().map((receiver) => receiver.summary()))
        Object.entries({ verified, refused, unchecked }).forEach(([verdict, count]) => this.inc({ receiver: name, verdict }, count));
    },
  });
};
