import { Inject, Injectable } from '@nestjs/common';
import { Database, type Transaction } from '@patchbay/database';

/** An endpoint as it is stored. */
export interface EndpointRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly user_id: string;
  readonly name: string;
  readonly description: string | null;
  readonly webhook_url: string;
  readonly events: readonly string[];
  readonly event_likes: readonly string[];
  readonly secret_sealed: string;
  readonly headers_sealed: string;
  /** `whpk_…`, where webhooks are signed with Ed25519. */
  readonly public_key: string | null;
  /** Secrets that were replaced and still sign. */
  readonly previous_sealed: string | null;
  readonly previous_until: Date | null;
  readonly is_active: boolean;
  readonly disabled_reason: string | null;
  readonly retry_failed: boolean;
  readonly max_retries: number | null;
  readonly rate_limit_per_minute: number | null;
  readonly version: number;
  /** Since when every attempt failed. */
  readonly failing_since: Date | null;
  readonly created_at: Date;
  readonly updated_at: Date;
}

/** Whose endpoints. */
export interface Owner {
  readonly user_id: string;
  readonly tenant_id: string;
}

/** What an edit may change. */
export type EndpointFields = Omit<EndpointRow, 'id' | 'tenant_id' | 'user_id' | 'version' | 'failing_since' | 'created_at' | 'updated_at'>;

const owned = `tenant_id = $1 AND user_id = $2 AND deleted_at IS NULL`;

const statements = {
  list: {
    name: 'endpoint-list',
    text: `SELECT * FROM endpoints WHERE ${owned} AND ($4::uuid IS NULL OR id < $4) ORDER BY id DESC LIMIT $3`,
  },
  find: { name: 'endpoint-find', text: `SELECT * FROM endpoints WHERE ${owned} AND id = $3` },
  count: { name: 'endpoint-count', text: `SELECT count(*)::int AS count FROM endpoints WHERE ${owned}` },
  targets: { name: 'endpoint-targets', text: `SELECT *, deleted_at IS NOT NULL AS is_deleted FROM endpoints WHERE id = ANY($1::uuid[])` },
};

const insert = `
  INSERT INTO endpoints (id, tenant_id, user_id, name, description, webhook_url, events, event_likes, secret_sealed, headers_sealed, is_active,
    disabled_reason, retry_failed, max_retries, public_key, previous_sealed, previous_until, rate_limit_per_minute)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) RETURNING *`;
const update = `
  UPDATE endpoints SET name = $4, description = $5, webhook_url = $6, events = $7, event_likes = $8, secret_sealed = $9, headers_sealed = $10,
    failing_since = CASE WHEN $11 AND NOT is_active THEN NULL ELSE failing_since END, is_active = $11, disabled_reason = $12, retry_failed = $13,
    max_retries = $14, public_key = $15, previous_sealed = $16, previous_until = $17, rate_limit_per_minute = $18, version = version + 1, updated_at = now()
  WHERE id = $1 AND tenant_id = $2 AND user_id = $3 AND deleted_at IS NULL AND version = $19 RETURNING *`;
const remove = `
  UPDATE endpoints SET deleted_at = now(), is_active = false, secret_sealed = '', headers_sealed = '', previous_sealed = NULL, previous_until = NULL, version = version + 1
  WHERE ${owned} AND id = $3 RETURNING id`;
const disable = `
  UPDATE endpoints SET is_active = false, disabled_reason = $2, version = version + 1, updated_at = now()
  WHERE id = $1 AND is_active RETURNING *`;
/** What was still to be sent is given up; a job that began it is told. */
const endPending = `
  WITH ended AS (DELETE FROM pending_deliveries WHERE endpoint_id = $1 RETURNING tenant_id, job_id)
  INSERT INTO replay_results (job_id, tenant_id, result) SELECT job_id, tenant_id, 'failed' FROM ended WHERE job_id IS NOT NULL`;
/** What no longer signs is not kept. */
const forgetPrevious = {
  name: 'endpoint-forget-previous',
  text: `UPDATE endpoints SET previous_sealed = NULL, previous_until = NULL, version = version + 1 WHERE previous_until <= $1 RETURNING id`,
};
const lockOwner = `SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`;

/** Customers' endpoints. */
@Injectable()
export class EndpointsRepository {
  constructor(@Inject(Database) private readonly database: Database) {}

  list(owner: Owner, page: { readonly limit: number; readonly after: string | null }): Promise<EndpointRow[]> {
    return this.database.read<EndpointRow>(statements.list, [owner.tenant_id, owner.user_id, page.limit, page.after]);
  }

  async find(owner: Owner, id: string): Promise<EndpointRow | undefined> {
    return (await this.database.read<EndpointRow>(statements.find, [owner.tenant_id, owner.user_id, id]))[0];
  }

  findTargets(ids: readonly string[]): Promise<(EndpointRow & { readonly is_deleted: boolean })[]> {
    return this.database.read(statements.targets, [ids]);
  }

  /** Adds an endpoint unless its owner has `max` already. @returns undefined then. */
  add(owner: Owner, endpoint: { readonly id: string; readonly fields: EndpointFields }, max: number): Promise<EndpointRow | undefined> {
    return this.database.transaction(async (tx) => {
      await tx.query(lockOwner, [`${owner.tenant_id}/${owner.user_id}`]);
      const [held] = await tx.query<{ count: number }>(statements.count.text, [owner.tenant_id, owner.user_id]);
      if ((held?.count ?? 0) >= max) return undefined;
      return (await tx.query<EndpointRow>(insert, [endpoint.id, owner.tenant_id, owner.user_id, ...columnsOf(endpoint.fields)]))[0];
    });
  }

  /** Writes an endpoint anew, unless it was changed since `read`. What still waited for one that is switched off ends. @returns undefined then. */
  change(owner: Owner, read: EndpointRow, fields: EndpointFields): Promise<EndpointRow | undefined> {
    return this.database.transaction(async (tx) => {
      const [row] = await tx.query<EndpointRow>(update, [read.id, owner.tenant_id, owner.user_id, ...columnsOf(fields), read.version]);
      if (row !== undefined && !row.is_active) await tx.query(endPending, [read.id]);
      return row;
    });
  }

  /** Forgets replaced secrets whose time is over. @returns how many endpoints had some. */
  async forgetPrevious(now: Date): Promise<number> {
    return (await this.database.execute(forgetPrevious, [now])).length;
  }

  /** @returns false when there was none. */
  remove(owner: Owner, id: string): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const removed = await tx.query(remove, [owner.tenant_id, owner.user_id, id]);
      if (removed.length > 0) await tx.query(endPending, [id]);
      return removed.length > 0;
    });
  }

  /** Switches an endpoint off, once, and ends what waits for it. @returns undefined when it was off already. */
  async disable(tx: Transaction, id: string, reason: 'gone' | 'failing'): Promise<EndpointRow | undefined> {
    const [row] = await tx.query<EndpointRow>(disable, [id, reason]);
    if (row !== undefined) await tx.query(endPending, [id]);
    return row;
  }
}

const columnsOf = (fields: EndpointFields): readonly unknown[] => [
  fields.name,
  fields.description,
  fields.webhook_url,
  fields.events,
  fields.event_likes,
  fields.secret_sealed,
  fields.headers_sealed,
  fields.is_active,
  fields.disabled_reason,
  fields.retry_failed,
  fields.max_retries,
  fields.public_key,
  fields.previous_sealed,
  fields.previous_until,
  fields.rate_limit_per_minute,
];
