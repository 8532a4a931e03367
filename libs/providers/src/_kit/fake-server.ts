import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { FakeRequest, FakeResponse, ProviderFake } from './fake.js';
import { createFakeFaults, type FakeFaults } from './fake-faults.js';

/** One request that reached a fake, and the answer; null when the connection died without one. */
export interface FakeExchange {
  readonly request: FakeRequest;
  readonly response: FakeResponse | null;
}

/** A fake that is being served. */
export interface RunningFake<F extends ProviderFake> {
  readonly url: string;
  readonly fake: F;
  readonly faults: FakeFaults;
  /** Every request so far, in the order of arrival. */
  readonly requests: readonly FakeRequest[];
  /** Every request with its answer, in the order of the answers. */
  readonly exchanges: readonly FakeExchange[];
  stop(): Promise<void>;
}

/** Serves one fake on a free port of 127.0.0.1. Always `stop()` it: open connections are closed with it. */
export const startFake = async <F extends ProviderFake>(fake: F, faults: FakeFaults = createFakeFaults()): Promise<RunningFake<F>> => {
  const requests: FakeRequest[] = [];
  const exchanges: FakeExchange[] = [];
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      const request = await readFakeRequest(incoming, { prefix: '' });
      requests.push(request);
      const response = await answerWithFaults(fake, faults, request);
      exchanges.push({ request, response });
      sendFakeResponse(outgoing, response);
    })().catch((error: unknown) => outgoing.destroy(error instanceof Error ? error : undefined));
  });
  await new Promise<void>((ready, failed) => {
    server.once('error', failed);
    server.listen(0, '127.0.0.1', ready);
  });
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    fake,
    faults,
    requests,
    exchanges,
    stop: () =>
      new Promise<void>((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
};

/** Lets a fake answer under its faults; null means: destroy the connection without an answer. */
export const answerWithFaults = async (fake: ProviderFake, faults: FakeFaults, request: FakeRequest): Promise<FakeResponse | null> => {
  const { delayMs, isDown, failure, dropsAnswer, cutsAnswer } = faults.decide(request);
  // Whoever has stopped the fake, and its caller, waits for nothing more.
  if (delayMs > 0) await wait(delayMs, undefined, { ref: false });
  if (isDown) return null;
  if (failure !== null) return fake.failure(failure.status, failure.retryAfter);
  const response = await fake.handle(request);
  if (dropsAnswer) return null;
  return cutsAnswer ? { ...response, breaksOff: true } : response;
};

/** Reads a request of Node's server for a fake that is mounted below `prefix`. */
export const readFakeRequest = async (incoming: IncomingMessage, { prefix }: { readonly prefix: string }): Promise<FakeRequest> => {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const [rawPath = '/', ...query] = (incoming.url ?? '/').split('?');
  return {
    method: incoming.method ?? 'GET',
    path: rawPath.slice(prefix.length) || '/',
    query: new URLSearchParams(query.join('?')),
    headers: Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value])),
    body: Buffer.concat(chunks),
    baseUrl: `http://${incoming.headers.host ?? '127.0.0.1'}${prefix}`,
  };
};

/** Writes an answer of a fake; without one the connection is destroyed. */
export const sendFakeResponse = (outgoing: ServerResponse, response: FakeResponse | null): void => {
  if (response === null) {
    outgoing.destroy();
    return;
  }
  const { status, headers = {}, body, breaksOff = false } = response;
  const bytes = body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  outgoing.writeHead(status, bytes === undefined ? headers : { ...headers, 'content-length': String(Buffer.byteLength(bytes)) });
  if (breaksOff && bytes !== undefined) outgoing.write(Buffer.from(bytes).subarray(0, Math.floor(bytes.length / 2)), () => outgoing.destroy());
  else outgoing.end(bytes);
};
