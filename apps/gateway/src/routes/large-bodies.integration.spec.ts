import { createHash, randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { receiveProviderWebhook } from '@patchbay/contracts';
import { request } from 'undici';
import { startGatewayStack, type GatewayStack } from '../testing/gateway-stack.js';

const mib = 1_024 * 1_024;
const path = '/api/v1/ingress/github';
const chunk = randomBytes(mib);

const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** The hash of so many chunks, one after the other. */
function hashOfChunks(count: number): string {
  const hash = createHash('sha256');
  for (let made = 0; made < count; made += 1) hash.update(chunk);
  return hash.digest('hex');
}

describe('large bodies of webhooks', () => {
  let stack: GatewayStack;
  let open: Socket[] = [];

  beforeAll(async () => {
    stack = await startGatewayStack();
    stack.services.answer(receiveProviderWebhook, ({ body_base64 }) => ({
      status: 200,
      headers: { 'x-hash': hashOf(Buffer.from(String(body_base64), 'base64')) },
      body: '',
    }));
    await stack.services.settled();
  });
  afterAll(() => stack.stop());
  afterEach(() => {
    for (const socket of open) socket.destroy();
    open = [];
  });

  const chunks = function* (count: number): Generator<Buffer> {
    for (let made = 0; made < count; made += 1) yield chunk;
  };
  const send = async (count: number, saysLength = true) => {
    const headers = { 'content-type': 'application/json', ...(saysLength && { 'content-length': String(count * mib) }) };
    const answer = await request(`${stack.url}${path}`, { method: 'POST', headers, body: Readable.from(chunks(count)), headersTimeout: 60_000 });
    const text = await answer.body.text();
    return { status: answer.statusCode, hash: answer.headers['x-hash'], code: text === '' ? undefined : (JSON.parse(text) as { code: string }).code };
  };
  /** A connection that announces more than it sends. */
  const hold = async (bytes: number): Promise<Socket> => {
    const { hostname, port } = new URL(stack.url);
    const socket = connect(Number(port), hostname);
    open.push(socket);
    await new Promise((resolve) => socket.once('connect', resolve));
    socket.write(`POST ${path} HTTP/1.1\r\nhost: a\r\ncontent-type: a/b\r\ncontent-length: ${bytes}\r\n\r\nx`);
    return socket;
  };

  it.each([
    ['as large as GitHub sends them', 25, true],
    ['that do not say how large they are', 25, false],
    ['just above what one message holds', 1, true],
  ])('%s arrive as the bytes that came', async (_what, count, saysLength) => {
    expect(await send(count, saysLength)).toEqual({ status: 200, hash: hashOfChunks(count), code: undefined });
  });

  it.each([true, false])('that are too large are refused, whether they say so (%s) or not', async (saysLength) => {
    const outcome = await send(27, saysLength).catch((error: unknown) => ({ code: String(error) }));

    // Who is still sending may see the connection end before it reads the answer.
    expect(outcome.code).toMatch(/^body_too_large$|EPIPE|ECONNRESET|other side closed/);
    expect((await send(1)).status).toBe(200);
  });

  it('come one after the other when there are many, within bounded memory, and small ones need not wait', async () => {
    await send(25);
    const before = process.memoryUsage().rss;
    let most = 0;
    const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 5);

    const many = Array.from({ length: 6 }, () => send(25));
    const small = await request(`${stack.url}${path}`, { method: 'POST', body: 'small' });
    const outcomes = await Promise.all(many);
    clearInterval(watch);

    // The sender, the gateway and the fake service are all in this process.
    expect((most - before) / mib).toBeLessThan(700);
    expect(small.statusCode).toBe(200);
    const taken = outcomes.filter(({ status }) => status === 200);
    expect(outcomes.filter(({ status, code }) => status !== 200 && (status !== 503 || code !== 'service_unavailable'))).toEqual([]);
    expect(new Set(taken.map(({ hash }) => hash))).toEqual(new Set([hashOfChunks(25)]));
    // How many are through before the others have waited too long is a matter of the machine: more than one is one after the other.
    expect(taken.length).toBeGreaterThan(1);
  }, 60_000);

  it('that are announced and not sent keep no others waiting for long, and none that are small', async () => {
    const held = await Promise.all(Array.from({ length: 6 }, () => hold(26 * mib)));
    expect((await request(`${stack.url}${path}`, { method: 'POST', body: 'small' })).statusCode).toBe(200);
    const before = performance.now();
    const sent = await send(20);
    const tookMs = performance.now() - before;
    for (const socket of held) socket.destroy();

    expect(sent.status).toBe(200);
    expect(tookMs).toBeLessThan(8_000);
  }, 30_000);
});
