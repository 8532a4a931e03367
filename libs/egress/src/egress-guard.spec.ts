import { createServer } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { Agent, request } from 'undici';
import { isPublicAddress } from './address-classes.js';
import { AddressNotAllowedError, EgressGuard } from './egress-guard.js';
import type { Resolve } from './name-resolver.js';
import { internalHosts, publicHosts } from './testing/index.js';

const guard = new EgressGuard({ allow: [], httpsOnly: false });
const refused = (url: string) => expect(() => guard.checkUrl(url)).toThrow(AddressNotAllowedError);

describe('a URL', () => {
  it.each(internalHosts)('with the host %s is refused', (host) => {
    for (const url of [
      `http://${host}/`,
      `https://${host}/`,
      `HTTPS://${host}:8443/hook`,
      `http:\\\\${host}\\`,
      `https:${host}/`,
      `\t https://${host}/`,
    ])
      refused(url);
  });

  it.each([
    'file:///etc/passwd',
    'ftp://example.com/',
    'gopher://example.com/',
    'http://user@example.com/',
    'http://user:pw@example.com/',
    'nonsense',
    '',
    'http://[fe80::1%25eth0]/',
    'javascript:alert(1)',
    'unix:/var/run/docker.sock',
    'http://unix:/var/run/docker.sock:/containers/json',
    'data:text/plain,hello',
    'ws://example.com/',
    'http://',
    'https://?',
  ])('%p is refused', refused);

  it.each([0, 21, 22, 23, 25, 53, 110, 143, 445, 587, 2_375, 3_306, 4_222, 5_432, 6_379, 9_200, 10_250, 11_211, 27_017])(
    'with port %i is refused',
    (port) => refused(`http://example.com:${port}/`),
  );

  it('with a port that the operator allows is taken, at that host only', () => {
    const lenient = new EgressGuard({ allow: ['mail.example.com:25', '[::1]:9000'], httpsOnly: false });

    expect(lenient.checkUrl('http://mail.example.com:25/').port).toBe('25');
    expect(lenient.checkUrl('http://[::1]:9000/').hostname).toBe('[::1]');
    for (const url of ['http://example.com:25/', 'http://mail.example.com:22/', 'http://[::1]:9001/', 'http://mail.example.com.evil.example:25/'])
      expect(() => lenient.checkUrl(url)).toThrow(AddressNotAllowedError);
  });

  it.each([...publicHosts.map((host) => `https://${host}/`), 'https://example.com/hook?x=1', 'http://example.com:8080/', 'https://example.com:443/'])(
    '%s is allowed',
    (url) => {
      expect(guard.checkUrl(url).href).toBe(new URL(url).href);
    },
  );

  it('must be https in production', () => {
    const strict = new EgressGuard({ allow: [], httpsOnly: true });

    expect(() => strict.checkUrl('http://example.com/')).toThrow(AddressNotAllowedError);
    expect(strict.checkUrl('https://example.com/').hostname).toBe('example.com');
  });
});

describe('isPublicAddress', () => {
  it.each(['', 'example.com', 'fe80::1%eth0', '2606:4700::1111%eth0', '::ffff:10.0.0.1', '0.0.0.0'])('says no to %p', (address) =>
    expect(isPublicAddress(address)).toBe(false),
  );
  it.each(['1.1.1.1', '8.8.8.8', '2606:4700::1111'])('says yes to %s', (address) => expect(isPublicAddress(address)).toBe(true));
});

