import { type Caller, type ConnectionStatus, type EventOf, type integrationConnected, type integrationDisconnected } from '@patchbay/contracts';
import { idCursorOf, toPage, type ColumnValues, type Database, type Page, type Transaction } from '@patchbay/database';

/**
 * The columns of a service's `accounts` table: the connections it works with. For `CREATE TABLE` statements of migrations, so these words are
 * never edited, only added to by later migrations.
 */
export const accountColumns = `
  -- The id of the connection at auth.
  id uuid PRIMARY KEY,
  tenant_id text NOT NULL DEFAULT 'default',
  user_id uuid NOT NULL,
  provider text NOT NULL,
  provider_email text,
  status text NOT NULL,
  -- When the status became what it is: events may come out of order.
  status_at timestamptz NOT NULL,
  is_active boolean NOT NULL DEFAULT true,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now()`;

/** A row with {@link accountColumns} and a `last_error`. */
export interface AccountRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly user_id: string;
  readonly provider: string;
  readonly provider_email: string | null;
  readonly status: ConnectionStatus;
  readonly is_active: boolean;
  readonly last_error: string | null;
  readonly created_at: Date;
  readonly updated_at: Date;
}

type User = Required<Pick<Caller, 'user_id' | 'tenant_id'>>;
type PageQuery = { readonly limit: number; readonly cursor?: string | undefined };

/** Accounts as a service keeps them, learned from the events of `auth`. A disconnected one keeps its row, so that its settings come back with it. */
export class AccountRows<Row extends AccountRow> {
  constructor(private readonly database: Database) {}

  /** Takes note of a connection. @returns false when something newer is known already. */
  async connect(tx: Transaction, { data, tenant_id: tenantId, timestamp }: EventOf<typeof integrationConnected>): Promise<boolean> {
    const rows = await tx.query(
      `INSERT INTO accounts (id, tenant_id, user_id, provider, provider_email, status, status_at, created_at)
       VALUES ($1, $2, $3, $4, $5, 'active', $6, $6)
       ON CONFLICT (id) DO UPDATE SET provider_email = excluded.provider_email, status = 'active', status_at = excluded.status_at,
         last_error = NULL, updated_at = now()
       WHERE accounts.status_at <= excluded.status_at RETURNING id`,
      [data.connection_id, tenantId, data.user_id, data.provider, data.provider_email, timestamp],
    );
    return rows.length > 0;
  }

  /** Takes note that a connection ended. Of two events of the same instant the connection wins, whichever comes first: it can be refused again. */
  async disconnect(tx: Transaction, { data, tenant_id: tenantId, timestamp }: EventOf<typeof integrationDisconnected>): Promise<void> {
    const status: ConnectionStatus = data.reason === 'by_user' ? 'disconnected' : 'needs_reauth';
    await tx.query(
      `INSERT INTO accounts (id, tenant_id, user_id, provider, status, status_at, created_at) VALUES ($1, $2, $3, $4, $5, $6, $6)
       ON CONFLICT (id) DO UPDATE SET status = excluded.status, status_at = excluded.status_at, last_error = $7, updated_at = now()
       WHERE accounts.status_at < excluded.status_at`,
      [data.connection_id, tenantId, data.user_id, data.provider, status, timestamp, status === 'needs_reauth' ? 'connection_needs_reauth' : null],
    );
  }

  /** The accounts a person sees, newest first. @throws AppError `request_invalid` when the cursor is none of ours. */
  async list<Item>(user: User, page: PageQuery, toItem: (row: Row) => Item): Promise<Page<Item>> {
    const rows = await this.database.read<Row>(listAccounts, [user.tenant_id, user.user_id, idCursorOf(page), page.limit + 1]);
    return toPage(rows, page.limit, toItem);
  }

  /** One account of a person; undefined for another's. */
  async find(user: User, id: string): Promise<Row | undefined> {
    const [row] = await this.database.read<Row>(findAccount, [user.tenant_id, user.user_id, id]);
    return row;
  }

  /** Changes settings of an account of a person; undefined for another's. */
  async update(tx: Transaction, account: { readonly user: User; readonly id: string }, set: ColumnValues): Promise<Row | undefined> {
    const { user, id } = account;
    const columns = Object.keys(set).map((name, index) => `, ${name} = $${index + 4}`);
    const [row] = await tx.query<Row>(
      `UPDATE accounts SET updated_at = now()${columns.join('')}
       WHERE tenant_id = $1 AND user_id = $2 AND id = $3 AND status <> 'disconnected' RETURNING *`,
      [user.tenant_id, user.user_id, id, ...Object.values(set)],
    );
    return row;
  }

  /** The accounts that new work of a person may use, in the order they were connected. Those that must be connected again are among them. */
  usable(user: User): Promise<Row[]> {
    return this.database.read<Row>(usableAccounts, [user.tenant_id, user.user_id]);
  }
}

const listAccounts = {
  name: 'list-accounts',
  text: `SELECT * FROM accounts WHERE tenant_id = $1 AND user_id = $2 AND status <> 'disconnected' AND ($3::uuid IS NULL OR id < $3)
    ORDER BY id DESC LIMIT $4`,
};
const findAccount = {
  name: 'find-account',
  text: `SELECT * FROM accounts WHERE tenant_id = $1 AND user_id = $2 AND id = $3 AND status <> 'disconnected'`,
};
const usableAccounts = {
  name: 'usable-accounts',
  text: `SELECT * FROM accounts WHERE tenant_id = $1 AND user_id = $2 AND status <> 'disconnected' AND is_active ORDER BY created_at, id`,
};

/** The values of a row that the API shows as they are. */
export const accountFields = (row: AccountRow) => ({
  id: row.id,
  provider: row.provider,
  provider_email: row.provider_email,
  status: row.status,
  is_active: row.is_active,
  last_error: row.last_error,
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
});
