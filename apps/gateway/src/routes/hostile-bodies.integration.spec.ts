import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { createWebhookEndpoint, listWebhookDeliveries, nestingMax, publishEvents } from '@patchbay/contracts';
import { hostileTexts } from '@patchbay/contracts/testing';
import { request } from 'undici';
import { ada } from '../testing/fake-services.js';
import { startGatewayStack, type GatewayStack } from '../testing/gateway-stack.js';

const events = '/api/v1/events/';
const endpoints = '/api/v1/integrations/webhooks/';
const repeat = (count: number, make: (index: number) => string): string => Array.from({ length: count }, (_none, index) => make(index)).join();
const nested = (levels: number): string => '{"a":'.repeat(levels) + '1' + '}'.repeat(levels);
const eventWith = (data: string): string => `{"type":"booking_created","data":${data}}`;

describe('a body that means harm', () => {
  let stack: GatewayStack;
  let bearer: string;

  beforeAll(async () => {
    stack = await startGatewayStack();
    stack.services.answer(publishEvents, () => ({ items: [] }));
    stack.services.answer(listWebhookDeliveries, () => ({ items: [], next_cursor: null }));
    bearer = await stack.services.token({ role: 'service' });
    await stack.services.settled();
  });
  afterAll(() => stack.stop());

  const post = async (
    body: string | Buffer,
    { path = events, token = bearer, headers = {} }: { path?: string; token?: string; headers?: object } = {},
  ) => {
    const before = performance.now();
    const answer = await request(`${stack.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
      body,
    });
    const text = await answer.body.text();
    return { status: answer.statusCode, text, problem: JSON.parse(text) as { code?: string; details?: object }, ms: performance.now() - before };
  };
  const lastPublished = () => stack.services.asked(publishEvents).at(-1)?.input ?? {};

  it.each([
    ['objects', eventWith(nested(10_000))],
    ['lists', eventWith(`{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`)],
    ['one level more than is allowed', eventWith(nested(nestingMax))],
    ['lists that are never closed', '['.repeat(500_000)],
  ])('that is nested too deep is refused as such: %s', async (_what, body) => {
    const { status, problem, ms } = await post(body);

    expect([status, problem.code, Object.keys(problem.details ?? {})]).toEqual([400, 'request_invalid', ['body']]);
    expect(ms).toBeLessThan(3_000);
  });

  it('that is nested as deep as is allowed is taken', async () => {
    expect((await post(eventWith(nested(nestingMax - 1)))).status).toBe(202);
  });

  it.each([
    ['unknown fields', `{${repeat(35_000, (index) => `"k${index}":1`)}}`],
    ['fields that are numbers', `{${repeat(35_000, (index) => `"${index * 1_024}":1`)}}`],
    ['fields that are the same', `{${repeat(60_000, () => '"k":1')}}`],
  ])('with tens of thousands of %s is refused in no time, in few words', async (_what, body) => {
    const { status, text, ms } = await post(body);

    expect(status).toBe(400);
    expect(text.length).toBeLessThan(5_000);
    expect(ms).toBeLessThan(3_000);
  });

  it('that holds tens of thousands of fields where anything may stand is passed on in no time', async () => {
    const { status, ms } = await post(eventWith(`{${repeat(35_000, (index) => `"${index * 1_024}":1`)}}`));

    expect(status).toBe(202);
    expect(ms).toBeLessThan(3_000);
  });

  it.each(['1e999', '-1e999', '9'.repeat(100_000), `0.${'0'.repeat(100_000)}1`, '1e-999', '-0', '18446744073709551616'])(
    'with a number that is none is refused (%.20s)',
    async (number) => {
      const { status, problem } = await post(`{"type":"booking_created","version":${number},"data":{}}`);

      expect([status, problem.code]).toEqual([400, 'request_invalid']);
    },
  );

  it.each([
    ['a version', '{"type":"booking_created","version":1.5,"data":{}}'],
    ['a list', '{"events":1e5}'],
    ['text', '{"type":1e300,"data":{}}'],
  ])('with a number in the place of %s is refused', async (_what, body) => {
    expect((await post(body)).status).toBe(400);
  });

  describe('that reaches for the prototype', () => {
    it.each([
      '{"__proto__":{"polluted":true},"type":"booking_created","data":{}}',
      eventWith('{"__proto__":{"polluted":true}}'),
      eventWith('{"\\u005f_proto__":{"polluted":true}}'),
      eventWith('{"a":[{"constructor":{"prototype":{"polluted":true}}}]}'),
      '{"constructor":{"prototype":{"role":"admin"}},"type":"booking_created","data":{}}',
    ])('is refused: %s', async (body) => {
      const before = stack.services.asked(publishEvents).length;
      const { status } = await post(body);

      expect(status).toBe(400);
      expect(stack.services.asked(publishEvents)).toHaveLength(before);
      expect([({} as Record<string, unknown>)['polluted'], ({} as Record<string, unknown>)['role']]).toEqual([undefined, undefined]);
    });

    it.each([
      '__proto__[polluted]=true',
      '__proto__.polluted=true',
      '__proto__=true',
      'constructor.prototype.polluted=true',
      'constructor=x',
      'toString=x',
    ])('gains nothing in a query: %s', async (query) => {
      const token = await stack.services.token();
      for (const path of [`${endpoints}${ada}/deliveries/?${query}`, `${endpoints}?${query}`]) {
        const { status, body } = await stack.call('GET', path, { bearer: token });
        expect([status, body['code']]).toEqual([400, 'request_invalid']);
      }
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    });

    it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('is no header and no path of an endpoint: %s', async (name) => {
      const token = await stack.services.token();
      stack.services.answer(createWebhookEndpoint, () => {
        throw new Error('nobody asks');
      });
      const { status } = await post(`{"name":"E","webhook_url":"https://example.com/","events":["*"],"headers":{"${name}":{"x":"1"}}}`, {
        path: endpoints,
        token,
      });
      const { status: ofPath } = await stack.call('GET', `${endpoints}${name}/`, { bearer: token });

      expect([status, ofPath]).toEqual([400, 404]);
    });

    it('makes nobody an admin', async () => {
      const token = await stack.services.token();
      await post('{"__proto__":{"role":"admin"}}', { path: endpoints, token });
      const { status } = await stack.call('GET', '/api/v1/admin/received-webhooks/', { bearer: token });

      expect(status).toBe(403);
    });
  });

  const mebibyte = 1_024 * 1_024;
  it.each([
    ['gzip', gzipSync(Buffer.alloc(64 * mebibyte))],
    ['br', brotliCompressSync(Buffer.alloc(64 * mebibyte))],
    ['deflate', deflateSync(Buffer.alloc(64 * mebibyte))],
    ['gzip, gzip', gzipSync(gzipSync(Buffer.alloc(64 * mebibyte)))],
  ])('that unfolds to 64 MiB is never unfolded (%s)', async (encoding, body) => {
    const before = process.memoryUsage.rss();
    const { status, problem } = await post(body, { headers: { 'content-encoding': encoding } });

    expect([status, problem.code]).toEqual([415, 'media_type_unsupported']);
    expect(process.memoryUsage.rss() - before).toBeLessThan(48 * mebibyte);
  });

  it('is passed on as the words it is, when it is words', async () => {
    await post(eventWith('{"title":"=1+1 <script>alert(1)</script> \\u001b[31m"}'));

    expect(lastPublished()).toMatchObject({ data: { title: '=1+1 <script>alert(1)</script> \u001b[31m' } });
  });

  it('is the event it tells of when it is a webhook of ours that was led back in, so that it goes round once', async () => {
    const id = '0198f2a4-0000-7000-8000-0000000000e1';
    await post(eventWith('{}'), { headers: { 'webhook-id': id } });

    expect(lastPublished()).toMatchObject({ id });
  });
});

describe('a head that means harm', () => {
  let stack: GatewayStack;

  beforeAll(async () => {
    stack = await startGatewayStack({ env: { TRUSTED_PROXIES: '127.0.0.1', RATE_LIMIT_ADDRESS_PER_MINUTE: '100000' } });
  });
  afterAll(() => stack.stop());

  const names = ['authorization', 'cookie', 'origin', 'accept', 'traceparent', 'x-request-id', 'x-forwarded-for', 'idempotency-key', 'last-event-id'];
  /** As much of it as a head takes, without what no head can hold. */
  const asHeader = (text: string): string => text.replace(/[^\t\x20-\x7e]/g, '').slice(0, 12_000);
  const texts = hostileTexts.map(([what, text]) => [what, asHeader(text)] as const).filter(([, text]) => text !== '');

  it.each(texts)('is judged in no time, wherever it stands: %s', async (_what, text) => {
    for (const name of names)
      for (const value of [text, `Bearer ${text}`, `patchbay_access=${text}`]) {
        const times: number[] = [];
        // A pause of the machine is no fault of ours: the best of a few counts.
        while (times.length < 4 && !(Math.min(...times) < 50)) {
          const before = performance.now();
          const { status } = await stack.call('GET', endpoints, { headers: { [name]: value } });
          times.push(performance.now() - before);
          expect(status).toBeGreaterThanOrEqual(400);
          expect(status).toBeLessThan(500);
        }
        expect(Math.min(...times)).toBeLessThan(50);
      }
  });
});
