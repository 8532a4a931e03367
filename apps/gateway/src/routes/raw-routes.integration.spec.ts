import { connect } from 'node:net';
import { AppError, receiveProviderWebhook } from '@patchbay/contracts';
import { request } from 'undici';
import { startGatewayStack, type GatewayStack } from '../testing/gateway-stack.js';

const bytesMax = 2_048;
const ingress = '/api/v1/ingress/zoom';

describe('routes for callers that sign bytes', () => {
  let stack: GatewayStack;

  beforeAll(async () => {
    stack = await startGatewayStack({ env: { INGRESS_BYTES_MAX: String(bytesMax), RATE_LIMIT_INGRESS_PER_MINUTE: '1000' } });
    stack.services.answer(receiveProviderWebhook, () => ({
      status: 200,
      headers: { 'content-type': 'text/plain', 'x-own': 'yes' },
      body: 'thank you',
    }));
    await stack.services.settled();
  });
  afterAll(() => stack.stop());

  interface Sent {
    readonly method?: 'GET' | 'POST' | 'PUT';
    readonly headers?: Readonly<Record<string, string>> | readonly string[];
    readonly body?: string | Buffer;
  }

  const send = async (path: string, { method = 'POST', headers = {}, body = '' }: Sent = {}) => {
    const answer = await request(`${stack.url}${path}`, { method, headers: headers as Record<string, string>, body: method === 'GET' ? null : body });
    return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() };
  };
  const lastAsked = () => stack.services.asked(receiveProviderWebhook).at(-1)?.input ?? {};
  const bodyOf = (input: Readonly<Record<string, unknown>>): Buffer => Buffer.from(String(input['body_base64']), 'base64');
  const askedCount = () => stack.services.asked(receiveProviderWebhook).length;

  it('answer word for word', async () => {
    const answer = await send(ingress, { headers: { 'content-type': 'application/json' }, body: '{}' });

    expect([answer.status, answer.text, answer.headers['content-type'], answer.headers['x-own']]).toEqual([200, 'thank you', 'text/plain', 'yes']);
  });

  it.each([
    ['JSON with odd spaces and repeated keys', 'application/json', '{"a": 1,\r\n "a":\t2}\n'],
    ['broken JSON', 'application/json', '{"a": '],
    ['a form', 'application/x-www-form-urlencoded', 'a=1&a=%zz'],
    ['XML', 'application/atom+xml', '<feed/>'],
    ['bytes that are no text', 'application/octet-stream', Buffer.from([0, 0xff, 0xfe, 0xc3, 0x28])],
    ['what says it is compressed in a charset', 'application/json; charset=utf-16', Buffer.from([0x1f, 0x8b, 8, 0])],
    ['no known type', 'no type at all', 'x'],
    ['nothing', 'application/json', ''],
  ])('pass on the bytes that came: %s', async (_what, type, body) => {
    const answer = await send(ingress, { headers: { 'content-type': type }, body });

    expect(answer.status).toBe(200);
    expect(bodyOf(lastAsked()).equals(Buffer.from(body))).toBe(true);
    expect((lastAsked()['headers'] as Record<string, string>)['content-type']).toBe(type);
  });

  it('pass on compressed bytes as they are', async () => {
    const body = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]);
    await send(ingress, { headers: { 'content-encoding': 'gzip', 'content-type': 'application/json' }, body });

    expect(bodyOf(lastAsked()).equals(body)).toBe(true);
  });

  it('pass on a body whose type is not said', async () => {
    const answer = await send(ingress, { body: 'bare' });

    expect([answer.status, bodyOf(lastAsked()).toString()]).toEqual([200, 'bare']);
  });

  it.each([
    ['POST', ingress, { provider: 'zoom', path: '' }],
    ['POST', `${ingress}/`, { provider: 'zoom', path: '' }],
    ['POST', `${ingress}/channels/a%20b/7`, { provider: 'zoom', path: 'channels/a b/7' }],
    ['GET', `${ingress}?hub.mode=subscribe&hub.challenge=1%262`, { query: { 'hub.mode': 'subscribe', 'hub.challenge': '1&2' }, method: 'GET' }],
    ['GET', '/api/social-media/webhooks/instagram/', { provider: 'instagram', path: '', method: 'GET' }],
    ['POST', '/api/social-media/webhooks/youtube', { provider: 'youtube', method: 'POST' }],
    ['POST', '/api/v1/integrations/agora/callback/', { provider: 'agora', path: '' }],
    ['POST', '/webhooks/stripe', { provider: 'stripe', path: 'reference' }],
  ] as const)('%s %s says where it came to', async (method, path, said) => {
    expect((await send(path, { method })).status).toBe(200);
    expect(lastAsked()).toMatchObject(said);
  });

  it('take what a path stands for from nowhere else', async () => {
    await send('/webhooks/stripe?provider=zoom&path=x', { headers: { provider: 'zoom' }, body: '{"provider":"zoom"}' });

    expect(lastAsked()).toMatchObject({ provider: 'stripe', path: 'reference' });
  });

  it('pass on every header in lower case, but no credentials of ours', async () => {
    await send(ingress, { headers: { 'X-Zm-Signature': 'v0=1', Authorization: 'Bearer nonsense', Cookie: 'patchbay_access=x' } });

    const headers = lastAsked()['headers'] as Record<string, string>;
    expect(headers['x-zm-signature']).toBe('v0=1');
    expect(Object.keys(headers).filter((name) => /authorization|cookie/.test(name))).toEqual([]);
  });

  it('show a header that comes twice as both, so that no signature is chosen among them', async () => {
    await send(ingress, { headers: ['x-zm-signature', 'v0=1', 'x-zm-signature', 'v0=2', 'content-type', 'a/b', 'content-type', 'c/d'] });

    const headers = lastAsked()['headers'] as Record<string, string>;
    expect([headers['x-zm-signature'], headers['content-type']]).toEqual(['v0=1, v0=2', 'a/b, c/d']);
  });

  it.each(['__proto__', 'constructor', 'toString'])('carry %s in query and header as any other word', async (word) => {
    expect((await send(`${ingress}?${word}=polluted`, { headers: { [word]: 'polluted' } })).status).toBe(200);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(Object.getPrototypeOf(lastAsked()['query'])).toBe(Object.prototype);
  });

  it('refuse a query that says a thing twice', async () => {
    const before = askedCount();

    expect((await send(`${ingress}?a=1&a=2`)).status).toBe(400);
    expect(askedCount()).toBe(before);
  });

  it.each(['event.%3E', '*', '%2E%2E%2F%2E%2E', 'zoom%00', 'zoom%0d%0ax', 'Zoom', 'z'.repeat(60), '__proto__'])(
    'know no provider of the name %s, and ask nobody about it',
    async (name) => {
      const before = askedCount();
      const answer = await send(`/api/v1/ingress/${name}`);

      expect([answer.status, JSON.parse(answer.text)]).toEqual([401, expect.objectContaining({ code: 'webhook_signature_invalid' })]);
      expect(askedCount()).toBe(before);
    },
  );

  it.each([`${ingress}/${'x'.repeat(600)}`, `${ingress}/a%00b`])('know no path that nobody could keep', async (path) => {
    const before = askedCount();

    expect((await send(path)).status).toBe(404);
    expect(askedCount()).toBe(before);
  });

  it.each([
    ['says its length', Buffer.alloc(bytesMax + 1, 'x'), {}],
    ['does not', Buffer.alloc(bytesMax * 50, 'x'), { 'transfer-encoding': 'chunked' }],
  ])('refuse what is too large, and say what is not: a body that %s', async (_what, body, more) => {
    const before = askedCount();
    const answer = 'transfer-encoding' in more ? await sendChunked(body) : await send(ingress, { body });

    expect([answer.status, JSON.parse(answer.text)]).toEqual([413, expect.objectContaining({ details: { limit_bytes: bytesMax } })]);
    expect(askedCount()).toBe(before);
  });

  it('take what is just large enough', async () => {
    expect((await send(ingress, { body: Buffer.alloc(bytesMax, 'x') })).status).toBe(200);
    expect(bodyOf(lastAsked()).length).toBe(bytesMax);
  });

  it('refuse other methods and say which there are', async () => {
    for (const [path, allowed] of [
      [ingress, 'POST, GET'],
      [`${ingress}/below`, 'POST, GET'],
      ['/webhooks/stripe', 'POST'],
    ] as const) {
      const answer = await send(path, { method: 'PUT' });
      expect([answer.status, answer.headers['allow']]).toEqual([405, allowed]);
    }
  });

  it('pass on a refusal as a problem', async () => {
    stack.services.answer(receiveProviderWebhook, ({ provider }) => {
      if (provider === 'github') throw new AppError('webhook_signature_invalid');
      return { status: 200, headers: {}, body: '' };
    });
    await stack.services.settled();
    const answer = await send('/api/v1/ingress/github');

    expect([answer.status, JSON.parse(answer.text)]).toEqual([401, expect.objectContaining({ code: 'webhook_signature_invalid' })]);
  });

  it('leave the parser of all other routes as it is', async () => {
    const answer = await send('/api/v1/auth/refresh', { headers: { 'content-type': 'text/plain' }, body: 'x' });

    expect(answer.status).toBe(415);
  });

  it('are limited by provider and address', async () => {
    const statuses = [];
    for (let call = 0; call <= 1_000; call += 1) statuses.push((await send('/api/v1/ingress/mailgun')).status);

    expect([statuses[0], statuses.at(-1)]).toEqual([200, 429]);
    expect((await send(ingress)).status).toBe(200);
  });

  const sendChunked = (body: Buffer): Promise<{ readonly status: number; readonly text: string }> =>
    new Promise((resolve, reject) => {
      const socket = connect(Number(new URL(stack.url).port), '127.0.0.1', () => {
        socket.write(`POST ${ingress} HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n`);
        socket.write(`${body.length.toString(16)}\r\n`);
        socket.write(body);
        socket.write('\r\n0\r\n\r\n');
      });
      let heard = '';
      const finish = (): void => {
        socket.destroy();
        resolve({ status: Number(heard.slice(9, 12)), text: heard.slice(heard.indexOf('\r\n\r\n') + 4) });
      };
      socket.on('data', (chunk) => {
        heard += chunk.toString();
        if (heard.endsWith('}')) finish();
      });
      socket.on('error', reject);
    });
});
