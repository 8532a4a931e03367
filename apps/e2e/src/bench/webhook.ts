import { createHmac } from 'node:crypto';

/** One webhook to be delivered. */
export interface Webhook {
  readonly id: string;
  readonly body: string;
}

/** Bytes of a body. */
const bodyBytes = 1_024;
/** POSTs at once: what Patchbay opens to one endpoint that answers quickly. */
export const concurrency = 64;
/** Nothing follows from it at any provider, so the delivery alone is measured. */
export const eventType = 'booking_completed';

const secret = Buffer.from('a secret of the benchmarks, 32 B');

/** The data of an event whose webhook has a body of 1 KB. */
export function eventData(userId: string, number: number): { booking_id: string; organizer: { user_id: string }; reason: string } {
  const data = { booking_id: `bench-${String(number).padStart(8, '0')}`, organizer: { user_id: userId }, reason: '' };
  return { ...data, reason: 'x'.repeat(bodyBytes - bodyOf(data).length) };
}

/** The body as Patchbay writes it: type, timestamp, data. */
export const bodyOf = (data: object): string => JSON.stringify({ type: eventType, timestamp: '2026-01-01T00:00:00.000Z', data });

/** The headers Patchbay sends, signed as Standard Webhooks has it. */
export function signedHeaders({ id, body }: Webhook): Record<string, string> {
  const timestamp = Math.floor(Date.now() / 1_000);
  const signature = createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64');
  return headersOf(id, timestamp, `v1,${signature}`);
}

export const headersOf = (id: string, timestamp: number, signature: string): Record<string, string> => ({
  'content-type': 'application/json',
  'user-agent': 'Patchbay-Webhooks/0.1.0',
  'webhook-id': id,
  'webhook-timestamp': String(timestamp),
  'webhook-signature': signature,
});
