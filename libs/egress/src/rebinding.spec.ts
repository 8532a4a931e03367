import { jest } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { Agent, request } from 'undici';
import { recordA, recordAaaa, recordCname, startNameServer, type NameServer, type Records } from './testing/index.js';

// On one machine nothing is public. So 127.0.0.1 stands for the internet here, and 127.0.0.2 for what is inside.
jest.unstable_mockModule('./address-classes.js', () => ({ isPublicAddress: (address: string) => address === '127.0.0.1' }));
const { EgressGuard } = await import('./egress-guard.js');
const { nameResolver } = await import('./name-resolver.js');

/** Everything but an IPv6 address answers the question for IPv4 addresses. */
const isAsked = (type: string, record: Buffer): boolean => (type === 'AAAA') === (record.length === 28 && record.readUInt16BE(2) === 28);

const outside = '127.0.0.1';
const inside = '127.0.0.2';

describe('a name whose server changes its mind', () => {
  const servers: Server[] = [];
  let port = 0;
  let canaryHits = 0;
  let records: readonly Records[];
  let nameServer: NameServer;

  beforeAll(async () => {
    const visible = createServer((_request, response) => void response.end('outside'));
    const canary = createServer((_request, response) => void response.end('inside'));
    canary.on('connection', () => (canaryHits += 1));
    await new Promise<void>((resolve) => visible.listen(0, outside, resolve));
    port = (visible.address() as AddressInfo).port;
    await new Promise<void>((resolve) => canary.listen(port, inside, resolve));
    servers.push(visible, canary);
    // One answer after the other, each to a pair of questions, and the last one for good.
    nameServer = await startNameServer((type) => {
      const turn = Math.min(Math.floor((nameServer.asked.length - 1) / 2), records.length - 1);
      return (records[turn] ?? []).filter((record) => isAsked(type, record));
    });
  });
  afterAll(async () => {
    await nameServer.stop();
    for (const server of servers) server.closeAllConnections();
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  });
  beforeEach(() => {
    canaryHits = 0;
    nameServer.asked.length = 0;
  });

  const guardNow = () => new EgressGuard({ allow: [], httpsOnly: false, resolve: nameResolver({ servers: [nameServer.server], keepMs: 0 }) });
  const reach = async (dispatcher: Agent): Promise<string> => {
    try {
      const { body } = await request(`http://rebind.example:${port}/`, { dispatcher });
      return await body.text();
    } catch (error) {
      return (error as { code: string }).code;
    }
  };

  it('is called where it was when it was checked, and nowhere once it points inside', async () => {
    records = [[recordA(outside)], [recordA(inside)]];
    const guard = guardNow();
    guard.checkUrl(`http://rebind.example:${port}/`);
    const [before, after] = [new Agent({ connect: guard.connector({}) }), new Agent({ connect: guard.connector({}) })];

    expect(await reach(before)).toBe('outside');
    expect(await reach(after)).toBe('address_not_allowed');
    expect(canaryHits).toBe(0);
    await Promise.all([before.destroy(), after.destroy()]);
  });

  it('keeps the connection that was checked, and gets no new one to where it points now', async () => {
    records = [[recordA(outside)], [recordA(inside)]];
    const agent = new Agent({ connect: guardNow().connector({}), connections: 1 });

    expect(await reach(agent)).toBe('outside');
    expect(await reach(agent)).toBe('outside');
    for (const server of servers) server.closeAllConnections();
    expect(await reach(agent)).toMatch(/address_not_allowed|UND_ERR_SOCKET/);
    expect(await reach(agent)).toBe('address_not_allowed');
    expect(canaryHits).toBe(0);
    await agent.destroy();
  });

  it.each([
    ['an address outside and one inside', [recordA(outside), recordA(inside)]],
    ['an address inside and one outside', [recordA(inside), recordA(outside)]],
    ['another name that points inside', [recordCname('db.internal.example'), recordA(inside, 'db.internal.example')]],
    ['an IPv4 address outside and an IPv6 address inside', [recordA(outside), recordAaaa('00000000000000000000000000000001')]],
    ['an IPv6 address that holds an IPv4 address', [recordAaaa('00000000000000000000ffff7f000002')]],
  ])('is not called when it has %s', async (_what, only) => {
    records = [only];
    const agent = new Agent({ connect: guardNow().connector({}) });

    expect(await reach(agent)).toBe('address_not_allowed');
    expect(canaryHits).toBe(0);
    await agent.destroy();
  });

  it('would be called there by anybody who does not look', async () => {
    const agent = new Agent({ connect: { lookup: (_name, _options, done) => done(null, [{ address: inside, family: 4 }]) } });

    expect(await reach(agent)).toBe('inside');
    expect(canaryHits).toBe(1);
    await agent.destroy();
  });
});

describe('a guarded connection', () => {
  it('speaks HTTP/1.1 alone, so that no other name can travel on it', async () => {
    const hello = new Promise<string>((resolve) => {
      const server = createTcpServer((socket) =>
        socket.once('data', (bytes) => {
          socket.destroy();
          server.close();
          resolve(bytes.toString('latin1'));
        }),
      );
      server.listen(0, outside, () => {
        const { port } = server.address() as AddressInfo;
        const guard = new EgressGuard({ allow: [], httpsOnly: false, resolve: async () => [{ address: outside, family: 4 }] });
        guard.connector({})({ hostname: 'customer.example', host: 'customer.example', protocol: 'https:', port: String(port) }, () => undefined);
      });
    });

    // Protocols are offered with their lengths before them. https://www.rfc-editor.org/rfc/rfc7301#section-3.1
    expect(await hello).toContain('\u0008http/1.1');
    expect(await hello).not.toContain('\u0002h2');
  });
});
