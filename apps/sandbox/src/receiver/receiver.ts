import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Receiver, ReceiverBehaviour, Receivers } from './receiver-store.js';

const bodyBytesMax = 10 * 1024 * 1024;
const filler = Buffer.alloc(64 * 1024, '.');

/**
 * Takes a webhook when the request is one: `POST /receiver/{name}`. Answers before it judges, and beside the framework: a receiver
 * that measures a sender must not be what the sender waits for.
 */
export const receiveWebhook = (receivers: Receivers, incoming: IncomingMessage, outgoing: ServerResponse): boolean => {
  if (incoming.method !== 'POST') return false;
  const name = /^\/receiver\/([\w.~-]{1,100})\/?(?:\?|$)/.exec(incoming.url ?? '')?.[1];
  if (name === undefined) return false;

  const receiver = receivers.named(name);
  const chunks: Buffer[] = [];
  let size = 0;
  incoming.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= bodyBytesMax) chunks.push(chunk);
  });
  incoming.on('error', () => outgoing.destroy());
  incoming.on('end', () => {
    // Copied also when it is one chunk: a chunk keeps the whole read buffer of its connection alive.
    if (size > bodyBytesMax) outgoing.writeHead(413).end();
    else take(receiver, incoming, { outgoing, body: Buffer.concat(chunks) });
  });
  return true;
};

const take = (receiver: Receiver, incoming: IncomingMessage, { outgoing, body }: { outgoing: ServerResponse; body: Buffer }): void => {
  const behaviour = receiver.takeBehaviour();
  if (behaviour.delay_ms === 0) answer(outgoing, behaviour);
  else setTimeout(() => answer(outgoing, behaviour), behaviour.delay_ms);

  const { headers, rawHeaders } = incoming;
  const arrived = {
    rawHeaders,
    webhookId: one(headers['webhook-id']),
    timestamp: one(headers['webhook-timestamp']),
    signature: one(headers['webhook-signature']),
    body,
    answered: behaviour.drop_after_reading ? 'no answer' : String(behaviour.status),
  };
  receiver.keep(arrived, behaviour.verify);
};

const answer = (
  outgoing: ServerResponse,
  { status, body_bytes: bodyBytes, drop_after_reading: drops, retry_after: retryAfter }: ReceiverBehaviour,
): void => {
  if (drops) {
    outgoing.destroy();
    return;
  }
  outgoing.writeHead(status, { 'content-length': bodyBytes, ...(retryAfter === null ? {} : { 'retry-after': retryAfter }) });
  for (let left = bodyBytes; left > 0; left -= filler.length) outgoing.write(left >= filler.length ? filler : filler.subarray(0, left));
  outgoing.end();
};

const one = (header: string | string[] | undefined): string => (Array.isArray(header) ? header.join(',') : (header ?? ''));
