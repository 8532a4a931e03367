import type { Database, Transaction } from '@patchbay/database';

/** Where a row is: what its sealed values are bound to is made of this. */
export interface SealedRow {
  /** The primary key as PostgreSQL writes it: a `bytea` is `\x…`. */
  readonly key: string;
  readonly tenantId: string;
}

/** A column whose values are sealed, and the place each of them is bound to. */
export interface SealedColumn {
  readonly column: string;
  readonly placeOf: (row: SealedRow) => string;
}

/** A table that keeps sealed values, beside a primary key of one column and a `tenant_id`. Names are words of our own code, never of a caller. */
export interface SealedTable {
  readonly table: string;
  readonly key: { readonly column: string; readonly type: 'uuid' | 'text' | 'bytea' };
  readonly columns: readonly SealedColumn[];
}

/** A row with its sealed values, in the order of the table's columns. Null and empty ones hold nothing. */
export interface SealedValues extends SealedRow {
  readonly values: readonly (string | null)[];
}

/** What to read: everything after a key, and of each value all or only the beginning with the data key in it. */
export interface SealedRange {
  readonly after: string | null;
  readonly limit: number;
  readonly isWhole: boolean;
}

/** Beginnings of values to be put in the place of others, as long as those are still there. A data key is never used twice, so its wrapping is enough. */
export interface Replacement {
  readonly key: string;
  /** Per column; null leaves it alone. */
  readonly changes: readonly ({ readonly from: string; readonly to: string } | null)[];
}

/** Under this name values are counted that are not in the form of sealed ones. No key can have it as its id. */
export const notSealed = '?';

/** Characters that reach into the ciphertext: version, id of the key, wrapped data key. */
const headChars = 160;

/** The next rows in the order of their keys. */
export async function readSealed(tx: Transaction, { table, key, columns }: SealedTable, range: SealedRange): Promise<SealedValues[]> {
  const values = columns.map(({ column }, index) => `${range.isWhole ? column : `left(${column}, ${headChars})`} AS value_${index}`);
  const rows = await tx.query<Record<string, string | null> & { readonly key: string; readonly tenantId: string }>(
    `SELECT ${key.column}::text AS key, tenant_id AS "tenantId", ${values.join(', ')} FROM ${table}
     ${range.after === null ? '' : `WHERE ${key.column} > $2::${key.type}`} ORDER BY ${key.column} LIMIT $1`,
    range.after === null ? [range.limit] : [range.limit, range.after],
  );
  // One column each instead of an array: parsing arrays of long texts takes longer than opening them.
  return rows.map((row) => ({ key: row.key, tenantId: row.tenantId, values: columns.map((_, index) => row[`value_${index}`] ?? null) }));
}

/**
 * PostgreSQL must go by the primary key, also where it has no statistics yet and a batch looks like most of the table; and in doubt the rotation gives
 * way before PostgreSQL looks for deadlocks, which is after a second.
 */
export async function prepareForBatches(tx: Transaction): Promise<void> {
  await tx.query(
    `SELECT set_config('lock_timeout', '500ms', true), set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true)`,
  );
}

/** Replaces values in one statement. One that changed since it was read stays as it is: whoever wrote it knows better. */
export async function replaceSealed(tx: Transaction, { table, key, columns }: SealedTable, rows: readonly Replacement[]): Promise<void> {
  if (rows.length === 0) return;
  // Under READ COMMITTED the row is looked at again once its lock is there, so the comparison is with what is there then.
  const assignments = columns.map(
    ({ column }, index) =>
      `${column} = CASE WHEN starts_with(kept.${column}, fresh.from_${index})
         THEN fresh.to_${index} || substr(kept.${column}, length(fresh.from_${index}) + 1) ELSE kept.${column} END`,
  );
  const names = columns.flatMap((_, index) => [`from_${index}`, `to_${index}`]);
  const arrays = names.map((_, index) => `$${index + 2}::text[]`);
  await tx.query(
    `UPDATE ${table} AS kept SET ${assignments.join(', ')}
     FROM unnest($1::text[], ${arrays.join(', ')}) AS fresh (key, ${names.join(', ')}) WHERE kept.${key.column} = fresh.key::${key.type}`,
    [
      rows.map((row) => row.key),
      ...columns.flatMap((_, index) => [
        rows.map(({ changes }) => changes[index]?.from ?? null),
        rows.map(({ changes }) => changes[index]?.to ?? null),
      ]),
    ],
  );
}

/** How many values are sealed under which master key. */
export async function countByKey(database: Database, tables: readonly SealedTable[]): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (const { table, columns } of tables) {
    const rows = await database.read<{ key_id: string; count: number }>({
      name: `sealed-count-${table}`,
      text: `SELECT CASE WHEN sealed LIKE 'v1.%.%.%' THEN split_part(sealed, '.', 2) ELSE '${notSealed}' END AS key_id, count(*)::float8 AS count
             FROM (SELECT unnest(ARRAY[${columns.map(({ column }) => column).join(', ')}]) AS sealed FROM ${table}) AS all_values
             WHERE sealed <> '' GROUP BY 1`,
    });
    for (const row of rows) counts[row.key_id] = (counts[row.key_id] ?? 0) + row.count;
  }
  return counts;
}
