import { Inject, Injectable } from '@nestjs/common';
import { Database, idOfTime, type PreparedStatement } from '@patchbay/database';
import type { LeasedDelivery } from '../deliveries/delivery.js';
import type { EventToStore } from './event-to-store.js';

/** A lease that deliveries of the fan-out are born with, because whoever stored the event sends them at once. */
export interface BirthLease {
  readonly token: string;
  readonly ms: number;
}

/** What a store statement did. */
export interface Stored {
  /** Ids that were not known before. */
  readonly freshIds: ReadonlySet<string>;
  /** Deliveries that are leased to the caller; empty without a lease. */
  readonly leased: readonly LeasedDelivery[];
  /** How many deliveries were made, leased or not. */
  readonly deliveryCount: number;
}

interface Row {
  readonly event_id: string;
  readonly delivery_id: string | null;
  readonly endpoint_id: string | null;
  readonly version: number | null;
}

/**
 * Event, outbox row and deliveries in one statement and so in one commit. The event's id decides whether it is new; only what is new is announced and
 * fanned out, so a repeat does nothing. Sorted, so that two statements with the same events cannot deadlock.
 */
const store: PreparedStatement = {
  name: 'event-store',
  text: `
    WITH input AS (
      SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::int[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::bool[])
        AS t(id, tenant_id, user_id, type, version, booking_id, payload, traceparent, subject, envelope, is_from_product)
    ), unknown AS (
      INSERT INTO event_ids (id, event_key) SELECT id, new_id() FROM input ORDER BY id ON CONFLICT (id) DO NOTHING RETURNING id, event_key
    ), fresh AS (
      SELECT input.*, event_key FROM input JOIN unknown USING (id)
    ), stored AS (
      INSERT INTO events (key, id, tenant_id, user_id, type, version, booking_id, payload, traceparent, is_from_product)
      SELECT event_key, id, tenant_id, user_id, type, version, booking_id, payload, traceparent, is_from_product FROM fresh
    ), announced AS (
      INSERT INTO outbox (id, subject, payload, traceparent)
      SELECT id, subject, envelope, traceparent FROM fresh WHERE envelope IS NOT NULL
    ), fanned AS (
      INSERT INTO deliveries (id, tenant_id, endpoint_id, event_key)
      SELECT delivery_id(fresh.event_key, endpoint.id), fresh.tenant_id, endpoint.id, fresh.event_key
      FROM fresh JOIN endpoints endpoint
        ON endpoint.user_id = fresh.user_id AND endpoint.tenant_id = fresh.tenant_id AND endpoint.deleted_at IS NULL
        AND endpoint.is_active AND fresh.type LIKE ANY (endpoint.event_likes)
      RETURNING id, tenant_id, endpoint_id, event_key
    ), waiting AS (
      INSERT INTO pending_deliveries (id, tenant_id, endpoint_id, event_key, lease_token, lease_until)
      SELECT id, tenant_id, endpoint_id, event_key, $12::uuid, clock_timestamp() + $13::float8 * interval '1 ms' FROM fanned
    )
    SELECT unknown.id AS event_id, fanned.id AS delivery_id, fanned.endpoint_id, endpoint.version
    FROM unknown LEFT JOIN fanned USING (event_key) LEFT JOIN endpoints endpoint ON endpoint.id = fanned.endpoint_id`,
};

const sweep: PreparedStatement = {
  name: 'event-id-sweep',
  text: `DELETE FROM event_ids WHERE id IN (SELECT id FROM event_ids WHERE event_key < $1 LIMIT $2) RETURNING id`,
};

/** The events table. */
@Injectable()
export class EventsRepository {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Stores events of which no id occurs twice, and fans out those that are new. */
  async store(events: readonly EventToStore[], lease: BirthLease | null): Promise<Stored> {
    const rows = await this.database.execute<Row>(store, [...columnsOf(events), lease?.token ?? null, lease?.ms ?? null]);
    const byId = new Map(events.map((event) => [event.id, event]));
    const made = rows.filter((row) => row.delivery_id !== null);
    const leased = lease === null ? [] : made.flatMap((row) => toLeasedDelivery(row, byId.get(row.event_id), lease));
    return { freshIds: new Set(rows.map((row) => row.event_id)), leased, deliveryCount: made.length };
  }

  /** Forgets that some events were stored before `before`: published once more, they are new. @returns how many. */
  async sweep(before: Date, limit: number): Promise<number> {
    return (await this.database.execute(sweep, [idOfTime(before), limit])).length;
  }
}

const columnsOf = (events: readonly EventToStore[]): readonly unknown[] => [
  events.map((event) => event.id),
  events.map((event) => event.tenantId),
  events.map((event) => event.userId),
  events.map((event) => event.type),
  events.map((event) => event.version),
  events.map((event) => event.bookingId),
  events.map((event) => event.payload),
  events.map((event) => event.traceparent),
  events.map((event) => event.subject),
  events.map((event) => event.envelope),
  events.map((event) => event.isFromProduct),
];

function toLeasedDelivery(row: Row, event: EventToStore | undefined, lease: BirthLease): readonly LeasedDelivery[] {
  if (row.delivery_id === null || row.endpoint_id === null || row.version === null || event === undefined) return [];
  return [
    {
      id: row.delivery_id,
      endpointId: row.endpoint_id,
      endpointVersion: row.version,
      eventId: event.id,
      attemptCount: 0,
      jobId: null,
      payload: event.payload,
      traceparent: event.traceparent,
      leaseToken: lease.token,
    },
  ];
}
