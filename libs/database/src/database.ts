import type { Logger } from 'pino';
import pg from 'pg';
import { DataSource, type EntityTarget, type MixedList, type ObjectLiteral, type Repository } from 'typeorm';
import { insertOutboxRows, outboxParameters, type OutboxRow } from './outbox.js';
import { CreatePlatformTables1763700000000 } from './platform-tables.js';
import { Transaction } from './transaction.js';

/** Whose schema, and where. */
export interface DatabaseOptions {
  readonly url: string;
  /** The service's own schema: nothing outside it is ever read. */
  readonly schema: string;
  readonly entities: MixedList<string | (new () => object)>;
  readonly migrations: MixedList<new () => object>;
  readonly log: Logger;
  readonly poolSizeMax?: number;
  /**
   * False hands events to the broker after the commit instead of storing them with it, so that a crash in between loses them.
   * Exists for one purpose: to show that the chaos suite sees a loss. Refused in production.
   */
  readonly outboxEnabled?: boolean;
}

/** A statement that PostgreSQL plans once per connection: unprepared ones cost a fifth of a hot read's throughput. */
export interface PreparedStatement {
  readonly name: string;
  readonly text: string;
}

const connectionOptions = (schema: string): object => ({
  options: `-c search_path=${schema}`,
  connectionTimeoutMillis: 5_000,
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
});

/**
 * A server that went silent must not hold up its clients for as long as TCP hopes, nor a client that died its locks. Longer than any statement
 * of ours takes; migrations are not bound by it. Milliseconds.
 */
const patience = { statement_timeout: 30_000, query_timeout: 35_000, idle_in_transaction_session_timeout: 60_000 };

/** One key for all services: migrations run one service at a time, and one replica at a time. */
const migrationLock = 7_283_041;

/**
 * A service's own PostgreSQL schema. Hot reads go through {@link read} as raw rows; everything that changes state goes through
 * {@link transaction}, which is the only way to announce an event.
 */
export class Database {
  readonly #listeners = new Set<() => void>();
  readonly #directPublishers = new Set<(rows: readonly OutboxRow[]) => void>();

  private constructor(
    readonly dataSource: DataSource,
    readonly pool: pg.Pool,
    private readonly options: DatabaseOptions,
  ) {}

  /** Connects, waiting for a server that is still starting, and brings the schema up to date. */
  static async open(options: DatabaseOptions): Promise<Database> {
    await migrateDatabase(options);
    const dataSource = new DataSource({
      type: 'postgres',
      url: options.url,
      schema: options.schema,
      entities: options.entities,
      poolSize: options.poolSizeMax ?? 20,
      extra: { ...connectionOptions(options.schema), ...patience },
      applicationName: `patchbay-${options.schema}`,
      poolErrorHandler: (error: Error) => options.log.warn({ err: error }, 'a database connection was lost'),
    });
    await dataSource.initialize();
    const pool = (dataSource.driver as unknown as { master: pg.Pool }).master;
    return new Database(dataSource, pool, options);
  }

  /** Reads rows with a prepared statement. */
  async read<Row extends object>(statement: PreparedStatement, values: readonly unknown[] = []): Promise<Row[]> {
    const result = await this.pool.query<Row>({ name: statement.name, text: statement.text, values: [...values] });
    return result.rows;
  }

  /** Runs one statement of its own, outside any transaction block: for batch workers. To announce an event use {@link transaction}. */
  execute<Row extends object>(statement: PreparedStatement, values: readonly unknown[] = []): Promise<Row[]> {
    return this.read<Row>(statement, values);
  }

  repository<Entity extends ObjectLiteral>(entity: EntityTarget<Entity>): Repository<Entity> {
    return this.dataSource.getRepository(entity);
  }

  /** Everything in `work` happens or nothing does, announcements included. A connection that was lost fails the whole. */
  async transaction<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result> {
    let rows: readonly OutboxRow[] = [];
    let committed = (): void => undefined;
    const result = await this.dataSource.transaction(async (manager) => {
      const tx = new Transaction(manager);
      committed = () => tx.committed();
      const value = await work(tx);
      rows = tx.outbox.rows;
      if (rows.length > 0 && this.options.outboxEnabled !== false) await manager.query(insertOutboxRows, outboxParameters(rows));
      return value;
    });
    if (rows.length > 0) this.#announce(rows);
    committed();
    return result;
  }

  /** Called after each commit that announced something, so that the relay need not poll for it. */
  onAnnounced(wake: () => void): void {
    this.#listeners.add(wake);
  }