describe('a connection', () => {
  const canary = createServer((_request, response) => void response.end('inside'));
  let hits = 0;
  let port = 0;
  beforeAll(async () => {
    canary.on('connection', () => (hits += 1));
    await new Promise<void>((resolve) => canary.listen(0, '127.0.0.1', resolve));
    port = (canary.address() as AddressInfo).port;
  });
  afterAll(() => new Promise<void>((resolve) => void canary.close(() => resolve())));

  const reach = async (host: string, resolve: Resolve, allow: readonly string[] = [], httpsOnly = false) => {
    const dispatcher = new Agent({ connect: new EgressGuard({ allow, httpsOnly, resolve }).connector({}) });
    try {
      const { body } = await request(`http://${host}:${port}/`, { dispatcher });
      return await body.text();
    } catch (error) {
      return error;
    } finally {
      await dispatcher.destroy();
    }
  };
  const answering =
    (...addresses: readonly string[]): Resolve =>
    () =>
      Promise.resolve(addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));

  it.each([
    ['a name that points inside', ['127.0.0.1']],
    ['a name with a public and an internal address', ['93.184.216.34', '127.0.0.1']],
    ['a name without an address', []],
    ['a name that points to a mapped address', ['::ffff:127.0.0.1']],
  ])('to %s is never made', async (_what, addresses) => {
    expect(await reach('rebind.example', answering(...addresses))).toMatchObject({ code: 'address_not_allowed' });
    expect(hits).toBe(0);
  });

  it('to a name that was public when it was checked is judged by what it is now', async () => {
    const answers = [['93.184.216.34'], ['127.0.0.1']];
    const resolve: Resolve = (hostname) => answering(...(answers.shift() ?? []))(hostname);
    const moody = new EgressGuard({ allow: [], httpsOnly: false, resolve });
    moody.checkUrl(`http://rebind.example:${port}/`);
    await resolve('rebind.example');

    expect(await reach('rebind.example', resolve)).toMatchObject({ code: 'address_not_allowed' });
    expect(hits).toBe(0);
  });

  it.each(internalHosts)('to %s is never made, however its URL was read', async (host) => {
    const connect = new EgressGuard({ allow: [], httpsOnly: false, resolve: answering('127.0.0.1') }).connector({});
    const hostname = host.split('@').at(-1) ?? '';

    const error = await new Promise((settle) =>
      connect({ hostname, host: hostname, protocol: 'http:', port: String(port) }, (...[failure]) => settle(failure)),
    );

    expect(error).toMatchObject({ code: 'address_not_allowed' });
    expect(hits).toBe(0);
  });

  it('that came to be elsewhere than the name server said is ended before anything is sent', async () => {
    const answers = ['93.184.216.34'];
    const twoFaced = {
      family: 4,
      get address() {
        return answers.shift() ?? '127.0.0.1';
      },
    };
    let sent = '';
    const inside = createTcpServer((socket) => socket.on('data', (text) => (sent += text.toString())));
    await new Promise<void>((resolve) => inside.listen(0, '127.0.0.1', resolve));
    const at = (inside.address() as AddressInfo).port;
    const dispatcher = new Agent({ connect: new EgressGuard({ allow: [], httpsOnly: false, resolve: async () => [twoFaced] }).connector({}) });

    const failure = await request(`http://rebind.example:${at}/`, { dispatcher, headersTimeout: 1_000 }).catch((error: unknown) => error);
    await dispatcher.destroy();
    await new Promise((resolve) => inside.close(resolve));

    expect(failure).toMatchObject({ code: 'address_not_allowed' });
    expect(sent).toBe('');
  });

  it('to a literal inside is never made', async () => {
    expect(await reach('127.0.0.1', answering())).toMatchObject({ code: 'address_not_allowed' });
    expect(hits).toBe(0);
  });

  it('is made to what the operator allows, and to that port only', async () => {
    expect(await reach('127.0.0.1', answering(), [`127.0.0.1:${port + 1}`])).toMatchObject({ code: 'address_not_allowed' });
    expect(await reach('127.0.0.1', answering(), [`127.0.0.1:${port}`])).toBe('inside');
  });

  it('without TLS is never made in production, not even to what the operator allows', async () => {
    expect(await reach('127.0.0.1', answering(), [`127.0.0.1:${port}`], true)).toMatchObject({ code: 'address_not_allowed' });
  });
});
