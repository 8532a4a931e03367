import { Inject, Injectable } from '@nestjs/common';
import type { listIdentities, OutputOf } from '@patchbay/contracts';
import { Database, idCursorOf, toPage, type Transaction } from '@patchbay/database';
import type { UserCaller } from '@patchbay/messaging';

/** An account at a provider, wherever it belongs. */
export interface AccountKey {
  readonly tenantId: string;
  /** As it is called in paths: `google`. */
  readonly provider: string;
  readonly accountId: string;
}

/** What the provider says of its account. */
export interface AccountDetails {
  readonly email: string | null;
  readonly emailVerified: boolean;
  readonly name: string | null;
}

export interface StoredIdentity extends AccountKey {
  readonly id: string;
  readonly userId: string;
}

interface IdentityRow {
  readonly id: string;
  readonly provider: string;
  readonly email: string | null;
  readonly email_verified: boolean;
  readonly name: string | null;
  readonly created_at: Date;
  readonly last_used_at: Date;
}

const listOfUser = {
  name: 'identities-list',
  text: `SELECT id, provider, email, email_verified, name, created_at, last_used_at FROM identities
         WHERE tenant_id = $1 AND user_id = $2 AND ($3::uuid IS NULL OR id < $3) ORDER BY id DESC LIMIT $4`,
};
const columns = `id, tenant_id AS "tenantId", user_id AS "userId", provider, provider_account_id AS "accountId"`;

@Injectable()
export class IdentitiesRepository {
  constructor(@Inject(Database) private readonly database: Database) {}

  async list(owner: UserCaller, page: { limit: number; cursor?: string | undefined }): Promise<OutputOf<typeof listIdentities>> {
    const rows = await this.database.read<IdentityRow>(listOfUser, [owner.tenant_id, owner.user_id, idCursorOf(page), page.limit + 1]);
    return toPage(rows, page.limit, (row) => ({ ...row, created_at: row.created_at.toISOString(), last_used_at: row.last_used_at.toISOString() }));
  }

  /** Whose account this is, if anyone's; until the transaction ends nobody else decides about it. */
  async lockAccount(tx: Transaction, { tenantId, provider, accountId }: AccountKey): Promise<StoredIdentity | undefined> {
    await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('auth.identity:' || $1::text, 0))`, [
      JSON.stringify([tenantId, provider, accountId]),
    ]);
    const [found] = await tx.query<StoredIdentity>(
      `SELECT ${columns} FROM identities WHERE tenant_id = $1 AND provider = $2 AND provider_account_id = $3`,
      [tenantId, provider, accountId],
    );
    return found;
  }

  async ofUser(tx: Transaction, owner: UserCaller): Promise<StoredIdentity[]> {
    return tx.query<StoredIdentity>(`SELECT ${columns} FROM identities WHERE tenant_id = $1 AND user_id = $2`, [owner.tenant_id, owner.user_id]);
  }

  async insert(tx: Transaction, identity: StoredIdentity, details: AccountDetails & { readonly now: Date }): Promise<void> {
    await tx.query(
      `INSERT INTO identities (id, tenant_id, user_id, provider, provider_account_id, email, email_verified, name, created_at, last_used_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)`,
      [
        ...[identity.id, identity.tenantId, identity.userId, identity.provider, identity.accountId],
        ...[details.email, details.emailVerified, details.name, details.now],
      ],
    );
  }

  async noteUse(tx: Transaction, id: string, details: AccountDetails & { readonly now: Date }): Promise<void> {
    await tx.query(`UPDATE identities SET email = $2, email_verified = $3, name = $4, last_used_at = $5 WHERE id = $1`, [
      id,
      details.email,
      details.emailVerified,
      details.name,
      details.now,
    ]);
  }

  async delete(tx: Transaction, id: string): Promise<void> {
    await tx.query(`DELETE FROM identities WHERE id = $1`, [id]);
  }
}
