import { Inject, Injectable } from '@nestjs/common';
import type { Connection, ConnectionStatus, IntegrationType, listConnections, OutputOf } from '@patchbay/contracts';
import { idCursorOf, toPage, Database, type Transaction } from '@patchbay/database';
import type { UserCaller } from '@patchbay/messaging';
import type { ConfiguredProviders } from '@patchbay/providers';
import { PROVIDERS } from '../providers/configured-providers.js';
import { permissionsInWords } from '../providers/permissions.js';

/** An account as it is connected; a second time under the id it has. */
export interface ConnectedAccount {
  /** Taken when the account is new. */
  readonly id: string;
  readonly owner: UserCaller;
  readonly provider: string;
  readonly type: IntegrationType;
  readonly accountId: string;
  /** Other ids that the provider knows the account by. */
  readonly aliases: readonly string[];
  readonly email: string | null;
  readonly scopes: readonly string[];
  readonly connectedAt: Date;
}

interface ConnectionRow {
  readonly id: string;
  readonly provider: string;
  readonly type: IntegrationType;
  readonly provider_email: string | null;
  readonly scopes: string[];
  readonly status: ConnectionStatus;
  readonly token_expires_at: Date | null;
  readonly created_at: Date;
  readonly last_error: string | null;
}

const columns = `c.id, c.provider, c.type, c.provider_email, c.scopes, c.status, g.expires_at AS token_expires_at, c.created_at, c.last_error`;
const listOfUser = {
  name: 'connections-list',
  text: `SELECT ${columns} FROM connections c LEFT JOIN grants g ON g.connection_id = c.id
         WHERE c.tenant_id = $1 AND c.user_id = $2 AND c.status <> 'disconnected' AND ($3::uuid IS NULL OR c.id < $3) ORDER BY c.id DESC LIMIT $4`,
};
const oneOfUser = {
  name: 'connections-find',
  text: `SELECT ${columns} FROM connections c LEFT JOIN grants g ON g.connection_id = c.id
         WHERE c.tenant_id = $1 AND c.user_id = $2 AND c.id = $3 AND c.status <> 'disconnected'`,
};
const scopesOfUser = {
  name: 'connections-scopes',
  text: `SELECT scopes FROM connections WHERE tenant_id = $1 AND user_id = $2 AND provider = $3 AND type = $4 AND status <> 'disconnected'
           AND ($5::uuid IS NULL OR id = $5)`,
};

