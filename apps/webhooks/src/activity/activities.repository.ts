import { Inject, Injectable } from '@nestjs/common';
import type { activityRecorded, EventOf } from '@patchbay/contracts';
import { Database, type Transaction } from '@patchbay/database';
import type { ReceivedEvent } from '@patchbay/messaging';
import { traceIdOf } from '@patchbay/tracing';
import type { Owner } from '../endpoints/endpoints.repository.js';

/** A step as the log shows it. */
export interface ActivityRow {
  readonly id: string;
  readonly log_type: EventOf<typeof activityRecorded>['data']['log_type'];
  readonly integration_type: string;
  readonly booking: string | null;
  readonly message: string;
  readonly details: string;
  readonly success: boolean;
  readonly trace_id: string | null;
  readonly created_at: Date;
}

/** What the log is searched for; null where it does not matter. */
export interface ActivityFilter {
  readonly limit: number;
  readonly after: string | null;
  readonly logType: string | null;
  readonly integrationType: string | null;
  readonly booking: string | null;
  readonly success: boolean | null;
  readonly from: Date | null;
  /** The first moment that is too late. */
  readonly before: Date | null;
  readonly search: string | null;
}

const insert = `
  INSERT INTO activities (id, tenant_id, user_id, log_type, integration_type, booking_id, message, details, success, trace_id, created_at)
  SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bool[], $10::text[], $11::timestamptz[])
  ON CONFLICT (id) DO NOTHING`;

/**
 * The steps that were announced, and events and deliveries seen as steps: these are their own log rows, so that nothing is written twice.
 * Each part, and each endpoint in its part, ends by itself, so a long log is never read whole.
 */
const list = {
  name: 'activity-list',
  text: `
    SELECT * FROM (
      (SELECT id, log_type, integration_type, booking_id AS booking, message, details, success, trace_id, created_at
        FROM activities
        WHERE user_id = $1 AND tenant_id = $2 AND ($4::uuid IS NULL OR id < $4) AND ($5::text IS NULL OR log_type = $5)
          AND ($6::text IS NULL OR integration_type = $6) AND ($7::text IS NULL OR booking_id = $7) AND ($8::bool IS NULL OR success = $8)
          AND ($9::timestamptz IS NULL OR created_at >= $9) AND ($10::timestamptz IS NULL OR created_at < $10)
          AND ($11::text IS NULL OR message ILIKE $11)
        ORDER BY id DESC LIMIT $3)
      UNION ALL
      (SELECT * FROM (
        SELECT key AS id, 'event_received' AS log_type, 'webhook' AS integration_type, booking_id AS booking, 'Received ' || type || '.' AS message,
          json_build_object('event_id', id, 'event_type', type)::text AS details, true AS success, substr(traceparent, 4, 32) AS trace_id, created_at
        FROM events
        WHERE user_id = $1 AND tenant_id = $2 AND is_from_product AND ($4::uuid IS NULL OR key < $4)
          AND ($5::text IS NULL OR $5 = 'event_received') AND ($6::text IS NULL OR $6 = 'webhook')
          AND ($7::text IS NULL OR booking_id = $7) AND coalesce($8, true)
          AND ($9::timestamptz IS NULL OR created_at >= $9) AND ($10::timestamptz IS NULL OR created_at < $10)
      ) received
      WHERE $11::text IS NULL OR message ILIKE $11
      ORDER BY id DESC LIMIT $3)
      UNION ALL
      (SELECT sent.* FROM endpoints endpoint CROSS JOIN LATERAL (
        SELECT * FROM (
          SELECT id, 'webhook_sent' AS log_type, 'webhook' AS integration_type, booking_id AS booking,
            CASE status WHEN 'succeeded' THEN 'Sent ' || event_type || ' to ' || endpoint.name || '.'
              WHEN 'failed' THEN 'Could not send ' || event_type || ' to ' || endpoint.name || '.'
              ELSE 'Could not send ' || event_type || ' to ' || endpoint.name || ' yet; it will be tried again.' END AS message,
            json_build_object('delivery_id', id, 'endpoint_id', endpoint.id, 'event_id', event_id, 'event_type', event_type,
              'attempt_count', attempt_count, 'status_code', status_code, 'error', error)::text AS details,
            status = 'succeeded' AS success, substr(traceparent, 4, 32) AS trace_id, created_at
          FROM delivery_states
          WHERE endpoint_id = endpoint.id AND ($4::uuid IS NULL OR id < $4) AND (status <> 'pending' OR attempt_count > 0)
        ) one
        WHERE ($7::text IS NULL OR booking = $7) AND ($8::bool IS NULL OR success = $8)
          AND ($9::timestamptz IS NULL OR created_at >= $9) AND ($10::timestamptz IS NULL OR created_at < $10)
          AND ($11::text IS NULL OR message ILIKE $11)
        ORDER BY id DESC LIMIT $3
      ) sent
      WHERE endpoint.user_id = $1 AND endpoint.tenant_id = $2
        AND ($5::text IS NULL OR $5 = 'webhook_sent') AND ($6::text IS NULL OR $6 = 'webhook'))
    ) steps ORDER BY id DESC LIMIT $3`,
};

const sweep = {
  name: 'activity-sweep',
  text: `DELETE FROM activities WHERE id IN (SELECT id FROM activities WHERE created_at < $1 ORDER BY created_at LIMIT $2) RETURNING id`,
};

/** The activity log. */
@Injectable()
export class ActivitiesRepository {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Keeps steps that services announced; the id of the announcement is the id of the row. */
  async add(tx: Transaction, events: readonly ReceivedEvent[]): Promise<void> {
    const steps = events.map((event) => ({ event, data: event.data as unknown as EventOf<typeof activityRecorded>['data'] }));
    await tx.query(insert, [
      steps.map(({ event }) => event.id),
      steps.map(({ event }) => event.tenant_id),
      steps.map(({ data }) => data.user_id),
      steps.map(({ data }) => data.log_type),
      steps.map(({ data }) => data.integration_type),
      steps.map(({ data }) => data.booking_id),
      steps.map(({ data }) => data.message),
      steps.map(({ data }) => JSON.stringify(data.details)),
      steps.map(({ data }) => data.success),
      steps.map(({ event }) => traceIdOf(event.traceparent) ?? null),
      steps.map(({ event }) => event.timestamp),
    ]);
  }

  list(owner: Owner, filter: ActivityFilter): Promise<ActivityRow[]> {
    const { limit, after, logType, integrationType, booking, success, from, before, search } = filter;
    const pattern = search === null ? null : `%${search.replace(/[\\%_]/g, '\\$&')}%`;
    const values = [owner.user_id, owner.tenant_id, limit, after, logType, integrationType, booking, success, from, before, pattern];
    return this.database.read<ActivityRow>(list, values);
  }

  /** Forgets some steps older than `before`. @returns how many. */
  async sweep(before: Date, limit: number): Promise<number> {
    return (await this.database.execute(sweep, [before, limit])).length;
  }
}
