import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { undiciTransport, type Transport, type WireRequest } from './transport.js';

describe('the transport', () => {
  let server: Server;
  let transport: Transport;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  let connections = 0;

  beforeEach(async () => {
    connections = 0;
    server = createServer((request, response) => answer(request, response));
    server.on('connection', () => (connections += 1));
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    transport = undiciTransport({ responseBytesMax: 1_000, connectTimeoutMs: 500 });
  });
  afterEach(async () => {
    server.closeAllConnections();
    if (server.listening) await new Promise<void>((closed) => server.close(() => closed()));
    await transport.close();
  });

  const send = (request: Partial<WireRequest> = {}) => {
    const address = server.address() as AddressInfo | null;
    const url = new URL(`http://127.0.0.1:${address?.port ?? 1}/path?query=1`);
    return transport.send({ url, method: 'GET', headers: {}, body: null, timeoutMs: 5_000, signal: null, ...request });
  };
  const answerWith = (body: Buffer, headers: Record<string, string> = {}) => {
    answer = (_request, response) => response.writeHead(200, headers).end(body);
  };

  it('sends method, path, headers and body, and reads the answer', async () => {
    answer = async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      response
        .writeHead(201, { 'x-seen': String(request.headers['x-mine']) })
        .end(`${request.method} ${request.url} ${Buffer.concat(chunks).toString()}`);
    };

    const { status, headers, body } = await send({ method: 'POST', headers: { 'x-mine': 'yes' }, body: Buffer.from('hello') });

    expect([status, headers.get('x-seen'), body.toString()]).toEqual([201, 'yes', 'POST /path?query=1 hello']);
  });

  it('reads more than of others where an answer may be larger, packed or not, and no more than that', async () => {
    const body = Buffer.alloc(5_000, 'a');
    answerWith(body);
    expect((await send({ responseBytesMax: 5_000 })).body).toEqual(body);
    await expect(send({ responseBytesMax: 4_999 })).rejects.toMatchObject({ kind: 'too_large' });
    await expect(send()).rejects.toMatchObject({ kind: 'too_large' });

    answerWith(gzipSync(body), { 'content-encoding': 'gzip' });
    expect((await send({ responseBytesMax: 5_000 })).body).toEqual(body);
    await expect(send({ responseBytesMax: 4_999 })).rejects.toMatchObject({ kind: 'too_large' });
  });

  it('keeps connections for the calls that follow', async () => {
    answerWith(Buffer.from('ok'));

    for (let call = 0; call < 20; call += 1) await send();

    // A second one is opened when a call begins before the first is seen to be free.
    expect(connections).toBeLessThanOrEqual(2);
  });

  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
  ])('unpacks %s', async (encoding, compress) => {
    answerWith(compress(Buffer.from('packed')), { 'content-encoding': encoding });

    const { body, headers } = await send();

    expect([body.toString(), headers.get('content-encoding')]).toEqual(['packed', null]);
  });

  it('takes an answer of the full size and refuses a larger one', async () => {
    answerWith(Buffer.alloc(1_000));
    expect((await send()).body).toHaveLength(1_000);

    answerWith(Buffer.alloc(1_001));
    await expect(send()).rejects.toMatchObject({ kind: 'too_large', wasSent: true });
  });

  it('stops unpacking at the limit', async () => {
    const bomb = gzipSync(Buffer.alloc(500_000));
    answerWith(bomb, { 'content-encoding': 'gzip' });

    expect(bomb.byteLength).toBeLessThan(1_000);
    await expect(send()).rejects.toMatchObject({ kind: 'too_large' });
  });

  it.each([
    ['as it is', (body: Buffer) => body, {}],
    ['in gzip', gzipSync, { 'content-encoding': 'gzip' }],
    ['in brotli', brotliCompressSync, { 'content-encoding': 'br' }],
  ])('reads only the beginning when no more is wanted, however much follows (%s)', async (_how, pack, headers) => {
    const text = Array.from({ length: 5_000 }, (_none, index) => createHash('sha256').update(String(index)).digest('base64')).join('');
    answerWith(pack(Buffer.from(text)), headers);

    const { body } = await send({ prefixBytes: 600 });

    expect(body.byteLength).toBeGreaterThan(100);
    expect(text.startsWith(body.toString())).toBe(true);
  });

  it('reads all of an answer that is shorter than the beginning that is wanted', async () => {
    answerWith(gzipSync(Buffer.from('short')), { 'content-encoding': 'gzip' });

    expect((await send({ prefixBytes: 300 })).body.toString()).toBe('short');
  });

  it('refuses encodings it cannot read and bytes that are no gzip', async () => {
    answerWith(Buffer.from('x'), { 'content-encoding': 'zstd' });
    await expect(send()).rejects.toMatchObject({ kind: 'unreadable' });

    answerWith(Buffer.from('x'), { 'content-encoding': 'gzip' });
    await expect(send()).rejects.toMatchObject({ kind: 'unreadable' });
  });

  it('survives peers that close while their answer is unread', async () => {
    const uncaught: unknown[] = [];
    const note = (error: unknown) => uncaught.push(error);
    process.on('uncaughtException', note).on('unhandledRejection', note);
    answer = (_request, response) => {
      response.writeHead(200, { 'content-length': '10000000' });
      response.write(Buffer.alloc(100_000), () => response.socket?.resetAndDestroy());
    };

    const outcomes = await Promise.allSettled(Array.from({ length: 50 }, () => send()));

    // Late socket errors come with the next turns of the event loop.
    for (let turn = 0; turn < 20; turn += 1) await new Promise((next) => setImmediate(next));
    process.off('uncaughtException', note).off('unhandledRejection', note);
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['rejected']));
    expect(uncaught).toEqual([]);
  });

  it('says that a request surely was not sent when nobody listens', async () => {
    const { port } = server.address() as AddressInfo;
    await new Promise<void>((closed) => server.close(() => closed()));

    const refused = send({ url: new URL(`http://127.0.0.1:${port}/`) });

    await expect(refused).rejects.toMatchObject({ kind: 'network', wasSent: false });
  });

  it('says that a request may have been executed when the peer hangs up', async () => {
    answer = (request) => request.socket.destroy();

    await expect(send({ method: 'POST' })).rejects.toMatchObject({ kind: 'network', wasSent: true });
  });

  it('gives up when the time is over, also in the middle of an answer', async () => {
    answer = (_request, response) => response.writeHead(200).write('the beginning');

    await expect(send({ timeoutMs: 50 })).rejects.toMatchObject({ kind: 'timeout', wasSent: true });
  });

  it('gives up when the caller does', async () => {
    answer = () => undefined;

    await expect(send({ signal: AbortSignal.timeout(20) })).rejects.toMatchObject({ kind: 'aborted' });
  });

  it('does not follow redirects', async () => {
    answer = (_request, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end();

    expect((await send()).status).toBe(302);
  });

  it('says when an address may not be called, and that nothing was sent', async () => {
    const refusing = undiciTransport({}, () => (_target, done) => done(Object.assign(new Error('no'), { code: 'address_not_allowed' }), null));
    const url = new URL('http://inside.example/');

    await expect(refusing.send({ url, method: 'GET', headers: {}, body: null, timeoutMs: 1_000, signal: null })).rejects.toMatchObject({
      kind: 'refused',
      wasSent: false,
    });
    await refusing.close();
  });
});
