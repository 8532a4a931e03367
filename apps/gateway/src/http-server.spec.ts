import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { FastifyInstance } from 'fastify';
import type { ProcessConfig } from '@patchbay/service-kit';
import type { GatewayConfig } from './gateway.config.js';
import { createHttpServer } from './http-server.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
/** Bytes that are still held after everything was let go that can be. */
const kept = (): number => {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

const config = {
  NODE_ENV: 'test',
  PUBLIC_BASE_URL: 'https://patchbay.example.com',
  BODY_BYTES_MAX: 1_024,
  REQUEST_HEAD_TIMEOUT_SECONDS: 0.2,
  REQUEST_TIMEOUT_SECONDS: 2,
} as GatewayConfig & ProcessConfig;

describe('the HTTP server', () => {
  let server: FastifyInstance;

  beforeAll(async () => {
    server = await createHttpServer(config);
    server.get('/here', async () => ({ ok: true }));
    server.post('/here', async () => ({ ok: true }));
    await server.listen({ host: '127.0.0.1', port: 0 });
  });

  afterAll(() => server.close());

  /** Says something that may not be HTTP, and hears what comes back until the connection ends. */
  const say = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect((server.server.address() as AddressInfo).port, '127.0.0.1', () => socket.write(text));
      let heard = '';
      socket.on('data', (chunk) => (heard += chunk.toString()));
      socket.on('end', () => resolve(heard));
      // Whoever still writes when the other end closes may be reset after the answer came.
      socket.on('error', (error) => (heard === '' ? reject(error) : resolve(heard)));
    });

  /** Says something, and then a byte now and then until the connection ends. */
  const drip = (beginning: string): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect((server.server.address() as AddressInfo).port, '127.0.0.1', () => socket.write(beginning));
      const timer = setInterval(() => socket.write('x'), 20);
      let heard = '';
      socket.on('data', (chunk) => (heard += chunk.toString()));
      socket.on('close', () => {
        clearInterval(timer);
        resolve(heard);
      });
      // A byte that comes after the end is answered with a reset.
      socket.on('error', () => undefined);
    });

  it('answers with and without a trailing slash, and names the request', async () => {
    const answers = await Promise.all(['/here', '/here/'].map((url) => server.inject({ url, headers: { 'x-request-id': 'mine-1' } })));

    expect(answers.map(({ statusCode, headers }) => [statusCode, headers['x-request-id']])).toEqual([
      [200, 'mine-1'],
      [200, 'mine-1'],
    ]);
  });

  it('makes a request id of its own when the one sent could forge a log row', async () => {
    const { headers } = await server.inject({ url: '/here', headers: { 'x-request-id': 'a b\t{"level":"error"}' } });

    expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('answers an address that is none with a problem', async () => {
    const answer = await server.inject({ url: '/%ff' });

    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.json()).toMatchObject({ status: 404, code: 'not_found', request_id: expect.any(String) });
  });

  const problemIn = (heard: string) => {
    const problem = JSON.parse(heard.slice(heard.indexOf('\r\n\r\n') + 4)) as { status: number; code: string; request_id: string };
    return { first: heard.slice(0, 12), ...problem };
  };
  const manyHeaders = Array.from({ length: 10_000 }, (_, index) => `x-${index}: 1\r\n`).join('');

  it.each([
    [400, 'request_invalid', 'an unknown method', 'FOO / HTTP/1.1\r\nhost: a\r\n\r\n'],
    [400, 'request_invalid', 'what is no HTTP at all', '\u0016\u0003\u0001 hello\r\n\r\n'],
    [400, 'request_invalid', 'a header that goes on in the next line', 'GET /here HTTP/1.1\r\nhost: a\r\nx-a: 1\r\n b: 2\r\n\r\n'],
    [400, 'request_invalid', 'two lengths', 'POST /here HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'],
    [
      400,
      'request_invalid',
      'a length and chunks',
      'POST /here HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    [431, 'head_too_large', 'a header that is too large', `GET /here HTTP/1.1\r\nhost: a\r\nx-large: ${'x'.repeat(40_000)}\r\n\r\n`],
    [431, 'head_too_large', 'ten thousand headers', `GET /here HTTP/1.1\r\nhost: a\r\n${manyHeaders}\r\n`],
    [408, 'request_too_slow', 'nothing more after the first line', 'GET /here HTTP/1.1\r\n'],
    [
      408,
      'request_too_slow',
      'a body that does not come',
      'POST /here HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{',
    ],
  ])('answers %d %s to %s', async (status, code, _what, text) => {
    const problem = problemIn(await say(text));

    expect(problem).toMatchObject({ first: `HTTP/1.1 ${status}`, status, code, request_id: expect.any(String) });
  });

  it.each([
    ['head', 1_500, 'GET /here HTTP/1.1\r\nx-slow: '],
    ['body', 10_000, 'POST /here HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n'],
  ])('lets nobody hold a connection with a %s that comes byte by byte', async (_which, msMax, beginning) => {
    const before = performance.now();
    const heard = await Promise.all(Array.from({ length: 20 }, () => drip(beginning)));
    // A byte that comes after the end may cost its sender the answer, but never lets the connection live on.
    const problems = heard.filter((text) => text !== '').map(problemIn);

    expect(new Set(problems.map(({ code }) => code))).toEqual(new Set(['request_too_slow']));
    expect(performance.now() - before).toBeLessThan(msMax);
    expect((await server.inject({ url: '/here' })).statusCode).toBe(200);
  });

  it('keeps nothing of heads that are too large', async () => {
    const sayMany = async (): Promise<void> => {
      for (let round = 0; round < 10; round += 1)
        await Promise.allSettled(Array.from({ length: 20 }, () => say(`GET /here HTTP/1.1\r\nhost: a\r\n${manyHeaders}\r\n`)));
      while ((await promisify(server.server.getConnections).call(server.server)) > 0) await setImmediate();
    };
    // The first ones fill buffers and caches that are used again.
    await sayMany();
    await sayMany();
    const before = kept();
    await sayMany();
    await sayMany();

    expect(kept() - before).toBeLessThan(16 * 1_024 * 1_024);
  });

  it('lets no page of another host into its answers, and frames nowhere', async () => {
    const answers = await Promise.all(['/here', '/nowhere', '/%ff'].map((url) => server.inject({ url })));

    for (const { headers } of answers.slice(0, 2)) {
      expect(headers['content-security-policy']).toBe("default-src 'none';frame-ancestors 'none'");
      expect(headers['x-content-type-options']).toBe('nosniff');
    }
    expect(answers.map(({ headers }) => headers['content-type'])).not.toContainEqual(expect.stringContaining('html'));
  });

  it('lets frontends of its list in, and no others', async () => {
    const origins = ['http://localhost:3000', 'http://evil.example'];
    const answers = await Promise.all(origins.map((origin) => server.inject({ url: '/here', headers: { origin } })));

    expect(answers.map(({ headers }) => headers['access-control-allow-origin'])).toEqual(['http://localhost:3000', undefined]);
    expect(answers[0]?.headers['access-control-allow-credentials']).toBe('true');
  });
});
