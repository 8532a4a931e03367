import { createServer, type Server } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { EgressGuard, nameResolver, type EgressRules } from '@patchbay/egress';
import { internalHosts, recordA, startNameServer } from '@patchbay/egress/testing';
import { Agent, getGlobalDispatcher, setGlobalDispatcher } from 'undici';
import type { DeliveryTarget } from '../endpoints/delivery-target.js';
import { answer, startReceiver, type Receiver } from '../testing/receiver.js';
import type { WebhooksConfig } from '../webhooks.config.js';
import type { AttemptResult } from './delivery.js';
import { signingKeyOf } from './signing-key.js';
import { WebhookSender } from './webhook-sender.js';

const message = { id: 'evt_1', body: '{"type":"booking_created"}', traceparent: null };
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const redirects: readonly number[] = [300, 301, 302, 303, 307, 308];

const targetOf = (url: string): DeliveryTarget => {
  const { origin, pathname, search } = new URL(url);
  return {
    endpointId: 'e1',
    version: 1,
    readiness: 'ready',
    origin,
    path: `${pathname}${search}`,
    keys: [{ ...signingKeyOf(secret), untilMs: null }],
    headers: [],
    policy: { retryFailed: true, maxRetries: null },
    ratePerMinute: null,
    isRefused: false,
  };
};

