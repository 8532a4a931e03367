import type { BenchDatabase } from './database.js';
import { bodyOf, eventData, eventType } from './webhook.js';

/** Stores events with a delivery each, as the fan-out would, while nobody delivers. */
export async function seedDeliveries(database: BenchDatabase, backlog: { userId: string; endpointId: string; count: number }): Promise<void> {
  const [before, after] = bodyOf(eventData(backlog.userId, 0)).split('bench-00000000');
  await database.rows(
    `WITH stored AS (
       INSERT INTO webhooks.events (key, id, user_id, type, version, booking_id, payload)
       SELECT webhooks.new_id(), gen_random_uuid(), $1::uuid, $2, 1, booking, $3::text || booking || $4::text
       FROM generate_series(1, $5::int) AS number, LATERAL (SELECT 'bench-' || lpad(number::text, 8, '0') AS booking) AS named
       RETURNING key, id
     ), known AS (
       INSERT INTO webhooks.event_ids (id, event_key) SELECT id, key FROM stored
     ), fanned AS (
       INSERT INTO webhooks.deliveries (id, endpoint_id, event_key) SELECT webhooks.delivery_id(key, $6::uuid), $6::uuid, key FROM stored
       RETURNING id, endpoint_id, event_key
     )
     INSERT INTO webhooks.pending_deliveries (id, endpoint_id, event_key) SELECT id, endpoint_id, event_key FROM fanned`,
    [backlog.userId, eventType, before, after, backlog.count, backlog.endpointId],
  );
}

/** Deliveries whose outcome is not written yet. */
export async function unfinishedDeliveries(database: BenchDatabase): Promise<number> {
  const rows = await database.rows<{ count: number }>(`SELECT count(*)::int AS count FROM webhooks.pending_deliveries`);
  return rows[0]?.count ?? NaN;
}

/** Event → when it was stored, in milliseconds of the machine's clock; the commit comes after it. */
export async function storedAt(database: BenchDatabase, since: Date): Promise<ReadonlyMap<string, number>> {
  const text = `SELECT id, extract(epoch FROM created_at)::float8 * 1000 AS at FROM webhooks.events WHERE created_at >= $1`;
  return new Map((await database.rows<{ id: string; at: number }>(text, [since])).map(({ id, at }) => [id, at]));
}
