import { createWebhookEndpoint } from '@patchbay/contracts';
import { PatchbayClient } from '@patchbay/api-client';
import { fetch } from 'undici';
import type { BenchStack } from './bench-stack.js';
import type { BenchDatabase } from './database.js';
import { bodyOf, eventData, eventType } from './webhook.js';

/** Adds the endpoint that every event of the benchmarks goes to. @returns its id. */
export async function addEndpoint({ stack, user, receiverUrl }: BenchStack): Promise<string> {
  const client = new PatchbayClient({ baseUrl: stack.gatewayUrl, token: user.token, fetch });
  const endpoint = await client.call(createWebhookEndpoint, { name: 'benchmarks', webhook_url: receiverUrl, events: [eventType] });
  return endpoint.id;
}

/** Stores events with a delivery each, as the fan-out would, while nobody delivers. */
export async function seedDeliveries(database: BenchDatabase, backlog: { userId: string; endpointId: string; count: number }): Promise<void> {
  const [before, after] = bodyOf(eventData(backlog.userId, 0)).split('bench-00000000');
  await database.rows(
    `WITH stored AS (
       INSERT INTO webhooks.events (id, user_id, type, version, booking_id, payload)
       SELECT webhooks.new_id(), $1::uuid, $2, 1, booking, $3::text || booking || $4::text
       FROM generate_series(1, $5::int) AS number, LATERAL (SELECT 'bench-' || lpad(number::text, 8, '0') AS booking) AS named
       RETURNING id
     )
     INSERT INTO webhooks.deliveries (id, user_id, endpoint_id, event_id) SELECT webhooks.new_id(), $1::uuid, $6::uuid, id FROM stored`,
    [backlog.userId, eventType, before, after, backlog.count, backlog.endpointId],
  );
}

/** Deliveries whose outcome is not written yet. */
export async function unfinishedDeliveries(database: BenchDatabase): Promise<number> {
  const rows = await database.rows<{ count: number }>(`SELECT count(*)::int AS count FROM webhooks.deliveries WHERE status = 'pending'`);
  return rows[0]?.count ?? NaN;
}

/** Event → when it was stored, in milliseconds of the machine's clock; the commit comes after it. */
export async function storedAt(database: BenchDatabase, since: Date): Promise<ReadonlyMap<string, number>> {
  const text = `SELECT id, extract(epoch FROM created_at)::float8 * 1000 AS at FROM webhooks.events WHERE created_at >= $1`;
  return new Map((await database.rows<{ id: string; at: number }>(text, [since])).map(({ id, at }) => [id, at]));
}