/** Something inside that nobody may reach. */
async function startCanary() {
  const seen = { connections: 0, requests: 0, signatures: [] as unknown[] };
  const server: Server = createServer((request, response) => {
    seen.requests += 1;
    seen.signatures.push(request.headers['webhook-signature']);
    response.end('CANARY: the password of the database is hunter2');
  });
  server.on('connection', () => (seen.connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stop = () =>
    new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  return { seen, host, port: Number(host.split(':')[1]), stop };
}

describe('a webhook', () => {
  let receiver: Receiver;
  let canary: Awaited<ReturnType<typeof startCanary>>;
  const senders: WebhookSender[] = [];

  beforeAll(async () => {
    receiver = await startReceiver();
  });
  beforeEach(async () => {
    canary = await startCanary();
  });
  afterEach(async () => {
    await Promise.all(senders.splice(0).map((sender) => sender.onApplicationShutdown()));
    await canary.stop();
  });
  afterAll(() => receiver.stop());

  const senderWith = (rules: Partial<EgressRules>): WebhookSender => {
    const sender = new WebhookSender({ WEBHOOKS_TIMEOUT_SECONDS: 3 } as WebhooksConfig, new EgressGuard({ allow: [], httpsOnly: false, ...rules }));
    senders.push(sender);
    return sender;
  };
  const send = (sender: WebhookSender, url: string | DeliveryTarget): Promise<AttemptResult> =>
    new Promise((resolve) => sender.send(typeof url === 'string' ? targetOf(url) : url, message, resolve));
  /** What a customer is told, without the times of this attempt. */
  const told = ({ startedAtMs: _startedAtMs, durationMs: _durationMs, ...rest }: AttemptResult) => rest;
  const refusal = { statusCode: null, error: 'address_not_allowed', retryAfterMs: null, responseExcerpt: null };

  it('never reaches what is inside, even if its address was once accepted', async () => {
    const sender = senderWith({ resolve: async () => [{ address: '127.0.0.1', family: 4 }] });
    const urls = internalHosts.map((host) => `http://${host}:${canary.port}/`).filter((url) => URL.canParse(url));

    for (const url of urls) expect([url, told(await send(sender, url))]).toEqual([url, refusal]);

    expect(urls.length).toBeGreaterThan(80);
    expect(canary.seen.connections).toBe(0);
  });

  it('never reaches a name that was outside when it was checked and points inside now', async () => {
    const nameServer = await startNameServer((type) =>
      type === 'AAAA' ? [] : [recordA(nameServer.asked.length <= 2 ? '93.184.216.34' : '127.0.0.1')],
    );
    const resolve = nameResolver({ servers: [nameServer.server], keepMs: 0 });
    const guard = new EgressGuard({ allow: [], httpsOnly: false, resolve });
    const url = guard.checkUrl(`http://rebind.example:${canary.port}/`).href;

    expect(await resolve('rebind.example')).toEqual([{ address: '93.184.216.34', family: 4 }]);
    expect(told(await send(senderWith({ resolve }), url))).toEqual(refusal);
    expect(canary.seen.connections).toBe(0);
    await nameServer.stop();
  });

  it.each(redirects)('that is answered with a redirect (%i) fails, and goes nowhere else, wherever that leads', async (status) => {
    // Both may be called, so that only not following keeps the canary untouched.
    const sender = senderWith({ allow: [receiver.host, canary.host] });
    for (const location of [`http://${canary.host}/inside`, '//localhost/', 'file:///etc/passwd', 'https://example.com/', '/again']) {
      receiver.behave('/moved', answer(status, { location }, 'moved'));

      expect(told(await send(sender, receiver.url('/moved')))).toMatchObject({ statusCode: status, error: 'redirect_not_followed' });
    }
    expect([canary.seen.connections, receiver.at('/again').length]).toEqual([0, 0]);
  });

  it('asks no proxy, whatever the environment says, and no other way out that a library may have set', async () => {
    const proxy = `http://${canary.host}`;
    const variables = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'all_proxy', 'NODE_USE_ENV_PROXY'];
    const before = Object.fromEntries(['NO_PROXY', 'no_proxy', ...variables].map((name) => [name, process.env[name]]));
    const dispatcher = getGlobalDispatcher();
    Object.assign(process.env, Object.fromEntries(variables.map((name) => [name, name.startsWith('NODE_') ? '1' : proxy])));
    process.env['NO_PROXY'] = 'example.com';
    process.env['no_proxy'] = 'example.com';
    setGlobalDispatcher(new Agent({ connect: { lookup: (_name, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]) } }));
    try {
      const sender = senderWith({ allow: [receiver.host], resolve: async () => [{ address: '10.0.0.1', family: 4 }] });

      expect(told(await send(sender, receiver.url('/direct')))).toMatchObject({ statusCode: 200, error: null });
      expect(told(await send(sender, 'http://customer.example/'))).toEqual(refusal);
    } finally {
      setGlobalDispatcher(dispatcher);
      for (const [name, value] of Object.entries(before)) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    }
    expect(receiver.at('/direct')).toHaveLength(1);
    expect(canary.seen.connections).toBe(0);
  });

  it('tells its owner the same of an open port, a closed one and a name of ours, and of a name that nobody has', async () => {
    const closed = await startCanary();
    await closed.stop();
    const names: Readonly<Record<string, readonly string[]>> = { 'db.customer.example': ['10.0.0.1'], 'nobody.example': [] };
    const sender = senderWith({ resolve: async (name) => (names[name] ?? []).map((address) => ({ address, family: 4 })) });
    const urls = [
      `http://${canary.host}/`,
      `http://${closed.host}/`,
      'http://127.0.0.1:22/',
      'http://169.254.169.254/latest/meta-data/',
      'http://redis:6379/',
      ...Object.keys(names).map((name) => `http://${name}/`),
    ];

    for (const url of urls) {
      const result = await send(sender, url);
      expect([url, told(result)]).toEqual([url, refusal]);
      // Without a connection there is no time to measure: what takes a second was tried.
      expect(result.durationMs).toBeLessThan(1_000);
    }
    expect(canary.seen.connections).toBe(0);
  });

  it('ends at once when its receiver closes while the answer is unread, and takes nothing else with it', async () => {
    const sender = senderWith({ allow: [receiver.host] });
    receiver.behave('/closes', (_received, response) => {
      response.writeHead(500, { 'content-length': '10000000' });
      response.write(Buffer.alloc(20_000), () => response.socket?.resetAndDestroy());
    });

    const results = await Promise.all(Array.from({ length: 30 }, () => send(sender, receiver.url('/closes'))));

    expect(results.filter(({ error }) => error === null || error === 'timeout')).toEqual([]);
    // The time for an answer is three seconds.
    expect(Math.max(...results.map(({ durationMs }) => durationMs))).toBeLessThan(2_500);
    expect(told(await send(sender, receiver.url('/after')))).toMatchObject({ statusCode: 200, error: null });
  });

  it('to an address that the rules of today refuse is not even begun', async () => {
    const sender = senderWith({ allow: [canary.host] });

    expect(told(await send(sender, { ...targetOf(`http://${canary.host}/`), isRefused: true }))).toEqual(refusal);
    expect(canary.seen.connections).toBe(0);
  });

  it('speaks HTTP/1.1 alone', async () => {
    const hello = await new Promise<string>((resolve) => {
      const server = createTcpServer((socket) =>
        socket.once('data', (bytes) => {
          socket.destroy();
          server.close();
          resolve(bytes.toString('latin1'));
        }),
      );
      server.listen(0, '127.0.0.1', () => {
        const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
        void send(senderWith({ allow: [host] }), `https://${host}/`);
      });
    });

    expect(hello).toContain('\u0008http/1.1');
    expect(hello).not.toContain('\u0002h2');
  });
});
