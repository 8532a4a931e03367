import { Inject, Injectable } from '@nestjs/common';
import { Database } from '@patchbay/database';
import type { Owner } from '../endpoints/endpoints.repository.js';

/** A delivery as its list shows it. */
export interface DeliveryRow {
  readonly id: string;
  readonly event_id: string;
  readonly event_type: string;
  readonly status: 'pending' | 'succeeded' | 'failed';
  readonly attempt_count: number;
  readonly next_attempt_at: Date | null;
  readonly created_at: Date;
  readonly attempts: readonly {
    readonly attempted_at: string;
    readonly status_code: number | null;
    readonly duration_ms: number;
    readonly error: string | null;
    readonly response_excerpt: string | null;
  }[];
}

/** Which deliveries of an endpoint; null asks for all. */
export interface DeliveryFilter {
  readonly status: string | null;
  /** A pattern of LIKE. */
  readonly eventTypeLike: string | null;
  /** The ids of this range: they hold the time. */
  readonly fromId: string | null;
  readonly toId: string | null;
  /** A part of an event type or of an error, or a status code. */
  readonly text: string | null;
  /** An event's or a delivery's own id. */
  readonly exactId: string | null;
}

/** A page, and where the next one begins although this one is not full: so many were looked at already. */
export interface DeliveryRows {
  readonly rows: readonly DeliveryRow[];
  readonly lookedUpTo: string | null;
}

/** A delivery and its endpoint. */
export interface FoundDelivery {
  readonly row: DeliveryRow;
  readonly endpointId: string;
  readonly isActive: boolean;
}

/** So many deliveries are looked at for one page: a search for what is rare must not read the log of months at once. */
const lookedAtMax = 20_000;

const columns = `
  delivery.id, delivery.event_id, delivery.event_type, delivery.status, delivery.attempt_count, delivery.next_attempt_at, delivery.created_at,
  coalesce((SELECT json_agg(json_build_object('attempted_at', to_char(attempted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'status_code', status_code, 'duration_ms', duration_ms, 'error', error, 'response_excerpt', response_excerpt) ORDER BY attempt)
    FROM delivery_attempts WHERE delivery_id = delivery.id), '[]') AS attempts`;

/** Bounds that are always there: with `$2 IS NULL OR …` a plan that does not know its values reads everything before the page. */
const firstId = `'00000000-0000-0000-0000-000000000000'::uuid`;
const lastId = `'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid`;

/** One statement for each way into the table: a condition on an id must be the index that is used. */
const listOf = (name: string, way: string) => ({
  name,
  text: `
    WITH looked_at AS MATERIALIZED (
      SELECT id FROM deliveries
      WHERE endpoint_id = $1 AND id < coalesce($2::uuid, ${lastId}) AND id >= coalesce($3::uuid, ${firstId}) AND id < coalesce($4::uuid, ${lastId}) AND ${way}
      ORDER BY id DESC LIMIT $5
    ), page AS (
      SELECT ${columns} FROM looked_at CROSS JOIN LATERAL (SELECT * FROM delivery_states WHERE endpoint_id = $1 AND id = looked_at.id) delivery
      WHERE ($6::text IS NULL OR delivery.status = $6) AND ($7::text IS NULL OR delivery.event_type LIKE $7)
        AND ($8::text IS NULL OR position(lower($8) IN delivery.event_type) > 0 OR EXISTS (SELECT FROM delivery_attempts attempt
          WHERE attempt.delivery_id = delivery.id AND (position(lower($8) IN attempt.error) > 0 OR attempt.status_code::text = $8)))
      ORDER BY looked_at.id DESC LIMIT $9
    )
    SELECT bound.looked_up_to, page.*
    FROM (SELECT CASE WHEN (SELECT count(*) FROM looked_at) = $5 THEN (SELECT id FROM looked_at ORDER BY id LIMIT 1) END AS looked_up_to) bound
      LEFT JOIN page ON true ORDER BY page.id DESC`,
});
const list = listOf('delivery-list', '$10::uuid IS NULL');
/** Of an event's own id, or of the delivery's. */
const listById = listOf(
  'delivery-list-by-id',
  'id IN ($10::uuid, (SELECT delivery_id(event_key, $1) FROM event_ids WHERE event_ids.id = $10::uuid))',
);

const find = {
  name: 'delivery-find',
  text: `
    SELECT ${columns}, delivery.endpoint_id, endpoint.is_active FROM endpoints endpoint
      CROSS JOIN LATERAL (SELECT * FROM delivery_states WHERE endpoint_id = endpoint.id AND id = $3) delivery
    WHERE endpoint.tenant_id = $1 AND endpoint.user_id = $2 AND endpoint.deleted_at IS NULL`,
};

/** One that is under way at this moment is left alone. One that waits for a retry keeps its place in the schedule. */
const resend = `
    INSERT INTO pending_deliveries AS pending (id, tenant_id, endpoint_id, event_key, attempt_count, attempts_before)
    SELECT id, tenant_id, endpoint_id, event_key, attempt_count, attempt_count FROM delivery_states WHERE endpoint_id = $1 AND id = $2
    ON CONFLICT (id) DO UPDATE SET next_attempt_at = clock_timestamp()
      WHERE pending.lease_until IS NULL OR pending.lease_until < clock_timestamp()`;

/**
 * To be called after deliveries were made due again, in the same transaction. Whoever makes one due while its outcome is being written waits for that, but has
 * counted its attempts before; nobody can claim it until now.
 */
export const countAttempts = `
  UPDATE pending_deliveries pending SET attempt_count = made.count, attempts_before = made.count
  FROM (SELECT delivery_id, max(attempt) AS count FROM delivery_attempts WHERE delivery_id = ANY($1::uuid[]) GROUP BY delivery_id) made
  WHERE pending.id = made.delivery_id AND pending.attempt_count <> made.count`;

/** What became of deliveries, as their owners read it. */
@Injectable()
export class DeliveryLogRepository {
  constructor(@Inject(Database) private readonly database: Database) {}

  async list(endpointId: string, page: { readonly limit: number; readonly after: string | null }, filter: DeliveryFilter): Promise<DeliveryRows> {
    const { status, eventTypeLike, fromId, toId, text, exactId } = filter;
    const isFiltered = status !== null || eventTypeLike !== null || text !== null;
    const lookAt = isFiltered ? lookedAtMax : page.limit;
    const values = [endpointId, page.after, fromId, toId, lookAt, status, eventTypeLike, text, page.limit, exactId];
    type Row = DeliveryRow & { readonly looked_up_to: string | null };
    const all = await this.database.read<Row>(exactId === null ? list : listById, values);
    return {
      rows: all.filter(({ id }) => (id as string | null) !== null).map(({ looked_up_to: _bound, ...row }) => row),
      lookedUpTo: isFiltered ? (all[0]?.looked_up_to ?? null) : null,
    };
  }

  /** A user's own delivery, and whether its endpoint is switched on. */
  async find(owner: Owner, id: string): Promise<FoundDelivery | undefined> {
    type Row = DeliveryRow & { readonly endpoint_id: string; readonly is_active: boolean };
    const rows = await this.database.read<Row>(find, [owner.tenant_id, owner.user_id, id]);
    return rows.map(({ endpoint_id: endpointId, is_active: isActive, ...row }) => ({ row, endpointId, isActive }))[0];
  }

  /** Makes a delivery due now. */
  async resend({ endpointId, row }: FoundDelivery): Promise<void> {
    await this.database.transaction(async (tx) => {
      await tx.query(resend, [endpointId, row.id]);
      await tx.query(countAttempts, [[row.id]]);
    });
  }
}
