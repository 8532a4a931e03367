import { idOfTime, timeOfId } from './id-time.js';

/** Runs SQL: a transaction, or a migration. */
export interface SqlRunner {
  query: (sql: string, parameters?: unknown[]) => Promise<unknown>;
}

/** The rows of a stretch of time, in every table of a group. */
export interface TimePartition {
  /** Ends the names of its tables: `events_20261121`. */
  readonly suffix: string;
  readonly from: Date;
  /** The first moment that belongs to the next one. */
  readonly to: Date;
}

const dayMs = 24 * 60 * 60 * 1_000;

/** One key for all groups: partitions are made and dropped by one process at a time. */
const partitionLock = 7_283_042;

/** Whoever must wait longer for a table lets the others work and tries again another time. Milliseconds. */
const lockTimeoutMs = 2_000;

const bounds = `
  SELECT relname AS name, pg_get_expr(relpartbound, pg_class.oid) AS bound FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
  WHERE inhparent = $1::regclass`;

/**
 * Tables whose rows belong together and are partitioned by a UUIDv7, so that what is old is dropped whole, at the price of a few catalogue rows
 * whatever its size. All of them have the same bounds, each of which begins where the one before ends.
 */
export class TimePartitions {
  /** @param tables names of partitioned tables of the schema in use: words of our own code, never of a caller. */
  constructor(private readonly tables: readonly [string, ...string[]]) {}

  /** Those that are there, oldest first. */
  async list(sql: SqlRunner): Promise<readonly TimePartition[]> {
    const [first] = this.tables;
    const rows = (await sql.query(bounds, [first])) as { readonly name: string; readonly bound: string }[];
    return rows.map(({ name, bound }) => toPartition(name.slice(first.length + 1), bound)).toSorted((a, b) => a.from.getTime() - b.from.getTime());
  }

  /** Adds what is missing until `to`, in steps of `days`; the first one begins with the day of `from`. Inside a transaction. */
  async cover(sql: SqlRunner, { from, to, days }: { readonly from: Date; readonly to: Date; readonly days: number }): Promise<void> {
    await sql.query(`SELECT pg_advisory_xact_lock(${partitionLock})`);
    let start = (await this.list(sql)).at(-1)?.to ?? new Date(Math.floor(from.getTime() / dayMs) * dayMs);
    while (start < to) {
      const end = new Date(start.getTime() + days * dayMs);
      for (const table of this.tables) await addPartition(sql, table, { suffix: suffixOf(start), from: start, to: end });
      start = end;
    }
  }

  /**
   * Drops the oldest one if it ended before `before` and nothing in it is still needed. Inside a transaction of its own.
   *
   * @param isNeeded is asked while nobody can read or write any of the tables.
   * @returns false when there was none to drop.
   */
  async dropOldest(sql: SqlRunner, before: Date, isNeeded: (oldest: TimePartition) => Promise<boolean>): Promise<boolean> {
    await sql.query(`SELECT pg_advisory_xact_lock(${partitionLock})`);
    const [oldest] = await this.list(sql);
    if (oldest === undefined || oldest.to > before) return false;
    await sql.query(`SET LOCAL lock_timeout = ${lockTimeoutMs}`);
    await sql.query(`LOCK TABLE ${this.tables.join(', ')} IN ACCESS EXCLUSIVE MODE`);
    if (await isNeeded(oldest)) return false;
    await sql.query(`DROP TABLE ${this.tables.map((table) => `${table}_${oldest.suffix}`).join(', ')}`);
    return true;
  }
}

/** Attaching, unlike creating a partition in place, lets others go on reading and writing the table. */
async function addPartition(sql: SqlRunner, table: string, { suffix, from, to }: TimePartition): Promise<void> {
  const name = `${table}_${suffix}`;
  await sql.query(`CREATE TABLE ${name} (LIKE ${table} INCLUDING ALL)`);
  await sql.query(`ALTER TABLE ${table} ATTACH PARTITION ${name} FOR VALUES FROM ('${idOfTime(from)}') TO ('${idOfTime(to)}')`);
}

const suffixOf = (from: Date): string => from.toISOString().slice(0, 10).replaceAll('-', '');

function toPartition(suffix: string, bound: string): TimePartition {
  const [from, to] = [...bound.matchAll(/'([\da-f-]{36})'/g)].map(([, id]) => timeOfId(id ?? ''));
  if (from === undefined || to === undefined) throw new Error(`a partition has the bound ${bound}`);
  return { suffix, from, to };
}
