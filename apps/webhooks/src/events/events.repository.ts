import { Inject, Injectable } from '@nestjs/common';
import { Database, type PreparedStatement } from '@patchbay/database';
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
 * Event, outbox row, activity row and deliveries in one statement and so in one commit. The event's id decides whether it is new; only what is
 * new is announced, logged and fanned out, so a repeat does nothing. Sorted, so that two statements with the same events cannot deadlock.
 */
const store: PreparedStatement = {
  name: 'event-store',
  text: `
    WITH input AS (
      SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::int[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::bool[])
        AS t(id, tenant_id, user_id, type, version, booking_id, payload, traceparent, subject, envelope, is_from_product)
    ), stored AS (
      INSERT INTO events (id, tenant_id, user_id, type, version, booking_id, payload, traceparent)
      SELECT id, tenant_id, user_id, type, version, booking_id, payload, traceparent FROM input ORDER BY id
      ON CONFLICT (id) DO NOTHING RETURNING id
    ), fresh AS (
      SELECT input.* FROM input JOIN stored USING (id)
    ), announced AS (
      INSERT INTO outbox (id, subject, payload, traceparent)
      SELECT id, subject, envelope, traceparent FROM fresh WHERE envelope IS NOT NULL
    ), logged AS (
      INSERT INTO activities (id, tenant_id, user_id, log_type, integration_type, booking_id, message, details, success, trace_id)
      SELECT new_id(), tenant_id, user_id, 'event_received', 'webhook', booking_id, 'Received ' || type || '.',
        json_build_object('event_id', id, 'event_type', type)::text, true, substr(traceparent, 4, 32)
      FROM fresh WHERE is_from_product
    ), fanned AS (
      INSERT INTO deliveries (id, tenant_id, user_id, endpoint_id, event_id, lease_token, lease_until)
      SELECT new_id(), fresh.tenant_id, fresh.user_id, endpoint.id, fresh.id, $12::uuid, clock_timestamp() + $13::float8 * interval '1 ms'
      FROM fresh JOIN endpoints endpoint
        ON endpoint.user_id = fresh.user_id AND endpoint.tenant_id = fresh.tenant_id AND endpoint.deleted_at IS NULL
        AND endpoint.is_active AND fresh.type LIKE ANY (endpoint.event_likes)
      ON CONFLICT (event_id, endpoint_id) DO NOTHING RETURNING id, event_id, endpoint_id
    )
    SELECT stored.id AS event_id, fanned.id AS delivery_id, fanned.endpoint_id, endpoint.version
    FROM stored LEFT JOIN fanned ON fanned.event_id = stored.id LEFT JOIN endpoints endpoint ON endpoint.id = fanned.endpoint_id`,
};

const sweep: PreparedStatement = {
  name: 'event-sweep',
  text: `
    WITH old AS (
      SELECT id FROM events WHERE created_at < $1 AND NOT EXISTS (SELECT 1 FROM deliveries WHERE event_id = events.id) ORDER BY created_at LIMIT $2
    ) DELETE FROM events USING old WHERE events.id = old.id RETURNING events.id`,
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

  /** Forgets some events older than `before` that no delivery needs any more. @returns how many. */
  async sweep(before: Date, limit: number): Promise<number> {
    return (await this.database.execute(sweep, [before, limit])).length;
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
      payload: event.payload,
      traceparent: event.traceparent,
      leaseToken: lease.token,
    },
  ];
}
