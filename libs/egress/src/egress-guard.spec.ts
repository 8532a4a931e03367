import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent, request } from 'undici';
import { isPublicAddress } from './address-classes.js';
import { AddressNotAllowedError, EgressGuard } from './egress-guard.js';
import type { Resolve } from './name-resolver.js';

const guard = new EgressGuard({ allow: [], httpsOnly: false });
const refused = (url: string) => expect(() => guard.checkUrl(url)).toThrow(AddressNotAllowedError);

describe('a URL', () => {
  it.each([
    '127.0.0.1',
    '127.1',
    '0',
    '0.0.0.0',
    '0177.0.0.1',
    '017700000001',
    '0x7f.1',
    '2130706433',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '192.0.0.1',
    '192.0.2.1',
    '198.18.0.1',
    '198.51.100.1',
    '203.0.113.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '192.88.99.1',
    '[::1]',
    '[::]',
    '[fe80::1]',
    '[fc00::1]',
    '[fd00:ec2::254]',
    '[ff02::1]',
    '[::ffff:7f00:1]',
    '[::ffff:a9fe:a9fe]',
    '[::ffff:8.8.8.8]',
    '[::7f00:1]',
    '[64:ff9b::a9fe:a9fe]',
    '[64:ff9b:1::1]',
    '[2002:7f00:1::]',
    '[2001:0:4136:e378::]',
    '[2001:db8::1]',
    '[3fff::1]',
    '[5f00::1]',
    '[fec0::1]',
    '[100::1]',
    'localhost',
    'LOCALHOST',
    'localhost.',
    'redis',
    'foo.localhost',
    'metadata.google.internal',
    '127.0.0.1.',
    '１２７.0.0.1',
    'printer.local',
  ])('with the host %s is refused', (host) => {
    refused(`http://${host}/`);
    refused(`https://${host}/`);
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
  ])('%p is refused', refused);

  it.each([22, 25, 110, 143, 4_222, 5_432, 6_379, 2_375, 9_200, 11_211, 0])('with port %i is refused', (port) =>
    refused(`http://example.com:${port}/`),
  );

  it.each(['https://example.com/hook?x=1', 'http://example.com:8080/', 'https://1.1.1.1/', 'https://[2606:4700::1111]/', 'https://example.com:443/'])(
    '%s is allowed',
    (url) => {
      expect(guard.checkUrl(url).href).toBe(url.replace(':443/', '/'));
    },
  );

  it('must be https in production', () => {
    const strict = new EgressGuard({ allow: [], httpsOnly: true });

    expect(() => strict.checkUrl('http://example.com/')).toThrow(AddressNotAllowedError);
    expect(strict.checkUrl('https://example.com/').hostname).toBe('example.com');
  });
});

describe('isPublicAddress', () => {
  it.each(['', 'example.com', 'fe80::1%eth0', '::ffff:10.0.0.1', '0.0.0.0'])('says no to %p', (address) =>
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
