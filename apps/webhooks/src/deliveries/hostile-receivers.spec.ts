import { generateKeyPairSync } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { isNativeError } from 'node:util/types';
import { brotliCompressSync, constants, createGzip, deflateSync, gzipSync } from 'node:zlib';
import { EgressGuard } from '@patchbay/egress';
import { makeCertificate } from '@patchbay/providers/testing';
import type { DeliveryTarget } from '../endpoints/delivery-target.js';
import type { WebhooksConfig } from '../webhooks.config.js';
import type { AttemptResult } from './delivery.js';
import { excerptBytesMax } from './response-excerpt.js';
import { signingKeyOf } from './signing-key.js';
import { WebhookSender } from './webhook-sender.js';

// Tests have an `Error` of their own, and what Node's TLS throws is none: https://github.com/jestjs/jest/issues/2549
const isInstance = Function.prototype[Symbol.hasInstance];
Object.defineProperty(Error, Symbol.hasInstance, {
  value(this: object, error: unknown) {
    return this === Error ? isNativeError(error) : isInstance.call(this as never, error);
  },
});

const mebibyte = 1_024 * 1_024;
const timeoutMs = 1_000;
const servers: Server[] = [];

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, resolve));
  return (server.address() as AddressInfo).port;
}

const targetAt = (origin: string, headers: readonly string[] = []): DeliveryTarget => ({
  endpointId: 'e',
  version: 1,
  readiness: 'ready',
  origin,
  path: '/',
  keys: [{ ...signingKeyOf('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'), untilMs: null }],
  headers,
  policy: { retryFailed: false, maxRetries: 0 },
  ratePerMinute: null,
  isRefused: false,
});

/** Posts once, as a delivery does. */
async function post(origin: string): Promise<AttemptResult> {
  const guard = new EgressGuard({ allow: [new URL(origin).host], httpsOnly: false });
  const sender = new WebhookSender({ WEBHOOKS_TIMEOUT_SECONDS: timeoutMs / 1_000 } as WebhooksConfig, guard);
  try {
    return await new Promise((resolve) => sender.send(targetAt(origin), { id: 'i', body: '{}', traceparent: null }, resolve));
  } finally {
    await sender.onApplicationShutdown();
  }
}

