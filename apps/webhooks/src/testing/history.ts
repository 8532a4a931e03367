import type { Customer } from './customers.js';
import type { TestWebhooks } from './start-webhooks.js';

/** Stores events with a delivery each to a customer's endpoint that ended after one attempt. @returns the ids of the events. */
export async function storeHistory(
  { sql }: TestWebhooks,
  { userId, endpoint }: Pick<Customer, 'userId' | 'endpoint'>,
  { status, count }: { readonly status: 'succeeded' | 'failed'; readonly count: number },
): Promise<readonly string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `WITH stored AS (
       INSERT INTO events (key, id, user_id, type, version, payload)
       SELECT new_id(), gen_random_uuid(), $1, 'booking_created', 1, '{}' FROM generate_series(1, $3::int) RETURNING key, id
     ), known AS (
       INSERT INTO event_ids (id, event_key) SELECT id, key FROM stored
     ), fanned AS (
       INSERT INTO deliveries (endpoint_id, id, event_key) SELECT $2::uuid, delivery_id(key, $2), key FROM stored RETURNING id
     ), attempted AS (
       INSERT INTO delivery_attempts (delivery_id, attempt, attempted_at, status_code, duration_ms, error)
       SELECT id, 1, now(), CASE $4 WHEN 'succeeded' THEN 200 ELSE 503 END, 5, CASE $4 WHEN 'succeeded' THEN NULL ELSE 'status_not_2xx' END FROM fanned
     )
     SELECT id FROM stored`,
    [userId, endpoint.id, count, status],
  );
  return rows.map(({ id }) => id);
}

/** Makes an event's delivery to a customer's endpoint due again, as if its time had come, leased to whoever is named. */
export async function makeDue(
  { sql }: TestWebhooks,
  eventId: string,
  { endpoint, lease }: { readonly endpoint: { readonly id: string }; readonly lease?: { readonly token: string; readonly ms: number } },
): Promise<void> {
  await sql.query(
    `WITH fanned AS (
       INSERT INTO deliveries (endpoint_id, id, event_key) SELECT $2::uuid, delivery_id(event_key, $2), event_key FROM event_ids WHERE id = $1
       ON CONFLICT DO NOTHING
     )
     INSERT INTO pending_deliveries (id, endpoint_id, event_key, attempt_count, lease_token, lease_until)
     SELECT delivery_id(event_key, $2), $2, event_key, coalesce(max(attempt), 0), $3, now() + $4::int * interval '1 ms'
     FROM event_ids LEFT JOIN delivery_attempts ON delivery_id = delivery_id(event_key, $2) WHERE id = $1 GROUP BY event_key`,
    [eventId, endpoint.id, lease?.token ?? null, lease?.ms ?? null],
  );
}
