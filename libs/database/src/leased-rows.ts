import { performance } from 'node:perf_hooks';
import type { Database } from './database.js';
import type { Transaction } from './transaction.js';

/**
 * The columns of a table whose rows are worked on, beside an `id uuid PRIMARY KEY` and a `user_id uuid NOT NULL`. For `CREATE TABLE` statements of
 * migrations, so these words are never edited, only added to by later migrations.
 */
export const workColumns = `
  -- Moved by whatever could change what the work comes to; work is done when the applied revision has caught up.
  wanted_revision integer NOT NULL DEFAULT 0,
  applied_revision integer NOT NULL DEFAULT 0,
  -- Null: there is nothing to do, or something else must happen first.
  next_attempt_at timestamptz,
  attempts integer NOT NULL DEFAULT 0,
  lease_token uuid,
  lease_until timestamptz,
  last_error text,
  -- Of what asked for the work, so that doing it later is part of the same trace.
  traceparent text`;

/** A row with {@link workColumns}. */
export interface WorkRow {
  readonly id: string;
  /** Whose work it is: nobody's work makes the others wait for all of it. */
  readonly user_id: string;
  readonly wanted_revision: number;
  readonly applied_revision: number;
  /** Counts this one, also when its process dies half way. */
  readonly attempts: number;
  readonly next_attempt_at: Date | null;
  readonly lease_token: string;
  readonly last_error: string | null;
  readonly traceparent: string | null;
}

/** Column names and their new values. The names are words of our own code, never of a caller. */
export type ColumnValues = Readonly<Record<string, unknown>>;

/** What an attempt came to. */
export interface Settlement {
  /** The state that was wanted at the claim is the state that is. */
  readonly isApplied: boolean;
  /** Nothing was tried, or what was done is gone on with: the attempt that was counted at the claim does not count. */
  readonly isPutOff?: boolean;
  /**
   * When to look at the row again; null when something else must happen first. If the revision moved meanwhile, that has happened: the row is
   * looked at when whoever moved it wants it to be, which is at once mostly.
   */
  readonly nextAttemptAt: Date | null;
  /** Until `nextAttemptAt` nothing is to be tried at all, also if the revision moved: it would fail again, or somebody wants no call before. */
  readonly isPause?: boolean;
  readonly lastError: string | null;
  readonly set?: ColumnValues;
}

/** Somebody else has the row by now: whatever was about to be done or recorded must not be. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
}

/**
 * Short enough that the work of a process that was killed goes on soon. Work may take longer, and even one step of it, such as a search through many
 * pages: leases in hand are renewed all the while. Milliseconds.
 */
const leaseMs = 15_000;
/** So many rows of one user are worked on by one process at a time. */
const perUserMax = 4;
/** So many due rows are looked at for those of different users. */
const candidatesMax = 256;
/** A lease that was seen this recently is ours. Milliseconds. */
const freshMs = 2_000;

/** The right to work on one row, for a short time. */
export class Lease<Row extends WorkRow> {
  constructor(
    readonly row: Row,
    private readonly parts: { readonly database: Database; readonly table: string; sinceMs: number },
  ) {}

  /**
   * Makes sure that the lease is still ours before the next call to a provider, and records what must be known if this process dies in it.
   * Call it before each such call.
   *
   * @throws LeaseLostError
   */
  async hold(set: ColumnValues = {}): Promise<void> {
    const { database, table, sinceMs } = this.parts;
    const names = Object.keys(set);
    if (names.length === 0 && performance.now() - sinceMs < freshMs) return;
    const askedMs = performance.now();
    const assignments = names.map((name, index) => `, ${name} = $${index + 4}`).join('');
    const { rowCount } = await database.pool.query(
      `UPDATE ${table} SET lease_until = now() + $3::float8 * interval '1 ms'${assignments} WHERE id = $1 AND lease_token = $2`,
      [this.row.id, this.row.lease_token, leaseMs, ...Object.values(set)],
    );
    if (rowCount === 0) throw new LeaseLostError(`a row of ${table} is worked on by another`);
    this.parts.sinceMs = askedMs;
  }

  /** Lets the lease last from the end of a transaction that locks its row: it could not be renewed from outside meanwhile. */
  async prolong(tx: Transaction): Promise<void> {
    await tx.query(
      `UPDATE ${this.parts.table} SET lease_until = clock_timestamp() + $3::float8 * interval '1 ms' WHERE id = $1 AND lease_token = $2`,
      [this.row.id, this.row.lease_token, leaseMs],
    );
  }