afterAll(async () => {
  for (const server of servers) {
    if ('closeAllConnections' in server) (server as ReturnType<typeof createServer>).closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

describe('an answer that means harm', () => {
  /** A receiver that counts what it could get rid of. */
  async function answering(answer: (response: ServerResponse) => void): Promise<string> {
    const port = await listen(createServer((request, response) => void request.resume().on('end', () => answer(response))));
    return `http://localhost:${port}`;
  }
  const zeros = Buffer.alloc(64 * mebibyte, 'a');
  const grown = async (work: () => Promise<AttemptResult>): Promise<{ readonly result: AttemptResult; readonly bytes: number }> => {
    const before = process.memoryUsage.rss();
    let most = before;
    const watch = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 5);
    const result = await work();
    clearInterval(watch);
    return { result, bytes: Math.max(most, process.memoryUsage.rss()) - before };
  };

  it.each([
    ['gzip', gzipSync(zeros)],
    ['x-gzip', gzipSync(zeros)],
    ['deflate', deflateSync(zeros)],
    ['br', brotliCompressSync(zeros, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } })],
  ])('unfolds to 64 MiB (%s): the beginning of it is kept, and no more unfolded', async (encoding, body) => {
    const origin = await answering((response) => response.writeHead(200, { 'content-encoding': encoding }).end(body));
    const { result, bytes } = await grown(() => post(origin));

    expect(result).toMatchObject({ statusCode: 200, error: null, responseExcerpt: 'a'.repeat(excerptBytesMax) });
    expect(bytes).toBeLessThan(24 * mebibyte);
  });

  // Made beforehand: making it takes as long as an answer may.
  const foldedTwice = gzipSync(gzipSync(zeros));

  it.each(['gzip, gzip', 'gzip,br', 'zstd', 'compress', 'gzip;q=1', '__proto__'])(
    'is folded in a way that is not unfolded at all (%s)',
    async (encoding) => {
      const origin = await answering((response) => response.writeHead(200, { 'content-encoding': encoding }).end(foldedTwice));
      const { result, bytes } = await grown(() => post(origin));

      expect(result).toMatchObject({ statusCode: 200, error: null, responseExcerpt: null });
      expect(bytes).toBeLessThan(24 * mebibyte);
    },
  );

  it('is no compressed data at all', async () => {
    const origin = await answering((response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('plain'));

    expect(await post(origin)).toMatchObject({ statusCode: 200, error: null, responseExcerpt: null });
  });

  /** Pours for as long as somebody takes it. */
  const pour = (response: NodeJS.WritableStream & { readonly destroyed?: boolean }, chunk: Buffer, count: (bytes: number) => void): void => {
    const more = (): void => {
      for (let isTaken = true; isTaken && response.destroyed !== true;) {
        isTaken = response.write(chunk);
        count(chunk.length);
      }
    };
    response.on('drain', more);
    more();
  };

  it.each([
    ['in endless chunks', {}],
    ['of a gigabyte, as it says', { 'content-length': String(1_024 * mebibyte) }],
    ['in endless chunks that are said to be compressed', { 'content-encoding': 'gzip' }],
  ])('comes %s: little of it is read', async (_what, headers) => {
    let poured = 0;
    const origin = await answering((response) => {
      response.writeHead(200, headers);
      pour(response, Buffer.alloc(65_536, 'x'), (bytes) => (poured += bytes));
    });
    const { result, bytes } = await grown(() => post(origin));

    expect(result).toMatchObject({ statusCode: 200, error: null });
    expect(result.durationMs).toBeLessThan(timeoutMs);
    expect(result.responseExcerpt?.length ?? 0).toBeLessThanOrEqual(excerptBytesMax);
    // What is under way in sockets counts, too.
    expect(poured).toBeLessThan(32 * mebibyte);
    expect(bytes).toBeLessThan(48 * mebibyte);
  });

  it('unfolds without end: it is read within the deadline, and little of it', async () => {
    let poured = 0;
    const origin = await answering((response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      const folded = createGzip();
      folded.pipe(response);
      response.on('close', () => folded.destroy());
      pour(folded, Buffer.alloc(65_536, 'a'), (bytes) => (poured += bytes));
    });
    const { result } = await grown(() => post(origin));

    expect(result).toMatchObject({ statusCode: 200, error: null, responseExcerpt: 'a'.repeat(excerptBytesMax) });
    expect(result.durationMs).toBeLessThan(3 * timeoutMs);
    expect(poured).toBeGreaterThan(0);
  });

  it.each([
    ['its head', (response: ServerResponse): unknown => response.socket?.write('HTTP/1.1 200 OK\r\nx-slow: '), null, 'timeout'],
    ['its body', (response: ServerResponse): unknown => response.writeHead(200).flushHeaders(), 200, null],
  ] as const)('comes byte by byte in %s: the deadline is one for all of it', async (_which, begin, statusCode, error) => {
    const origin = await answering((response) => {
      begin(response);
      const timer = setInterval(() => response.socket?.write(statusCode === null ? 'x' : '1\r\nx\r\n'), 50);
      response.on('close', () => clearInterval(timer));
    });
    const result = await post(origin);

    expect(result).toMatchObject({ statusCode, error });
    expect(result.durationMs).toBeGreaterThanOrEqual(timeoutMs);
    expect(result.durationMs).toBeLessThan(2 * timeoutMs);
  });

  it('has a head that is too large', async () => {
    const origin = await answering((response) => response.writeHead(200, { 'x-large': 'x'.repeat(100_000) }).end());

    expect(await post(origin)).toMatchObject({ statusCode: null, error: 'response_invalid' });
  });

  it('is kept as it is, line breaks, escapes and markup included, without what no database keeps', async () => {
    const origin = await answering((response) => response.writeHead(200).end('=1+1\r\n\u001b[31m<script>alert(1)</script>\u0000'));

    expect(await post(origin)).toMatchObject({ responseExcerpt: '=1+1\r\n\u001b[31m<script>alert(1)</script>\uFFFD' });
  });
});

describe('a receiver with TLS', () => {
  const authorityKeys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const authority = 'An authority of this test';
  const issued = { subject: 'localhost', publicKey: keys.publicKey, issuer: authority, issuerKey: authorityKeys.privateKey };
  const trusted = getCACertificates('default');

  beforeAll(() => {
    const { publicKey, privateKey } = authorityKeys;
    const certificate = makeCertificate({ subject: authority, publicKey, issuer: authority, issuerKey: privateKey, isAuthority: true });
    setDefaultCACertificates([...trusted, certificate]);
  });
  afterAll(() => setDefaultCACertificates(trusted));

  async function withTls(cert: string, options: ServerOptions = {}): Promise<AttemptResult> {
    const key = keys.privateKey.export({ format: 'pem', type: 'pkcs8' });
    const server = createTlsServer({ key, cert, ...options }, (_request, response) => void response.end('taken'));
    server.on('tlsClientError', () => undefined);
    return post(`https://localhost:${await listen(server)}`);
  }

  it('is delivered to when its certificate is good', async () => {
    expect(await withTls(makeCertificate(issued))).toMatchObject({ statusCode: 200, error: null, responseExcerpt: 'taken' });
  });

  it.each([
    ['has ended', { validTo: new Date(Date.now() - 86_400_000) }],
    ['has not begun', { validFrom: new Date(Date.now() + 86_400_000) }],
    ['is that of another name', { subject: 'elsewhere.example' }],
    ['is its own authority', { issuer: 'localhost', issuerKey: keys.privateKey }],
    ['is of an authority nobody knows', { issuer: 'Nobody', issuerKey: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey }],
    ['is of somebody who only calls himself that authority', { issuerKey: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey }],
  ])('is not delivered to when its certificate %s', async (_what, changes) => {
    expect(await withTls(makeCertificate({ ...issued, ...changes }))).toMatchObject({ statusCode: null, error: 'tls_failed', responseExcerpt: null });
  });

  it.each(['TLSv1', 'TLSv1.1'] as const)('is not delivered to with %s', async (version) => {
    const old = { minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' } as const;

    expect(await withTls(makeCertificate(issued), old)).toMatchObject({ statusCode: null, error: 'tls_failed' });
  });

  it('is not delivered to when it speaks none', async () => {
    const port = await listen(createServer((_request, response) => void response.end('taken')));

    expect(await post(`https://localhost:${port}`)).toMatchObject({ statusCode: null, error: 'tls_failed' });
  });
});
