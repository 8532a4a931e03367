import { Inject, Injectable } from '@nestjs/common';
import { defaultTenantId, type Role, type User } from '@patchbay/contracts';
import { Database, type Transaction } from '@patchbay/database';

export interface StoredUser {
  readonly user: User;
  readonly isDevelopment: boolean;
}

export type NewUser = Omit<User, 'created_at' | 'email_verified'>;

interface UserRow {
  readonly id: string;
  readonly email: string | null;
  readonly email_verified: boolean;
  readonly name: string | null;
  readonly role: Role;
  readonly is_development: boolean;
  readonly created_at: Date;
}

const findUser = {
  name: 'users-find',
  text: `SELECT id, email, email_verified, name, role, is_development, created_at FROM users WHERE tenant_id = $1 AND id = $2`,
};

@Injectable()
export class UsersRepository {
  constructor(@Inject(Database) private readonly database: Database) {}

  async find(tenantId: string, id: string): Promise<StoredUser | undefined> {
    const [row] = await this.database.read<UserRow>(findUser, [tenantId, id]);
    if (row === undefined) return undefined;
    const { is_development: isDevelopment, created_at: createdAt, ...rest } = row;
    return { user: { ...rest, created_at: createdAt.toISOString() }, isDevelopment };
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
