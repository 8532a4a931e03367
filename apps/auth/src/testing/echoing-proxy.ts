import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { request } from 'undici';

/** How a provider fails that repeats in its answer whatever it was sent. `drops` executes nothing and ends the connection. */
export type Misbehaviour = { readonly status: number; readonly error: string } | 'unparsable' | 'drops';

/** A provider with a bad memory for secrets, in front of one that behaves. */
export interface EchoingProxy {
  readonly url: string;
  /** Null: everything is passed on. */
  misbehaviour: Misbehaviour | null;
  /** Everything that went through in either direction. */
  readonly passed: readonly string[];
  stop(): Promise<void>;
}

/** Starts it on a free port of this machine. */
export async function startEchoingProxy(targetUrl: string): Promise<EchoingProxy> {
  const passed: string[] = [];
  const server = createServer((incoming, response) => void answer(incoming, response).catch(() => response.destroy()));
  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    passed.push(body.toString('utf8'));
    if (proxy.misbehaviour !== null) return misbehave(proxy.misbehaviour, response, `${JSON.stringify(incoming.headers)} ${body.toString('utf8')}`);
    const { connection: _connection, 'transfer-encoding': _encoding, ...headers } = incoming.headers;
    const method = incoming.method as 'GET';
    const answered = await request(`${targetUrl}${incoming.url}`, { method, headers, body: body.length === 0 ? null : body });
    const text = await answered.body.text();
    passed.push(text);
    const { 'content-length': _length, 'transfer-encoding': _chunked, connection: _kept, ...kept } = answered.headers;
    response.writeHead(answered.statusCode, kept as Record<string, string>).end(text);
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: EchoingProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    misbehaviour: null,
    passed,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return proxy;
}

function misbehave(how: Misbehaviour, response: ServerResponse, echo: string): void {
  if (how === 'drops') return void response.destroy();
  if (how === 'unparsable') return void response.writeHead(200, { 'content-type': 'application/json' }).end(`{"access_token": ${echo}`);
  const body = { error: how.error, error_description: `You sent: ${echo}`, message: echo, reason: echo };
  response
    .writeHead(how.status, { 'content-type': 'application/json', 'x-echo': encodeURIComponent(echo).slice(0, 4_000) })
    .end(JSON.stringify(body));
}