  /**
   * Records the outcome and gives the row back, in the transaction that announces it.
   *
   * @throws LeaseLostError, so that the transaction is rolled back.
   */
  async settle(tx: Transaction, { isApplied, nextAttemptAt, lastError, ...outcome }: Settlement): Promise<void> {
    const { isPutOff = false, isPause = false, set = {} } = outcome;
    const assignments = Object.keys(set).map((name, index) => `, ${name} = $${index + 9}`);
    const rows = await tx.query(
      `UPDATE ${this.parts.table} SET lease_token = NULL, lease_until = NULL, last_error = $6,
         attempts = CASE WHEN $4 THEN 0 WHEN $7 THEN greatest(attempts - 1, 0) ELSE attempts END,
         applied_revision = CASE WHEN $4 THEN $3 ELSE applied_revision END,
         next_attempt_at = CASE WHEN wanted_revision = $3 THEN $5::timestamptz WHEN $8 THEN greatest(next_attempt_at, $5) ELSE next_attempt_at END${assignments.join('')}
       WHERE id = $1 AND lease_token = $2 RETURNING id`,
      [this.row.id, this.row.lease_token, this.row.wanted_revision, isApplied, nextAttemptAt, lastError, isPutOff, isPause, ...Object.values(set)],
    );
    if (rows.length === 0) throw new LeaseLostError(`a row of ${this.parts.table} is worked on by another`);
  }
}

/** Rows of one table that wait for work, shared by all replicas: each is given to one worker at a time. */
export class LeasedRows<Row extends WorkRow> {
  constructor(
    private readonly database: Database,
    /** Has {@link workColumns}, and an index of the rows whose `next_attempt_at` is not null. A word of our own code, never of a caller. */
    private readonly table: string,
  ) {}

  /**
   * Takes rows whose time has come, a few of each user: one who has many does not make the others wait. `inHand` is what this process works on already.
   * The attempt is counted in the same statement, so one that ends in a crash is counted, too.
   * Leases end by the database's clock, because the clocks of replicas differ.
   */
  async claim(limit: number, now: Date, inHand: readonly Lease<Row>[] = []): Promise<readonly Lease<Row>[]> {
    const sinceMs = performance.now();
    const users = inHand.map(({ row }) => row.user_id);
    const statement = { name: `claim-${this.table}`, text: claimFrom(this.table) };
    const rows = await this.database.execute<Row>(statement, [limit, now, leaseMs, users, perUserMax, candidatesMax]);
    return rows.map((row) => new Lease(row, { database: this.database, table: this.table, sinceMs }));
  }

  /**
   * Lets leases last as long as if they had just been claimed. Those that another has by now stay lost. A row that is locked is passed over, as nobody
   * takes it meanwhile: one long transaction never lets the other leases run out. Whoever locks its row for long, or again and
   * again with hardly a moment between, calls {@link Lease.prolong} at the end of each transaction.
   */
  async renew(leases: readonly Lease<Row>[]): Promise<void> {
    await this.database.execute(
      {
        name: `renew-${this.table}`,
        text: `
          WITH free AS MATERIALIZED (
            SELECT work.id FROM ${this.table} AS work JOIN unnest($1::uuid[], $2::uuid[]) AS held (id, lease_token)
              ON work.id = held.id AND work.lease_token = held.lease_token
            FOR NO KEY UPDATE OF work SKIP LOCKED)
          UPDATE ${this.table} AS leased SET lease_until = now() + $3::float8 * interval '1 ms' FROM free WHERE leased.id = free.id`,
      },
      [leases.map(({ row }) => row.id), leases.map(({ row }) => row.lease_token), leaseMs],
    );
  }
}

/**
 * Users who have their share in hand are passed over while the index is read in order of time, so that a backlog of theirs hides nobody. The lease is
 * looked at again when the row is locked: another may have taken it since.
 */
const claimFrom = (table: string): string => `
  WITH busy AS MATERIALIZED (
    SELECT user_id, count(*) AS held FROM unnest($4::uuid[]) AS in_hand (user_id) GROUP BY user_id),
  candidates AS MATERIALIZED (
    SELECT id, user_id, next_attempt_at FROM ${table}
    WHERE next_attempt_at <= $2 AND (lease_until IS NULL OR lease_until < now())
      AND user_id NOT IN (SELECT busy.user_id FROM busy WHERE busy.held >= $5)
    ORDER BY next_attempt_at LIMIT $6),
  ranked AS MATERIALIZED (
    SELECT candidates.id, candidates.next_attempt_at,
      coalesce(busy.held, 0) + row_number() OVER (PARTITION BY candidates.user_id ORDER BY candidates.next_attempt_at) AS place
    FROM candidates LEFT JOIN busy ON busy.user_id = candidates.user_id),
  due AS MATERIALIZED (
    SELECT work.id FROM ranked JOIN ${table} AS work ON work.id = ranked.id
    WHERE ranked.place <= $5 AND work.next_attempt_at <= $2 AND (work.lease_until IS NULL OR work.lease_until < now())
    ORDER BY ranked.next_attempt_at LIMIT $1 FOR UPDATE OF work SKIP LOCKED)
  UPDATE ${table} AS leased
  SET lease_token = gen_random_uuid(), lease_until = now() + $3::float8 * interval '1 ms', attempts = attempts + 1
  FROM due WHERE leased.id = due.id RETURNING leased.*`;
