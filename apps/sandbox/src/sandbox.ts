import Fastify, { type FastifyInstance } from 'fastify';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { clockRoutes } from './control/clock.routes.js';
import { ledgerRoutes } from './control/ledger.routes.js';
import { sendProblem } from './control/problem.js';
import { providerRoutes } from './control/providers.routes.js';
import { receiverRoutes } from './control/receivers.routes.js';
import { createSandboxState, type SandboxState } from './control/sandbox-state.js';
import { startHealthServer } from './health-server.js';
import { pageRoutes } from './pages/pages.routes.js';
import { webhookRoutes } from './webhooks/webhooks.routes.js';
import { receiveWebhook } from './receiver/receiver.js';
import { configOrExit } from './sandbox.config.js';

/** A sandbox that listens. */
export interface RunningSandbox {
  readonly url: string;
  readonly state: SandboxState;
  stop(): Promise<void>;
}

/** Where it listens. */
export interface SandboxOptions {
  readonly port: number;
  readonly host: string;
  /** Where webhooks of providers are sent to. */
  readonly patchbayUrl?: string;
}

/** Serves every fake, the receiver, the control API and the pages on one port. */
export const startSandbox = async ({ patchbayUrl = 'http://127.0.0.1:4000', ...listen }: SandboxOptions): Promise<RunningSandbox> => {
  const state = createSandboxState(patchbayUrl);
  const app = buildApp(state);
  await app.listen(listen);
  const { port } = app.server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, state, stop: () => app.close() };
};

/** Runs the sandbox as a process, until it is told to end. */
export const runSandbox = async (): Promise<void> => {
  const config = configOrExit();
  const sandbox = await startSandbox({ port: config.PORT, host: config.SANDBOX_HOST, patchbayUrl: config.PUBLIC_BASE_URL }).catch((error: unknown) =>
    exitBecauseOf(error, config.PORT),
  );
  const health = await startHealthServer(config.HEALTH_PORT, { isReady: () => true, state: sandbox.state });
  log('started', { url: sandbox.url, health_port: health.port });
  const end = (signal: string): void => {
    log('ending', { signal });
    void Promise.all([sandbox.stop(), health.stop()]).then(() => process.exit(0));
  };
  process.once('SIGTERM', () => end('SIGTERM'));
  process.once('SIGINT', () => end('SIGINT'));
};

const exitBecauseOf = (error: unknown, port: number): never => {
  if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
  process.stderr.write(`patchbay sandbox: port ${port} is in use; set PORT to another one.\n`);
  process.exit(1);
};

/** The same rows as the services write. */
const log = (msg: string, more: object): void => {
  process.stdout.write(`${JSON.stringify({ level: 'info', time: new Date().toISOString(), service: 'sandbox', ...more, msg })}\n`);
};

const buildApp = (state: SandboxState): FastifyInstance => {
  const app = Fastify({
    forceCloseConnections: true,
    // Providers and the receiver are answered beside the framework: fakes need raw bodies, and the receiver must be lean.
    serverFactory: (handler) =>
      createServer((incoming, outgoing) => {
        if (receiveWebhook(state.receivers, incoming, outgoing) || state.providers.answer(incoming, outgoing)) return;
        handler(incoming, outgoing);
      }),
  });
  // A page on another site must not be able to press the buttons here.
  app.addHook('onRequest', async (request, reply) => {
    const { origin, host } = request.headers;
    if (request.method !== 'GET' && origin !== undefined && !isSameHost(origin, host)) {
      await sendProblem(reply, 403, { code: 'foreign_origin', title: 'Only the pages of the sandbox may do this' });
    }
  });
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
    done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  );
  app.setErrorHandler((error: { readonly statusCode?: number; readonly code?: string }, _request, reply) => {
    const status = error.statusCode !== undefined && error.statusCode < 500 ? error.statusCode : 500;
    const title = status === 500 ? 'The sandbox failed' : 'The request is not understood';
    return sendProblem(reply, status, { code: status === 500 ? 'internal_error' : 'invalid_input', title });
  });
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, 404, { code: 'not_found', title: 'There is nothing here' }));

  clockRoutes(app, state);
  ledgerRoutes(app, state);
  providerRoutes(app, state);
  receiverRoutes(app, state);
  webhookRoutes(app, state);
  pageRoutes(app, state);
  return app;
};

const isSameHost = (origin: string, host: string | undefined): boolean => URL.canParse(origin) && new URL(origin).host === host;
