import { AppError, getKeyRotation, type KeyRotation } from '@patchbay/contracts';
import { waitFor } from '@patchbay/testing';
import { Client } from 'undici';
import { startGatewayStack, type GatewayStack } from '../testing/gateway-stack.js';

const path = '/api/v1/admin/key-rotations/auth/';
const frontend = 'http://localhost:3000';
const contract = getKeyRotation('auth');
const rotation: KeyRotation = {
  id: '0198f2a4-0000-7000-8000-0000000000e1',
  service: 'auth',
  status: 'running',
  total: 10,
  done: 0,
  failed: 0,
  percent: 0,
  master_key_id: 'key2',
  sealed_under: { key1: 10 },
  started_at: '2026-01-01T00:00:00Z',
  finished_at: null,
  last_error: null,
};

/** One who listens, and what was heard so far. */
interface Listener {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly heard: () => string;
  readonly ended: Promise<void>;
  readonly leave: () => Promise<void>;
}

describe('a live answer', () => {
  let stack: GatewayStack;
  let bearer: string;

  beforeAll(async () => {
    stack = await startGatewayStack();
    bearer = await stack.services.token({ role: 'admin' });
  });

  afterAll(() => stack.stop());

  beforeEach(() => be({}));

  const be = (change: Partial<KeyRotation>): void => stack.services.answer(contract, () => ({ ...rotation, ...change }));

  const listen = async (headers: Readonly<Record<string, string>> = {}, token = bearer): Promise<Listener> => {
    await stack.services.settled();
    const client = new Client(stack.url);
    const answer = await client.request({
      method: 'GET',
      path,
      headers: { accept: 'text/event-stream', authorization: `Bearer ${token}`, origin: frontend, ...headers },
    });
    let text = '';
    const ended = new Promise<void>((resolve) => {
      answer.body.on('data', (chunk: Buffer) => (text += chunk.toString()));
      answer.body.once('close', () => resolve());
      answer.body.on('error', () => undefined);
    });
    return {
      status: answer.statusCode,
      headers: answer.headers,
      heard: () => text,
      ended,
      leave: () => client.destroy(),
    };
  };
  const hears = (listener: Listener, words: string): Promise<true> => waitFor(() => (listener.heard().includes(words) ? true : undefined), words);

  it('follows what happens to its end', async () => {
    const listener = await listen();
    await hears(listener, '"done":0');
    be({ done: 5 });
    await hears(listener, '"done":5');
    be({ done: 10, status: 'verifying' });
    await hears(listener, 'verifying');
    be({ done: 10, status: 'completed' });
    await listener.ended;

    expect(listener.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'access-control-allow-origin': frontend,
      'x-content-type-options': 'nosniff',
    });
    expect(listener.heard().match(/^event: progress\nid: .{16}\ndata: \{.*\}$/gm)).toHaveLength(4);
  });

  it('stays a plain one for whoever does not want events', async () => {
    const { headers, body } = await stack.call('GET', path, { bearer, headers: { accept: 'application/json' } });

    expect([headers['content-type'], body['status']]).toEqual(['application/json; charset=utf-8', 'running']);
  });

  it('is final at once when all is over, and tells whoever has heard so to stay away', async () => {
    be({ status: 'completed' });
    const first = await listen();
    await first.ended;
    const [, id = ''] = /^id: (.*)$/m.exec(first.heard()) ?? [];
    const second = await listen({ 'last-event-id': id });

    expect([first.status, second.status]).toEqual([200, 204]);
  });

  it('fails as any other call when it cannot even begin', async () => {
    stack.services.answer(contract, () => {
      throw new AppError('key_rotation_not_found');
    });
    const listener = await listen();
    await listener.ended;

    expect([listener.status, JSON.parse(listener.heard())]).toEqual([404, expect.objectContaining({ code: 'key_rotation_not_found' })]);
  });

  it('says what is wrong when it cannot go on', async () => {
    const listener = await listen();
    await hears(listener, 'running');
    stack.services.answer(contract, () => {
      throw new AppError('key_rotation_not_found');
    });
    await listener.ended;

    expect(listener.heard()).toMatch(/event: error\ndata: \{.*"code":"key_rotation_not_found".*"request_id".*\}\n\n$/);
  });

  it('asks nobody any more when the listener is gone', async () => {
    const gone = '0198f2a4-0000-7000-8000-00000000ada2';
    const askedBy = (isMeant: (id: string | undefined) => boolean): number =>
      stack.services.asked(contract).filter(({ caller }) => isMeant(caller?.user_id)).length;
    const listener = await listen({}, await stack.services.token({ role: 'admin', sub: gone }));
    await hears(listener, 'running');
    await listener.leave();
    const other = await listen();
    const [before, others] = [askedBy((id) => id === gone), askedBy((id) => id !== gone)];
    // Another one, who stays, tells how many rounds have passed.
    await waitFor(() => (askedBy((id) => id !== gone) >= others + 4 ? true : undefined), 'four more rounds');
    await other.leave();

    expect(askedBy((id) => id === gone) - before).toBeLessThanOrEqual(1);
  });

  it('is given to each caller five times at once', async () => {
    const token = await stack.services.token({ role: 'admin', sub: '0198f2a4-0000-7000-8000-00000000ada1' });
    const listeners = [];
    for (let number = 0; number < 6; number += 1) listeners.push(await listen({}, token));
    const own = await listen();
    await listeners[0]?.leave();
    const again = await waitFor(async () => {
      const next = await listen({}, token);
      return next.status === 200 ? next : undefined;
    }, 'a place that is free again');
    await Promise.all([...listeners, own, again].map(({ leave }) => leave()));

    expect(listeners.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429]);
    expect([own.status, again.status]).toEqual([200, 200]);
    expect(listeners[5]?.headers['retry-after']).toBe('5');
  });

  it('does not keep the gateway from ending', async () => {
    const other = await startGatewayStack();
    other.services.answer(contract, () => rotation);
    await other.services.settled();
    const client = new Client(other.url);
    const answer = await client.request({
      method: 'GET',
      path,
      headers: { accept: 'text/event-stream', authorization: `Bearer ${await other.services.token({ role: 'admin' })}` },
    });
    const ended = answer.body.text();
    await other.stop();

    expect(await ended).toContain('event: progress');
    await client.destroy();
  });
});
