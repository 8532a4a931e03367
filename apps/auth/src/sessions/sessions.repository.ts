import { Inject, Injectable } from '@nestjs/common';
import type { listSessions, OutputOf } from '@patchbay/contracts';
import { Database, idCursorOf, toPage, type PreparedStatement, type Transaction } from '@patchbay/database';
import type { UserCaller } from '@patchbay/messaging';
import type { KnownRefreshToken } from './refresh-decision.js';

export type EndReason = 'signed_out' | 'ended_by_user' | 'signed_out_everywhere' | 'refresh_token_reused';

export interface NewSession {
  readonly id: string;
  readonly owner: UserCaller;
  readonly userAgent: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** A session that nobody else changes until the transaction ends. */
export interface LockedSession {
  readonly id: string;
  readonly tenantId: string;
  readonly userId: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly endedAt: Date | null;
}

export interface EndedSession {
  readonly id: string;
  readonly userId: string;
}

interface SessionRow {
  readonly id: string;
  readonly created_at: Date;
  readonly last_used_at: Date;
  readonly expires_at: Date;
  readonly user_agent: string | null;
}

const activeSession = { name: 'sessions-active', text: `SELECT id FROM sessions WHERE id = $1 AND ended_at IS NULL AND expires_at > $2` };
const listOfUser = {
  name: 'sessions-list',
  text: `SELECT id, created_at, last_used_at, expires_at, user_agent FROM sessions
         WHERE tenant_id = $1 AND user_id = $2 AND ended_at IS NULL AND expires_at > $3 AND ($4::uuid IS NULL OR id < $4) ORDER BY id DESC LIMIT $5`,
};
/** Of one statement: it must end well within its deadline, however much there is to forget. */
const sweptAtOnce = 1_000;
const sweepOf = (name: string, { table, key, time }: { table: string; key: string; time: string }): PreparedStatement => ({
  name: `sessions-sweep-${name}`,
  text: `DELETE FROM ${table} WHERE ${key} = ANY (ARRAY(SELECT ${key} FROM ${table} WHERE ${time} <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED)) RETURNING 1`,
});
const sweepExpired = sweepOf('expired', { table: 'sessions', key: 'id', time: 'expires_at' });
const sweepEnded = sweepOf('ended', { table: 'sessions', key: 'id', time: 'ended_at' });
const sweepTokens = sweepOf('tokens', { table: 'refresh_tokens', key: 'token_hash', time: 'expires_at' });

@Injectable()
export class SessionsRepository {
  constructor(@Inject(Database) private readonly database: Database) {}

  async isActive(id: string, now: Date): Promise<boolean> {
    return (await this.database.read(activeSession, [id, now])).length > 0;
  }

  async list(
    owner: UserCaller,
    page: { readonly limit: number; readonly cursor?: string | undefined },
    { now, currentId }: { readonly now: Date; readonly currentId: string | undefined },
  ): Promise<OutputOf<typeof listSessions>> {
    const rows = await this.database.read<SessionRow>(listOfUser, [owner.tenant_id, owner.user_id, now, idCursorOf(page), page.limit + 1]);
    return toPage(rows, page.limit, (row) => ({
      ...row,
      created_at: row.created_at.toISOString(),
      last_used_at: row.last_used_at.toISOString(),
      expires_at: row.expires_at.toISOString(),
      is_current: row.id === currentId,
    }));
  }

  async insert(tx: Transaction, { id, owner, userAgent, createdAt, expiresAt }: NewSession): Promise<void> {
    await tx.query(
      `INSERT INTO sessions (id, tenant_id, user_id, user_agent, created_at, last_used_at, expires_at) VALUES ($1, $2, $3, $4, $5, $5, $6)`,
      [id, owner.tenant_id, owner.user_id, userAgent, createdAt, expiresAt],
    );
  }

  async insertToken(tx: Transaction, token: { sessionId: string; tenantId: string; hash: Buffer; now: Date; expiresAt: Date }): Promise<void> {
    await tx.query(`INSERT INTO refresh_tokens (token_hash, tenant_id, session_id, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)`, [
      token.hash,
      token.tenantId,
      token.sessionId,
      token.now,
      token.expiresAt,
    ]);
  }

  /** Whose session a refresh token is of. */
  async findByToken(tx: Transaction, hash: Buffer): Promise<Pick<LockedSession, 'id' | 'tenantId' | 'userId'> | undefined> {
    const [session] = await tx.query<LockedSession>(
      `SELECT id, tenant_id AS "tenantId", user_id AS "userId" FROM sessions WHERE id = (SELECT session_id FROM refresh_tokens WHERE token_hash = $1)`,
      [hash],
    );
    return session;
  }

  /** The session of a refresh token. Of two who bring tokens of one session at the same time, the second sees what the first did. */
  async lockByToken(tx: Transaction, hash: Buffer): Promise<LockedSession | undefined> {
    const [session] = await tx.query<LockedSession>(
      `SELECT id, tenant_id AS "tenantId", user_id AS "userId", created_at AS "createdAt", expires_at AS "expiresAt", ended_at AS "endedAt"
       FROM sessions WHERE id = (SELECT session_id FROM refresh_tokens WHERE token_hash = $1) FOR UPDATE`,
      [hash],
    );
    return session;
  }

  async findToken(tx: Transaction, hash: Buffer): Promise<KnownRefreshToken | undefined> {
    const [token] = await tx.query<KnownRefreshToken>(
      `SELECT expires_at AS "expiresAt", used_at AS "usedAt" FROM refresh_tokens WHERE token_hash = $1`,
      [hash],
    );
    return token;
  }

  async noteUse(tx: Transaction, hash: Buffer, now: Date): Promise<void> {
    await tx.query(`UPDATE refresh_tokens SET used_at = $2 WHERE token_hash = $1`, [hash, now]);
  }

  async prolong(tx: Transaction, id: string, { now, expiresAt }: { now: Date; expiresAt: Date }): Promise<void> {
    await tx.query(`UPDATE sessions SET last_used_at = $2, expires_at = $3 WHERE id = $1`, [id, now, expiresAt]);
  }

  /** Ends one session of a user, or all of them. Answers those that had not ended before. */
  end(tx: Transaction, owner: UserCaller, what: { id: string | null; reason: EndReason; now: Date }): Promise<EndedSession[]> {
    return tx.query<EndedSession>(
      `UPDATE sessions SET ended_at = $4, end_reason = $5
       WHERE tenant_id = $1 AND user_id = $2 AND ($3::uuid IS NULL OR id = $3) AND ended_at IS NULL AND expires_at > $4
       RETURNING id, user_id AS "userId"`,
      [owner.tenant_id, owner.user_id, what.id, what.now, what.reason],
    );
  }

  /** Forgets some sessions whose time is over or that were ended before `endedBefore`, and some refresh tokens that have expired. @returns how many */
  async sweep(now: Date, endedBefore: Date): Promise<number> {
    const swept = async (sweep: PreparedStatement, before: Date): Promise<number> =>
      (await this.database.execute(sweep, [before, sweptAtOnce])).length;
    return (await swept(sweepExpired, now)) + (await swept(sweepEnded, endedBefore)) + (await swept(sweepTokens, now));
  }
}
