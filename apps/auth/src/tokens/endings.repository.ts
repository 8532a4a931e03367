import { Injectable } from '@nestjs/common';
import type { IntegrationType } from '@patchbay/contracts';
import type { Transaction } from '@patchbay/database';

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

/** When the end of a token is told. */
export interface PlannedEnding {
  readonly connectionId: string;
  readonly tenantId: string;
  /** Null for a token whose end is never told. */
  readonly announceAt: Date | null;
  readonly expiresAt: Date | null;
  readonly isRenewable: boolean;
}

/** The ends of tokens that are still to be told: one row for each, gone once it is told. */
@Injectable()
export class EndingsRepository {
  /** In place of what was planned for the token before. */
  async plan(tx: Transaction, { connectionId, tenantId, announceAt, expiresAt, isRenewable }: PlannedEnding): Promise<void> {
    if (announceAt === null || expiresAt === null) return this.cancel(tx, connectionId);
    await tx.query(
      `INSERT INTO token_endings (connection_id, tenant_id, announce_at, expires_at, is_renewable) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (connection_id) DO UPDATE SET announce_at = EXCLUDED.announce_at, expires_at = EXCLUDED.expires_at,
         is_renewable = EXCLUDED.is_renewable`,
      [connectionId, tenantId, announceAt, expiresAt, isRenewable],
    );
  }

  /** There is no end to tell of any more. That of a grant that is deleted goes by itself. */
  async cancel(tx: Transaction, connectionId: string): Promise<void> {
    await tx.query(`DELETE FROM token_endings WHERE connection_id = $1`, [connectionId]);
  }

  /** Takes tokens whose end is to be told, each once. One that has ended already is taken, but nothing is told any more. */
  async take(tx: Transaction, { now, max }: { readonly now: Date; readonly max: number }): Promise<{ taken: number; tokens: EndingToken[] }> {
    const rows = await tx.query<EndingToken & { readonly isToBeTold: boolean }>(
      `WITH taken AS (
         DELETE FROM token_endings WHERE ctid = ANY (ARRAY(
           SELECT ctid FROM token_endings WHERE announce_at <= $1 ORDER BY announce_at LIMIT $2 FOR UPDATE SKIP LOCKED))
         RETURNING connection_id, expires_at, is_renewable)
       SELECT c.id AS "connectionId", c.tenant_id AS "tenantId", c.user_id AS "userId", c.provider, c.type, taken.expires_at AS "expiresAt",
         taken.is_renewable AS "isRenewable", c.status = 'active' AND taken.expires_at > $1 AS "isToBeTold"
       FROM taken JOIN connections c ON c.id = taken.connection_id`,
      [now, max],
    );
    return { taken: rows.length, tokens: rows.filter(({ isToBeTold }) => isToBeTold) };
  }
}
