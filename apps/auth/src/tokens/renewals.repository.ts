import { Inject, Injectable } from '@nestjs/common';
import type { IntegrationType } from '@patchbay/contracts';
import { Database, type Transaction } from '@patchbay/database';

/** A token whose time has come. */
export interface DueRenewal {
  readonly connectionId: string;
  readonly provider: string;
  /** Of the tokens; when they have another by the time they are locked, somebody was faster. */
  readonly version: number;
}

/** A token that ends soon. */
export interface EndingToken {
  readonly connectionId: string;
  readonly tenantId: string;
  readonly userId: string;
  readonly provider: string;
  readonly type: IntegrationType;
  readonly expiresAt: Date;
  readonly isRenewable: boolean;
}

/** How many renewals of each provider may begin. */
export type Room = readonly { readonly provider: string; readonly free: number }[];

const claimDue = {
  name: 'renewals-claim',
  text: `
    WITH found AS MATERIALIZED (
      SELECT first.connection_id, first.renew_at, room.provider, room.free FROM unnest($1::text[], $2::integer[]) AS room (provider, free)
      CROSS JOIN LATERAL (
        SELECT g.connection_id, g.renew_at FROM grants g
        WHERE g.provider = room.provider AND g.renew_at <= $3 AND (g.announce_at IS NULL OR g.announce_at > $3)
        ORDER BY g.renew_at LIMIT $4 FOR UPDATE SKIP LOCKED) AS first),
    ranked AS (
      SELECT connection_id, free, row_number() OVER (PARTITION BY provider ORDER BY renew_at) AS place FROM found),
    due AS MATERIALIZED (SELECT connection_id FROM ranked WHERE place <= free LIMIT $4)
    UPDATE grants AS claimed SET renew_at = $5 FROM due WHERE claimed.connection_id = due.connection_id
    RETURNING claimed.connection_id AS "connectionId", claimed.provider, claimed.version`,
};

/** Which tokens are due, found by indexes and shared among replicas. */
@Injectable()
export class RenewalsRepository {
  constructor(@Inject(Database) private readonly database: Database) {}

  /**
   * Takes tokens to renew, the longest due of each provider first. One that nothing is heard of is due again at `again`: its taker died.
   * Those whose end is still to be told wait for that.
   */
  claim(room: Room, { now, again, max }: { readonly now: Date; readonly again: Date; readonly max: number }): Promise<DueRenewal[]> {
    return this.database.execute<DueRenewal>(claimDue, [room.map(({ provider }) => provider), room.map(({ free }) => free), now, max, again]);
  }

  /** Takes tokens whose end is to be told, each once. One that has ended already is taken, but nothing is told any more. */
  async takeEnding(tx: Transaction, { now, max }: { readonly now: Date; readonly max: number }): Promise<{ taken: number; tokens: EndingToken[] }> {
    const rows = await tx.query<EndingToken & { readonly isToBeTold: boolean }>(
      `WITH due AS MATERIALIZED (
         SELECT g.connection_id FROM grants g WHERE g.announce_at <= $1 ORDER BY g.announce_at LIMIT $2 FOR UPDATE SKIP LOCKED),
       taken AS (
         UPDATE grants g SET announce_at = NULL FROM due WHERE g.connection_id = due.connection_id
         RETURNING g.connection_id, g.expires_at, g.is_renewable)
       SELECT c.id AS "connectionId", c.tenant_id AS "tenantId", c.user_id AS "userId", c.provider, c.type, taken.expires_at AS "expiresAt",
         taken.is_renewable AS "isRenewable", c.status = 'active' AND taken.expires_at > $1 AS "isToBeTold"
       FROM taken JOIN connections c ON c.id = taken.connection_id`,
      [now, max],
    );
    return { taken: rows.length, tokens: rows.filter(({ isToBeTold }) => isToBeTold) };
  }
}
