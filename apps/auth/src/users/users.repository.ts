import { Inject, Injectable } from '@nestjs/common';
import { defaultTenantId, type Role, type User } from '@patchbay/contracts';
import { Database, type Transaction } from '@patchbay/database';

export interface StoredUser {
  readonly user: User;
  readonly isDevelopment: boolean;
  /** Whose tokens lead to this user; null for everyone who signs in here. */
  readonly hostIssuer: string | null;
}

export type NewUser = Omit<User, 'created_at' | 'email_verified'>;

/** What is said of a person by whoever vouches for them. */
export interface UserDetails {
  readonly email: string | null;
  readonly email_verified: boolean;
  readonly name: string | null;
  readonly role: Role;
}

interface UserRow {
  readonly id: string;
  readonly email: string | null;
  readonly email_verified: boolean;
  readonly name: string | null;
  readonly role: Role;
  readonly is_development: boolean;
  readonly host_issuer: string | null;
  readonly created_at: Date;
}

const columns = 'id, email, email_verified, name, role, is_development, host_issuer, created_at';
const findUser = { name: 'users-find', text: `SELECT ${columns} FROM users WHERE tenant_id = $1 AND id = $2` };

@Injectable()
export class UsersRepository {
  constructor(@Inject(Database) private readonly database: Database) {}

  async find(tenantId: string, id: string): Promise<StoredUser | undefined> {
    const [row] = await this.database.read<UserRow>(findUser, [tenantId, id]);
    return row === undefined ? undefined : toUser(row);
  }

  /** As {@link find}; nobody else changes the row, or what hangs on it by the same rule, until the transaction ends. */
  async lock(tx: Transaction, tenantId: string, id: string): Promise<StoredUser | undefined> {
    const [row] = await tx.query<UserRow>(`${findUser.text} FOR UPDATE`, [tenantId, id]);
    return row === undefined ? undefined : toUser(row);
  }

  /** Until the transaction ends nobody else decides whose address this is, however it is spelled. */
  async lockEmail(tx: Transaction, tenantId: string, email: string): Promise<void> {
    await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('auth.email:' || $1::text || ':' || lower($2::text), 0))`, [tenantId, email]);
  }

  /** The one user whose verified address this is, however it is spelled. */
  async findByVerifiedEmail(tx: Transaction, tenantId: string, email: string): Promise<StoredUser | undefined> {
    const [row] = await tx.query<UserRow>(`SELECT ${columns} FROM users WHERE tenant_id = $1 AND lower(email) = lower($2) AND email_verified`, [
      tenantId,
      email,
    ]);
    return row === undefined ? undefined : toUser(row);
  }

  /** Answers undefined when the id is taken, be it in another tenant. */
  async insert(
    tx: Transaction,
    { tenantId, id }: { tenantId: string; id: string },
    user: UserDetails & { readonly now: Date; readonly hostIssuer?: string },
  ): Promise<StoredUser | undefined> {
    const [row] = await tx.query<UserRow>(
      `INSERT INTO users (id, tenant_id, email, email_verified, name, role, created_at, host_issuer) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
       ON CONFLICT (id) DO NOTHING RETURNING ${columns}`,
      [id, tenantId, user.email, user.email_verified, user.name, user.role, user.now, user.hostIssuer ?? null],
    );
    return row === undefined ? undefined : toUser(row);
  }

  async update(
    tx: Transaction,
    { tenantId, id }: { tenantId: string; id: string },
    { email, email_verified, name, role }: UserDetails,
  ): Promise<StoredUser> {
    const [row] = await tx.query<UserRow>(
      `UPDATE users SET email = $3, email_verified = $4, name = $5, role = $6 WHERE tenant_id = $1 AND id = $2 RETURNING ${columns}`,
      [tenantId, id, email, email_verified, name, role],
    );
    if (row === undefined) throw new Error('unreachable: only a user that was locked is changed');
    return toUser(row);
  }

  /** Makes sure of exactly these development users. Safe when several replicas do it at once. */
  async keepDevelopmentUsers(tx: Transaction, users: readonly NewUser[], now: Date): Promise<void> {
    await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('auth.development-users', 0))`);
    // A data directory that was made anew brings the same addresses under other ids.
    await tx.query(`DELETE FROM users WHERE tenant_id = $1 AND is_development AND NOT id = ANY($2::uuid[])`, [
      defaultTenantId,
      users.map(({ id }) => id),
    ]);
    for (const { id, email, name, role } of users) {
      await tx.query(
        `INSERT INTO users (id, tenant_id, email, email_verified, name, role, is_development, created_at) VALUES ($1, $2, $3, true, $4, $5, true, $6)
         ON CONFLICT (id) DO UPDATE SET email = EXCLUDED.email, name = EXCLUDED.name, role = EXCLUDED.role WHERE users.is_development`,
        [id, defaultTenantId, email, name, role, now],
      );
    }
  }
}

function toUser({ is_development: isDevelopment, host_issuer: hostIssuer, created_at: createdAt, ...rest }: UserRow): StoredUser {
  return { user: { ...rest, created_at: createdAt.toISOString() }, isDevelopment, hostIssuer };
}
