import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { credentialsContract } from '@patchbay/capabilities/testing';
import { connectToCredentialsFake } from '../_kit/fake-credentials.js';
import { createOutbound } from '../_kit/outbound.js';
import { inProcessRateLimiter } from '../_kit/rate-limiter.js';
import { TransportError, undiciTransport } from '../_kit/transport.js';
import { createCaldavFake } from './caldav.fake.js';
import { caldav } from './caldav.provider.js';

const connect = () => connectToCredentialsFake(caldav, { fake: createCaldavFake(), environment: () => ({}), wrong: { password: 'wrong-password' } });

credentialsContract('caldav', connect);

describe('a CalDAV account', () => {
  let harness: Awaited<ReturnType<typeof connect>>;
  beforeEach(async () => (harness = await connect()));
  afterEach(() => harness.stop());
  const check = (change: Readonly<Record<string, string>>) => {
    const { schema } = harness.credentials;
    return harness.credentials.check(schema.parse({ ...harness.filled, ...change }), 'connection-1');
  };

  it.each(['', '/', '/dav', '/dav/', '/dav/principals/olivia/', '/webmail/', '/.well-known/caldav'])('is found from %p', async (path) => {
    expect(await check({ server_url: `${harness.running.url}${path}` })).toEqual({
      id: `${harness.running.url}/dav/principals/olivia/`,
      email: 'olivia.organiser@example.com',
      name: null,
    });
  });

  it('is not guessed at after a wrong password: locked accounts are hard to unlock', async () => {
    await expect(check({ password: 'wrong' })).rejects.toMatchObject({ code: 'unauthorized' });

    expect(harness.running.requests.filter(({ headers }) => headers['authorization'] !== undefined)).toHaveLength(1);
  });
});

describe('a server', () => {
  const start = async (answer: (request: IncomingMessage, response: ServerResponse) => void) => {
    const server = createServer((request, response) => void request.resume().on('end', () => answer(request, response)));
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    const stop = () =>
      new Promise<void>((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      });
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop };
  };
  const check = async (serverUrl: string, transport = undiciTransport()) => {
    const clock = { now: () => new Date(), sleep: async () => {} };
    const outbound = createOutbound({ provider: 'caldav', limits: caldav.limits, transport, limiter: inProcessRateLimiter(), clock });
    const { credentials } = caldav.connect({ config: {}, outbound, userAimedOutbound: outbound, now: clock.now });
    try {
      return await credentials.check({ server_url: serverUrl, username: 'u', password: 'p' }, 'connection-1').catch((error: unknown) => error);
    } finally {
      await transport.close();
    }
  };

  it.each([
    ['that knows no CalDAV', (_request: IncomingMessage, response: ServerResponse) => response.writeHead(404).end(), { code: 'not_found' }],
    [
      'that answers a page to everything',
      (_request: IncomingMessage, response: ServerResponse) => response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Hello</h1>'),
      { code: 'not_found', reason: 'no_principal' },
    ],
    [
      'that leads in circles',
      (request: IncomingMessage, response: ServerResponse) => response.writeHead(302, { location: `${request.url ?? ''}x` }).end(),
      { code: 'not_found', reason: 'no_principal' },
    ],
    [
      'that says nonsense',
      (_request: IncomingMessage, response: ServerResponse) => response.writeHead(207, { 'content-type': 'application/xml' }).end('<d:multistatus'),
      { code: 'not_found', reason: 'no_principal' },
    ],
  ])('%s leads nowhere', async (_what, answer, failure) => {
    const server = await start(answer);

    const outcome = await check(`${server.url}/dav`);
    await server.stop();

    expect(outcome).toMatchObject({ name: 'ProviderError', retryable: false, ...failure });
  });

  it('that answers far more than was asked is not read: reading it would stop everything else', async () => {
    const elements = Array.from({ length: 20_000 }, (_none, index) => `<a${index}>x</a${index}>`).join('');
    const server = await start((_request, response) =>
      response
        .writeHead(207, { 'content-type': 'application/xml' })
        .end(`<multistatus xmlns="DAV:"><response><propstat><prop>${elements}</prop></propstat></response></multistatus>`),
    );
    const begun = performance.now();

    const outcome = await check(`${server.url}/dav`);
    await server.stop();

    expect(outcome).toMatchObject({ code: 'invalid_response', reason: 'too_large' });
    // As many take tsdav a quarter of a minute.
    expect(performance.now() - begun).toBeLessThan(3_000);
  });

  it('inside our own network is not called', async () => {
    const refusing = { send: () => Promise.reject(new TransportError('refused', false)), close: () => Promise.resolve() };

    expect(await check('http://169.254.169.254', refusing)).toMatchObject({ code: 'address_refused', retryable: false });
  });

  it('may not lead from https to http, where everyone could read the password', async () => {
    const asked: string[] = [];
    const leading = {
      send: ({ url }: { readonly url: URL }) => {
        asked.push(url.href);
        return Promise.resolve({ status: 301, headers: new Headers({ location: 'http://dav.example.com/dav/' }), body: Buffer.alloc(0) });
      },
      close: () => Promise.resolve(),
    };

    expect(await check('https://dav.example.com', leading)).toMatchObject({ code: 'address_refused', reason: 'leads_elsewhere' });
    expect(asked.filter((url) => url.startsWith('http:'))).toEqual([]);
  });
});
