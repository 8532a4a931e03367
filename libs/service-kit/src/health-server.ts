import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { collectDefaultMetrics, register } from 'prom-client';

/** One thing a service cannot work without. */
export type HealthCheck = () => Promise<boolean> | boolean;

/** A health server that listens. */
export interface HealthServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** A check that hangs is a check that failed. Milliseconds. */
const patienceMs = 2_000;

/** Serves /health/live, /health/ready and /metrics on an internal port, all interfaces. */
export async function startHealthServer(port: number, checks: Readonly<Record<string, HealthCheck>>): Promise<HealthServer> {
  if (register.getSingleMetric('process_cpu_user_seconds_total') === undefined) collectDefaultMetrics();
  const server = createServer((request, response) => {
    const answer = async (): Promise<readonly [number, string, string]> => {
      const path = (request.url ?? '/').split('?')[0]?.replace(/\/$/, '');
      if (path === '/health/live') return [200, 'application/json', JSON.stringify({ status: 'ok' })];
      if (path === '/health/ready') return readiness(checks);
      if (path === '/metrics') return [200, register.contentType, await register.metrics()];
      return [404, 'application/json', JSON.stringify({ status: 'not_found' })];
    };
    void answer().then(([status, type, body]) => response.writeHead(status, { 'content-type': type }).end(body));
  });
  await listen(server, port);
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readiness(checks: Readonly<Record<string, HealthCheck>>): Promise<readonly [number, string, string]> {
  const results = await Promise.all(Object.entries(checks).map(async ([name, check]) => [name, await withPatience(check)] as const));
  const isReady = results.every(([, passed]) => passed);
  return [isReady ? 200 : 503, 'application/json', JSON.stringify({ status: isReady ? 'ok' : 'not_ready', checks: Object.fromEntries(results) })];
}

async function withPatience(check: HealthCheck): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), patienceMs);
  });
  try {
    return await Promise.race([Promise.resolve(check()).catch(() => false), tooLate]);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}

const listen = (server: Server, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, () => resolve());
  });
