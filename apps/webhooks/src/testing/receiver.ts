import { createPublicKey, verify as verifyBytes } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';

/** One POST as it came in. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly at: number;
}

/** Answers a POST, or does worse to it. */
export type Behaviour = (received: Received, response: ServerResponse) => void;

/** A customer's receiver on localhost, with one behaviour per path. */
export interface Receiver {
  readonly host: string;
  readonly url: (path: string) => string;
  readonly received: Received[];
  readonly at: (path: string) => readonly Received[];
  readonly behave: (path: string, behaviour: Behaviour) => void;
  readonly stop: () => Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const behaviours = new Map<string, Behaviour>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const one = { path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString('utf8'), at: Date.now() };
      received.push(one);
      (behaviours.get(one.path) ?? answer(200))(one, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    url: (path) => `http://${host}${path}`,
    received,
    at: (path) => received.filter((one) => one.path === path),
    behave: (path, behaviour) => void behaviours.set(path, behaviour),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export const answer =
  (status: number, headers: Readonly<Record<string, string>> = {}, body: string | Buffer = ''): Behaviour =>
  (_received, response) =>
    void response.writeHead(status, headers).end(body);

/** Behaviours one after the other; the last one stays. */
export const inTurn = (...behaviours: readonly [Behaviour, ...Behaviour[]]): Behaviour => {
  let turn = 0;
  return (received, response) => (behaviours[Math.min(turn++, behaviours.length - 1)] ?? behaviours[0])(received, response);
};

/** What a customer's own code does: the official verifier throws when the signature does not fit the bytes. */
export const verify = (secret: string, { headers, body }: Received): unknown => new Webhook(secret).verify(body, headers as Record<string, string>);

const spkiHead = Buffer.from('302a300506032b6570032100', 'hex');

/** The same with a `whpk_…` key, by the text of the specification: the official verifiers know no `v1a`. */
export function verifyWithPublicKey(publicKey: string, { headers, body }: Received): boolean {
  const der = Buffer.concat([spkiHead, Buffer.from(publicKey.slice('whpk_'.length), 'base64')]);
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
  const content = Buffer.from(`${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`);
  const signatures = String(headers['webhook-signature'])
    .split(' ')
    .filter((each) => each.startsWith('v1a,'));
  return signatures.some((each) => verifyBytes(null, content, key, Buffer.from(each.slice('v1a,'.length), 'base64')));
}

/** Waits for a condition, which is looked at often; the test's own deadline ends it. */
export async function until<Value>(look: () => Value | Promise<Value>, isThere: (value: Value) => boolean = Boolean): Promise<Value> {
  for (;;) {
    const value = await look();
    if (isThere(value)) return value;
    await sleep(10);
  }
}
