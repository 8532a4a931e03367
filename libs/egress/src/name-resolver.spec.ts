import { nameResolver } from './name-resolver.js';
import { recordA, startNameServer, type Records } from './testing/index.js';

const customer = (type: string): Records => (type === 'A' ? [recordA('93.184.216.34')] : []);

describe('a name', () => {
  it('is asked for once, however many want it at once and shortly after', async () => {
    const nameServer = await startNameServer(customer);
    const resolve = nameResolver({ servers: [nameServer.server] });

    const answers = await Promise.all([1, 2, 3].map(() => resolve('customer.example')));
    const later = await resolve('customer.example');
    await nameServer.stop();

    expect([...answers, later]).toEqual(Array.from({ length: 4 }, () => [{ address: '93.184.216.34', family: 4 }]));
    expect(nameServer.asked.sort()).toEqual(['A', 'AAAA']);
  });

  it('that does not exist has no addresses', async () => {
    const nameServer = await startNameServer(() => ({ code: 3 }));

    const addresses = await nameResolver({ servers: [nameServer.server] })('nobody.example');
    await nameServer.stop();

    expect(addresses).toEqual([]);
  });

  it('whose server hangs fails in time and delays no other', async () => {
    const silent = await startNameServer(() => undefined);
    const quick = await startNameServer(customer);
    const hanging = nameResolver({ servers: [silent.server], timeoutMs: 300 });
    const ends: string[] = [];

    const failures = Array.from({ length: 8 }, (_none, index) =>
      hanging(`hangs-${index}.example`).then(
        () => 'resolved',
        (error: { code: string }) => (ends.push('hanging'), error.code),
      ),
    );
    await nameResolver({ servers: [quick.server] })('customer.example').then(() => ends.push('quick'));
    const codes = await Promise.all(failures);
    await Promise.all([silent.stop(), quick.stop()]);

    expect(ends[0]).toBe('quick');
    expect(codes).toEqual(Array.from({ length: 8 }, () => 'name_not_resolved'));
  });
});
