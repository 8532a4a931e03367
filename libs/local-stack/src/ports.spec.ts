import { createServer } from 'node:net';
import { once } from 'node:events';
import { assertPortsFree, freePort, freePorts, portsFromEnvironment } from './ports.js';

describe('portsFromEnvironment', () => {
  it('takes the usual ports, unless a variable names another', () => {
    const ports = portsFromEnvironment({ PATCHBAY_GATEWAY_PORT: '4999' });

    expect(ports.gateway).toBe(4999);
    expect(ports.sandbox).toBe(4400);
  });

  it('moves all usual ports by the offset', () => {
    const ports = portsFromEnvironment({ PATCHBAY_PORT_OFFSET: '1000', PATCHBAY_NATS_PORT: '4222' });

    expect([ports.gateway, ports.postgres, ports.nats]).toEqual([5000, 6433, 4222]);
  });

  it.each(['0', '65536', 'http', '80.5'])('refuses %s, naming the variable', (text) => {
    expect(() => portsFromEnvironment({ PATCHBAY_NATS_PORT: text })).toThrow('PATCHBAY_NATS_PORT must be a port number (1 to 65535).');
  });
});

describe('assertPortsFree', () => {
  it('says which port is taken and which variable chooses another', async () => {
    const port = await freePort();
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');

    const outcome = assertPortsFree({ ...(await freePorts()), gateway: port }, ['gateway', 'sandbox']);

    await expect(outcome).rejects.toThrow(
      new RegExp(`^Port ${port} \\(gateway\\) is in use.*; choose another with PATCHBAY_GATEWAY_PORT=<port>\\.$`),
    );
    server.close();
  });

  // Nothing else would say so: the stack starts, and every call of it fails.
  it('refuses a gateway where no browser would call it', async () => {
    const outcome = assertPortsFree(portsFromEnvironment({ PATCHBAY_PORT_OFFSET: '2000' }), ['gateway']);

    await expect(outcome).rejects.toThrow(
      'Port 6000 (gateway) is one that browsers refuse to call; choose another with PATCHBAY_GATEWAY_PORT=<port>.',
    );
  });

  it('refuses one port for two listeners', async () => {
    const port = await freePort();

    const outcome = assertPortsFree({ ...(await freePorts()), gateway: port, sandbox: port }, ['gateway', 'sandbox']);

    await expect(outcome).rejects.toThrow(`Port ${port} is wanted twice`);
  });
});
