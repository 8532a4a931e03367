import { Inject, Injectable } from '@nestjs/common';
import { Database } from '@patchbay/database';

/** A token whose time has come. */
export interface DueRenewal {
  readonly connectionId: string;
  readonly provider: string;
  /** Of the tokens; when they have another by the time they are locked, somebody was faster. */
  readonly version: number;
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
        WHERE g.provider = room.provider AND g.renew_at <= $3
          AND NOT EXISTS (SELECT 1 FROM token_endings e WHERE e.connection_id = g.connection_id AND e.announce_at <= $3)
        ORDER BY g.renew_at LIMIT $4 FOR UPDATE OF g SKIP LOCKED) AS first),
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
}