  /** Wakes the relay after a statement that stored outbox rows by itself. */
  wakeRelay(): void {
    for (const wake of this.#listeners) wake();
  }

  /** Takes events of commits when the outbox is switched off. */
  onUnstored(publish: (rows: readonly OutboxRow[]) => void): void {
    this.#directPublishers.add(publish);
  }

  /** Resolves when PostgreSQL answers. @throws when it does not. */
  async ping(): Promise<void> {
    await this.pool.query('SELECT 1');
  }

  async close(): Promise<void> {
    await this.dataSource.destroy();
  }

  #announce(rows: readonly OutboxRow[]): void {
    if (this.options.outboxEnabled === false) for (const publish of this.#directPublishers) publish(rows);
    else this.wakeRelay();
  }
}

/** SQLSTATE classes that speak of the server or the connection, not of the statement. https://www.postgresql.org/docs/current/errcodes-appendix.html */
const outageClasses = ['08', '53', '57'];
const outageCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  '40001',
  '40P01',
  '25006',
]);

// TypeORM speaks of a released query runner when the server went away between two statements of a transaction.
const outageMessage =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|not queryable|Driver not Connected|after calling end|already released/i;

/** True when PostgreSQL, and not what was asked of it, is at fault: trying again later will do. */
export function isDatabaseOutage(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { code, message, driverError } = error as { code?: unknown; message?: unknown; driverError?: unknown };
  if (typeof code === 'string' && (outageCodes.has(code) || (code.length === 5 && outageClasses.includes(code.slice(0, 2))))) return true;
  if (typeof message === 'string' && outageMessage.test(message)) return true;
  return driverError !== error && isDatabaseOutage(driverError);
}

async function prepareSchema(options: MigrationOptions): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    const client = new pg.Client({ connectionString: options.url, connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('SELECT pg_advisory_lock($1)', [migrationLock]);
      // An identifier cannot be a parameter; the schema is a word of our own code, never of a caller.
      await client.query(`CREATE SCHEMA IF NOT EXISTS ${pg.escapeIdentifier(options.schema)}`);
      await client.end();
      return;
    } catch (error) {
      await client.end().catch(() => undefined);
      if (!isDatabaseOutage(error)) throw error;
      if (attempt % 10 === 0) options.log.warn({ err: error }, 'waiting for PostgreSQL');
      await new Promise((resolve) => setTimeout(resolve, Math.min(2_000, 200 * (attempt + 1))));
    }
  }
}

/** Of a database, only what migrations need. */
export type MigrationOptions = Pick<DatabaseOptions, 'url' | 'schema' | 'migrations' | 'log'>;

/** Brings a schema up to date, one process at a time, waiting for a server that is still starting. @returns the names of what was applied, in order. */
export async function migrateDatabase(options: MigrationOptions): Promise<readonly string[]> {
  await prepareSchema(options);
  return migrate(options);
}

/** What {@link migrateDatabase} would apply. Changes nothing. */
export async function pendingMigrations({ url, schema, migrations }: MigrationOptions): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    const table = `${pg.escapeIdentifier(schema)}.migrations`;
    const { rows: known } = await client.query<{ found: string | null }>('SELECT to_regclass($1)::text AS found', [table]);
    const isThere = typeof known[0]?.found === 'string';
    const applied = !isThere ? [] : (await client.query<{ name: string }>(`SELECT name FROM ${table}`)).rows.map(({ name }) => name);
    return allMigrations(migrations)
      .map(({ name }) => name)
      .filter((name) => !applied.includes(name));
  } finally {
    await client.end();
  }
}

const allMigrations = (own: DatabaseOptions['migrations']): (new () => object)[] => [
  CreatePlatformTables1763700000000,
  ...(own as (new () => object)[]),
];

async function migrate(options: MigrationOptions): Promise<readonly string[]> {
  const dataSource = new DataSource({
    type: 'postgres',
    url: options.url,
    schema: options.schema,
    migrations: allMigrations(options.migrations),
    migrationsTableName: 'migrations',
    poolSize: 2,
    extra: connectionOptions(options.schema),
    applicationName: `patchbay-${options.schema}-migrations`,
  });
  await dataSource.initialize();
  const runner = dataSource.createQueryRunner();
  try {
    await runner.query('SELECT pg_advisory_lock($1)', [migrationLock]);
    const applied = await dataSource.runMigrations({ transaction: 'each' });
    return applied.map(({ name }) => name);
  } finally {
    await runner.release();
    // The lock ends with its connection.
    await dataSource.destroy();
  }
}