@Injectable()
export class ConnectionsRepository {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(PROVIDERS) private readonly providers: ConfiguredProviders,
  ) {}

  async list(owner: UserCaller, page: { limit: number; cursor?: string | undefined }): Promise<OutputOf<typeof listConnections>> {
    const rows = await this.database.read<ConnectionRow>(listOfUser, [owner.tenant_id, owner.user_id, idCursorOf(page), page.limit + 1]);
    return toPage(rows, page.limit, (row) => this.#toConnection(row));
  }

  /** Undefined for one that was disconnected, or is somebody else's. */
  async find(owner: UserCaller, id: string): Promise<Connection | undefined> {
    const [row] = await this.database.read<ConnectionRow>(oneOfUser, [owner.tenant_id, owner.user_id, id]);
    return row === undefined ? undefined : this.#toConnection(row);
  }

  /** Scopes that the user's working connections of this kind have. */
  async scopesOf(
    owner: UserCaller,
    { provider, type, id }: { provider: string; type: IntegrationType; id: string | null },
  ): Promise<readonly string[]> {
    const rows = await this.database.read<{ readonly scopes: string[] }>(scopesOfUser, [owner.tenant_id, owner.user_id, provider, type, id]);
    return [...new Set(rows.flatMap(({ scopes }) => scopes))];
  }

  /** The id that an account has from earlier on, whether it works or not. */
  async findId(
    tx: Transaction,
    { owner, provider, type, accountId }: Omit<ConnectedAccount, 'id' | 'aliases' | 'email' | 'scopes' | 'connectedAt'>,
  ): Promise<string | undefined> {
    const [row] = await tx.query<{ id: string }>(
      `SELECT id FROM connections WHERE tenant_id = $1 AND user_id = $2 AND provider = $3 AND type = $4 AND provider_account_id = $5`,
      [owner.tenant_id, owner.user_id, provider, type, accountId],
    );
    return row?.id;
  }

  /** Every working connection of an account, whoever made it; always in the same order, so that those who lock them one by one do not cross. */
  async idsOfAccount(tx: Transaction, { provider, accountId }: { provider: string; accountId: string }): Promise<readonly string[]> {
    const rows = await tx.query<{ id: string }>(
      `SELECT id FROM connections WHERE provider = $1 AND (provider_account_id = $2 OR provider_account_aliases @> ARRAY[$2]) AND status = 'active'
       ORDER BY id`,
      [provider, accountId],
    );
    return rows.map(({ id }) => id);
  }

  /** @returns the id that the account has from now on. */
  async connect(tx: Transaction, account: ConnectedAccount): Promise<string> {
    const { owner, connectedAt } = account;
    const [row] = await tx.query<{ id: string }>(
      `INSERT INTO connections (id, tenant_id, user_id, provider, type, provider_account_id, provider_email, scopes, status, created_at, updated_at,
         provider_account_aliases)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'active', $9, $9, $10)
       ON CONFLICT (tenant_id, user_id, provider, type, provider_account_id) DO UPDATE
         SET provider_email = EXCLUDED.provider_email, scopes = EXCLUDED.scopes, status = 'active', last_error = NULL, updated_at = EXCLUDED.updated_at,
           provider_account_aliases = EXCLUDED.provider_account_aliases
       RETURNING id`,
      [
        account.id,
        owner.tenant_id,
        owner.user_id,
        account.provider,
        account.type,
        account.accountId,
        account.email,
        account.scopes,
        connectedAt,
        account.aliases,
      ],
    );
    if (row === undefined) throw new Error('unreachable: an upsert answers its row');
    return row.id;
  }

  async get(tx: Transaction, id: string): Promise<Connection> {
    const [row] = await tx.query<ConnectionRow>(`SELECT ${columns} FROM connections c LEFT JOIN grants g ON g.connection_id = c.id WHERE c.id = $1`, [
      id,
    ]);
    if (row === undefined) throw new Error('unreachable: it was stored a moment ago');
    return this.#toConnection(row);
  }

  async setStatus(tx: Transaction, id: string, change: { status: ConnectionStatus; lastError: string | null; now: Date }): Promise<void> {
    await tx.query(`UPDATE connections SET status = $2, last_error = $3, updated_at = $4 WHERE id = $1`, [
      id,
      change.status,
      change.lastError,
      change.now,
    ]);
  }

  /**
   * True when another working connection rests on the same permission: providers keep one per person and app, and revoke it as a whole. One vendor may
   * know a person by different ids in its different services, so the address counts, too.
   */
  async isAccountUsedElsewhere(tx: Transaction, { id, providers }: { id: string; providers: readonly string[] }): Promise<boolean> {
    const others = await tx.query(
      `SELECT 1 FROM connections WHERE provider = ANY($2::text[]) AND status = 'active' AND id <> $1
         AND (provider_account_id = (SELECT own.provider_account_id FROM connections own WHERE own.id = $1)
           OR lower(provider_email) = (SELECT lower(own.provider_email) FROM connections own WHERE own.id = $1)) LIMIT 1`,
      [id, providers],
    );
    return others.length > 0;
  }

  #toConnection(row: ConnectionRow): Connection {
    return {
      ...row,
      permissions: [...permissionsInWords(this.providers.find(row.provider), row.scopes)],
      token_expires_at: row.token_expires_at?.toISOString() ?? null,
      created_at: row.created_at.toISOString(),
    };
  }
}
