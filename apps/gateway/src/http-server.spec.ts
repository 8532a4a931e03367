import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { ProcessConfig } from '@patchbay/service-kit';
import type { GatewayConfig } from './gateway.config.js';
import { createHttpServer } from './http-server.js';

const config = {
  NODE_ENV: 'test',
  PUBLIC_BASE_URL: 'https://patchbay.example.com',
  BODY_BYTES_MAX: 1_024,
} as GatewayConfig & ProcessConfig;

describe('the HTTP server', () => {
  let server: FastifyInstance;

  beforeAll(async () => {
    server = await createHttpServer(config);
    server.get('/here', async () => ({ ok: true }));
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
      socket.on('error', reject);
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

  it.each([
    ['an unknown method', 'FOO / HTTP/1.1\r\nhost: a\r\n\r\n'],
    ['a head that is too large', `GET /here HTTP/1.1\r\nhost: a\r\nx-large: ${'x'.repeat(40_000)}\r\n\r\n`],
    ['what is no HTTP at all', '\u0016\u0003\u0001 hello\r\n\r\n'],
  ])('answers %s with a problem', async (_what, text) => {
    const heard = await say(text);

    expect(heard).toMatch(/^HTTP\/1\.1 400 /);
    expect(JSON.parse(heard.slice(heard.indexOf('\r\n\r\n') + 4))).toMatchObject({ code: 'request_invalid', request_id: expect.any(String) });
  });

  it('lets frontends of its list in, and no others', async () => {
    const origins = ['http://localhost:3000', 'http://evil.example'];
    const answers = await Promise.all(origins.map((origin) => server.inject({ url: '/here', headers: { origin } })));

    expect(answers.map(({ headers }) => headers['access-control-allow-origin'])).toEqual(['http://localhost:3000', undefined]);
    expect(answers[0]?.headers['access-control-allow-credentials']).toBe('true');
  });
});
