import { Inject, Injectable } from '@nestjs/common';
import { defaultTenantId, type listApiKeys, type OutputOf, type Role } from '@patchbay/contracts';
import { idCursorOf, toPage, Database, type Transaction } from '@patchbay/database';
import { v7 as uuidv7 } from 'uuid';
import { hashOfApiKey, prefixOfApiKey } from './api-key-secret.js';

export interface UsableApiKey {
  readonly id: string;
  readonly tenantId: string;
  readonly role: Role;
  readonly isDevelopment: boolean;
  readonly scopes: string[] | null;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
}

export interface NewApiKey {
  readonly id: string;
  readonly tenantId: string;
  readonly name: string;
  readonly role: Role;
  readonly prefix: string;
  readonly scopes: readonly string[] | null;
  readonly hash: Buffer;
  readonly expiresAt: Date | null;
  readonly createdAt: Date;
}

interface ApiKeyRow {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly prefix: string;
  readonly scopes: string[] | null;
  readonly created_at: Date;
  readonly expires_at: Date | null;
  readonly last_used_at: Date | null;
}

const findUsableKey = {
  name: 'api-keys-find-usable',
  text: `SELECT id, tenant_id AS "tenantId", role, is_development AS "isDevelopment", scopes, expires_at AS "expiresAt", last_used_at AS "lastUsedAt"
         FROM api_keys WHERE key_hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)`,
};
const scopesOfKey = { name: 'api-keys-scopes', text: `SELECT scopes FROM api_keys WHERE tenant_id = $1 AND id = $2 AND revoked_at IS NULL` };
const noteUseOfKey = {
  name: 'api-keys-note-use',
  text: `UPDATE api_keys SET last_used_at = $2 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at <= $3)`,
};
const listKeys = {
  name: 'api-keys-list',
  text: `SELECT id, name, role, prefix, scopes, created_at, expires_at, last_used_at FROM api_keys
         WHERE tenant_id = $1 AND revoked_at IS NULL AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`,
};

@Injectable()
export class ApiKeysRepository {
  constructor(@Inject(Database) private readonly database: Database) {}

  async findUsable(hash: Buffer, now: Date): Promise<UsableApiKey | undefined> {
    const [found] = await this.database.read<UsableApiKey>(findUsableKey, [hash, now]);
    return found;
  }

  /** What a key may do within its role: null for everything, and nothing for a key that is gone. */
  async scopesOf(tenantId: string, id: string): Promise<readonly string[] | null> {
    const [found] = await this.database.read<{ readonly scopes: string[] | null }>(scopesOfKey, [tenantId, id]);
    return found === undefined ? [] : found.scopes;
  }

  /** Unless it was written down after `notSince` already. */
  async noteUse(id: string, now: Date, notSince: Date): Promise<void> {
    await this.database.execute(noteUseOfKey, [id, now, notSince]);
  }

  async list(tenantId: string, page: { limit: number; cursor?: string | undefined }): Promise<OutputOf<typeof listApiKeys>> {
    const rows = await this.database.read<ApiKeyRow>(listKeys, [tenantId, idCursorOf(page), page.limit + 1]);
    return toPage(rows, page.limit, (row) => ({
      ...row,
      created_at: row.created_at.toISOString(),
      expires_at: row.expires_at?.toISOString() ?? null,
      last_used_at: row.last_used_at?.toISOString() ?? null,
    }));
  }

  async insert(key: NewApiKey): Promise<void> {
    await this.database.transaction((tx) => this.insertIn(tx, key));
  }

  /** The same inside a transaction that does more. */
  async insertIn(tx: Transaction, key: NewApiKey): Promise<void> {
    await tx.query(
      `INSERT INTO api_keys (id, tenant_id, name, role, prefix, key_hash, created_at, expires_at, scopes) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [key.id, key.tenantId, key.name, key.role, key.prefix, key.hash, key.createdAt, key.expiresAt, key.scopes],
    );
  }

  /** False when there is no such key, or not any more. */
  async revoke(tenantId: string, id: string, now: Date): Promise<boolean> {
    const revoked = await this.database.transaction((tx) =>
      tx.query(`UPDATE api_keys SET revoked_at = $3 WHERE tenant_id = $1 AND id = $2 AND revoked_at IS NULL RETURNING id`, [tenantId, id, now]),
    );
    return revoked.length > 0;
  }

  /** Makes sure of this development key and of no other. Safe when several replicas do it at once. */
  async keepDevelopmentKey(tx: Transaction, key: string, now: Date): Promise<void> {
    const hash = hashOfApiKey(key);
    await tx.query(`DELETE FROM api_keys WHERE is_development AND key_hash <> $1`, [hash]);
    await tx.query(
      `INSERT INTO api_keys (id, tenant_id, name, role, prefix, key_hash, is_development, created_at)
       VALUES ($1, $2, 'Development', 'service', $3, $4, true, $5) ON CONFLICT (key_hash) DO NOTHING`,
      [uuidv7(), defaultTenantId, prefixOfApiKey(key), hash, now],
    );
  }
}
