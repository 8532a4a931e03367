import { Inject, Injectable } from '@nestjs/common';
import { AppError, type ExpiringConnection } from '@patchbay/contracts';
import { Database } from '@patchbay/database';
import { z } from 'zod';

/** A connection that will break, without the words. */
export type Break = Omit<ExpiringConnection, 'message' | 'remedy'>;

/** What to look for. */
export interface ForecastQuery {
  readonly tenantId: string;
  readonly until: Date;
  /** Providers whose credentials are not there. */
  readonly unconfigured: readonly string[];
  readonly limit: number;
  readonly cursor: string | undefined;
}

export interface BreakPage {
  readonly items: readonly Break[];
  readonly next_cursor: string | null;
}

interface BreakRow extends Omit<Break, 'breaks_at'> {
  readonly breaks_at: Date;
}

const columns = `c.id AS connection_id, c.user_id, c.provider, c.type, c.provider_email`;
const reasonOfGrant = `CASE WHEN g.renew_attempts > 0 THEN 'refresh_failing' WHEN g.is_renewable THEN 'refresh_token_ends' ELSE 'token_ends' END`;

const ofUser = {
  name: 'forecast-of-user',
  text: `
    SELECT * FROM (
      SELECT ${columns},
        CASE WHEN c.status = 'needs_reauth' THEN c.updated_at
             WHEN c.provider = ANY ($3) THEN coalesce(g.expires_at, c.updated_at) ELSE g.breaks_at END AS breaks_at,
        CASE WHEN c.status = 'needs_reauth' THEN 'reauth_needed' WHEN c.provider = ANY ($3) THEN 'provider_not_configured' ELSE ${reasonOfGrant} END AS reason
      FROM connections c LEFT JOIN grants g ON g.connection_id = c.id
      WHERE c.tenant_id = $1 AND c.user_id = $7 AND c.status <> 'disconnected') AS breaks
    WHERE breaks_at <= $2 AND (breaks_at, connection_id) > ($4::timestamptz, $5::uuid) ORDER BY breaks_at, connection_id LIMIT $6`,
};

/** Each part is read from an index of its own in the order of time, no further than a page. */
const ofEveryone = {
  name: 'forecast-of-everyone',
  text: `
    SELECT * FROM (
      (SELECT ${columns}, c.updated_at AS breaks_at, 'reauth_needed' AS reason FROM connections c
       WHERE c.tenant_id = $1 AND c.status = 'needs_reauth' AND c.updated_at <= $2 AND (c.updated_at, c.id) > ($4::timestamptz, $5::uuid)
       ORDER BY c.updated_at, c.id LIMIT $6)
      UNION ALL
      (SELECT ${columns}, g.breaks_at, ${reasonOfGrant} AS reason FROM grants g JOIN connections c ON c.id = g.connection_id
       WHERE g.tenant_id = $1 AND g.breaks_at <= $2 AND (g.breaks_at, g.connection_id) > ($4::timestamptz, $5::uuid)
         AND c.status = 'active' AND c.provider <> ALL ($3)
       ORDER BY g.breaks_at, g.connection_id LIMIT $6)
      UNION ALL
      (SELECT ${columns}, coalesce(g.expires_at, c.updated_at) AS breaks_at, 'provider_not_configured' AS reason
       FROM connections c LEFT JOIN grants g ON g.connection_id = c.id
       WHERE c.tenant_id = $1 AND c.status = 'active' AND c.provider = ANY ($3) AND coalesce(g.expires_at, c.updated_at) <= $2
         AND (coalesce(g.expires_at, c.updated_at), c.id) > ($4::timestamptz, $5::uuid)
       ORDER BY coalesce(g.expires_at, c.updated_at), c.id LIMIT $6)) AS breaks
    ORDER BY breaks_at, connection_id LIMIT $6`,
};

const position = z.tuple([z.iso.datetime(), z.uuid()]);
const beginning = ['-infinity', '00000000-0000-0000-0000-000000000000'] as const;

/** What will break, the soonest first. */
@Injectable()
export class ForecastRepository {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** @throws AppError `request_invalid` for a cursor that is none. */
  async ofUser(userId: string, query: ForecastQuery): Promise<BreakPage> {
    return toPage(await this.database.read<BreakRow>(ofUser, [...valuesOf(query), userId]), query.limit);
  }

  /** @throws AppError `request_invalid` for a cursor that is none. */
  async ofEveryone(query: ForecastQuery): Promise<BreakPage> {
    return toPage(await this.database.read<BreakRow>(ofEveryone, valuesOf(query)), query.limit);
  }
}

const valuesOf = ({ tenantId, until, unconfigured, limit, cursor }: ForecastQuery): readonly unknown[] => [
  tenantId,
  until,
  unconfigured,
  ...positionOf(cursor),
  limit + 1,
];

function positionOf(cursor: string | undefined): readonly [string, string] {
  if (cursor === undefined) return beginning;
  const read = position.safeParse(cursor.split('_'));
  if (!read.success) throw new AppError('request_invalid', { cursor: 'must be what the previous page gave as next_cursor' });
  return read.data;
}

function toPage(rows: readonly BreakRow[], limit: number): BreakPage {
  const items = rows.slice(0, limit).map((row) => ({ ...row, breaks_at: row.breaks_at.toISOString() }));
  const last = items.at(-1);
  return { items, next_cursor: rows.length > limit && last !== undefined ? `${last.breaks_at}_${last.connection_id}` : null };
}
