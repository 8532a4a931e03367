import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createFakeCallbacks, isCallableAddress } from './fake-callbacks.js';

describe('what a fake calls back', () => {
  let server: Server;
  let address: string;
  let statuses: number[];
  const bodies: string[] = [];

  beforeEach(async () => {
    statuses = [];
    bodies.length = 0;
    server = createServer((incoming, outgoing) => {
      let body = '';
      incoming.on('data', (chunk: Buffer) => (body += chunk.toString()));
      incoming.on('end', () => {
        bodies.push(body);
        outgoing.writeHead(statuses.shift() ?? 200).end(`got ${body}`);
      });
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });
  const call = (body: string) => ({ address, headers: {}, body });

  it('comes in the order in which it was sent, and again when the answer was 5xx', async () => {
    const callbacks = createFakeCallbacks();
    statuses = [503];

    callbacks.send('a channel', call('first'));
    callbacks.send('a channel', call('second'));
    await callbacks.idle();

    expect(bodies).toEqual(['first', 'first', 'second']);
  });

  it('does not come again when it was refused', async () => {
    const callbacks = createFakeCallbacks();
    statuses = [401];

    callbacks.send('a channel', call('first'));
    await callbacks.idle();

    expect(bodies).toEqual(['first']);
  });

  it('does not come at all when it was forgotten before', async () => {
    const callbacks = createFakeCallbacks();
    callbacks.send('a channel', call('first'));
    callbacks.forget();
    callbacks.send('another channel', call('second'));
    await callbacks.idle();

    expect(bodies).toEqual(['second']);
  });

  it('has an answer where somebody is there', async () => {
    const { ask } = createFakeCallbacks();

    expect(await ask(call('who?'))).toEqual({ status: 200, body: 'got who?' });
    expect(await ask({ ...call('who?'), address: 'http://127.0.0.1:1/' })).toBeNull();
  });

  it.each([
    ['https://patchbay.example.com/hooks', true],
    ['http://127.0.0.1:4000/hooks', true],
    ['http://localhost:4000/hooks', true],
    ['http://patchbay.example.com/hooks', false],
    ['ftp://127.0.0.1/', false],
    ['nowhere', false],
    [7, false],
  ])('may be sent to %p: %p', (to, isCallable) => {
    expect(isCallableAddress(to)).toBe(isCallable);
  });
});
