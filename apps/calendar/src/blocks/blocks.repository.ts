import { Inject, Injectable } from '@nestjs/common';
import { Database, LeasedRows, type Lease, type Transaction, type WorkRow } from '@patchbay/database';
import type { UserCaller } from '@patchbay/messaging';
import { v7 as uuidv7 } from 'uuid';
import type { BlockTimes, Span } from './block-times.js';

/** What a person says of a block. */
export interface BlockFields extends BlockTimes {
  readonly title: string;
  readonly note: string | null;
}

export interface BlockRow extends BlockFields, WorkRow {
  readonly tenant_id: string;
  readonly idempotency_key: string | null;
  readonly known_from: Date | null;
  readonly known_to: Date | null;
  readonly created_at: Date;
  readonly updated_at: Date;
}

/** The times of a block, and between which moments they are all there are; null for always. */
export interface KnownTimes {
  readonly spans: readonly Span[];
  readonly from: Date | null;
  readonly to: Date | null;
  /** When the last one ends, as far as that is known. */
  readonly overAt: Date | null;
  /** When they must be worked out for a later window. */
  readonly againAt: Date | null;
}

/** How much one user has. */
export interface BlockCounts {
  /** Those that are not over. */
  readonly blocks: number;
  readonly times: number;
}

const listBlocks = {
  name: 'list-blocks',
  text: `SELECT * FROM manual_blocks AS block WHERE tenant_id = $1 AND user_id = $2 AND ($3::uuid IS NULL OR id < $3)
    AND ($4::timestamptz IS NULL OR EXISTS (
      SELECT FROM manual_block_ranges AS time WHERE time.block_id = block.id AND time.during && tstzrange($4, $5)))
    ORDER BY id DESC LIMIT $6`,
};
const findBlock = { name: 'find-block', text: `SELECT * FROM manual_blocks WHERE tenant_id = $1 AND user_id = $2 AND id = $3` };

/** Forgotten in one statement: small enough to hold no lock for long. */
const forgetMax = 1_000;
const forgetEnded = {
  name: 'forget-ended-blocks',
  text: `DELETE FROM manual_blocks WHERE id IN (
    SELECT id FROM manual_blocks WHERE over_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING id`,
};

/** Blocks and their times. Whoever writes both holds {@link BlocksRepository.lockUser}. */
@Injectable()
export class BlocksRepository {
  /** Blocks whose times must be known further. */
  readonly due: LeasedRows<BlockRow>;

  constructor(@Inject(Database) private readonly database: Database) {
    this.due = new LeasedRows(database, 'manual_blocks');
  }

  list(user: UserCaller, page: BlockPage): Promise<BlockRow[]> {
    const { after, from, to, limit } = page;
    return this.database.read<BlockRow>(listBlocks, [user.tenant_id, user.user_id, after, from, to, limit]);
  }

  async find(user: UserCaller, id: string): Promise<BlockRow | undefined> {
    const [row] = await this.database.read<BlockRow>(findBlock, [user.tenant_id, user.user_id, id]);
    return row;
  }

  /** Decisions and edits of one user happen one after the other: each sees what the one before it left. Until the end of the transaction. */
  async lockUser(tx: Transaction, user: UserCaller): Promise<void> {
    await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended($1, 1763707300000))`, [`${user.tenant_id} ${user.user_id}`]);
  }

  /** The row as it is within the transaction. */
  async lock(tx: Transaction, user: UserCaller, id: string): Promise<BlockRow | undefined> {
    const [row] = await tx.query<BlockRow>(`${findBlock.text} FOR UPDATE`, [user.tenant_id, user.user_id, id]);
    return row;
  }

  async findByKey(tx: Transaction, user: UserCaller, key: string): Promise<BlockRow | undefined> {
    const [row] = await tx.query<BlockRow>(`SELECT * FROM manual_blocks WHERE tenant_id = $1 AND user_id = $2 AND idempotency_key = $3`, [
      user.tenant_id,
      user.user_id,
      key,
    ]);
    return row;
  }

  async count(tx: Transaction, user: UserCaller, now: Date): Promise<BlockCounts> {
    const [counts] = await tx.query<BlockCounts>(
      `SELECT (SELECT count(*) FROM manual_blocks WHERE tenant_id = $1 AND user_id = $2 AND (over_at IS NULL OR over_at > $3))::int AS blocks,
         (SELECT count(*) FROM manual_block_ranges WHERE tenant_id = $1 AND user_id = $2)::int AS times`,
      [user.tenant_id, user.user_id, now],
    );
    return counts ?? { blocks: 0, times: 0 };
  }

  async add(tx: Transaction, user: UserCaller, { id = uuidv7(), key = null, fields, known }: NewBlock): Promise<BlockRow> {
    const [row] = await tx.query<BlockRow>(
      `INSERT INTO manual_blocks (id, tenant_id, user_id, idempotency_key, title, note, starts_at, ends_at, time_zone, is_all_day, recurrence,
         known_from, known_to, over_at, next_attempt_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) RETURNING *`,
      [id, user.tenant_id, user.user_id, key, ...valuesOf(fields), known.from, known.to, known.overAt, known.againAt],
    );
    return this.#withTimes(tx, row, known);
  }

  /** Whoever works out its times just now loses the block: what is stored then are those of before. */
  async change(tx: Transaction, id: string, { fields, known }: Omit<NewBlock, 'id' | 'key'>): Promise<BlockRow> {
    const [row] = await tx.query<BlockRow>(
      `UPDATE manual_blocks SET title = $2, note = $3, starts_at = $4, ends_at = $5, time_zone = $6, is_all_day = $7, recurrence = $8,
         known_from = $9, known_to = $10, over_at = $11, next_attempt_at = $12, lease_token = NULL, lease_until = NULL, attempts = 0, updated_at = now()
       WHERE id = $1 RETURNING *`,
      [id, ...valuesOf(fields), known.from, known.to, known.overAt, known.againAt],
    );
    await tx.query(`DELETE FROM manual_block_ranges WHERE block_id = $1`, [id]);
    return this.#withTimes(tx, row, known);
  }

  /** Stores the times that were worked out for a later window. @throws LeaseLostError */
  async extend(tx: Transaction, lease: Lease<BlockRow>, known: KnownTimes): Promise<void> {
    const set = { known_from: known.from, known_to: known.to, over_at: known.overAt };
    await lease.settle(tx, { isApplied: true, nextAttemptAt: known.againAt, lastError: null, set });
    await tx.query(`DELETE FROM manual_block_ranges WHERE block_id = $1`, [lease.row.id]);
    await this.#withTimes(tx, lease.row, known);
  }

  /** @returns false when there is no such block of theirs. */
  async remove(tx: Transaction, user: UserCaller, id: string): Promise<boolean> {
    const sql = `DELETE FROM manual_blocks WHERE tenant_id = $1 AND user_id = $2 AND id = $3 RETURNING id`;
    return (await tx.query(sql, [user.tenant_id, user.user_id, id])).length > 0;
  }

  /** Forgets blocks that were over before, in small batches; one that repeats on and on stays. */
  async forget(before: Date): Promise<void> {
    while ((await this.database.execute(forgetEnded, [before, forgetMax])).length === forgetMax);
  }

  async #withTimes(tx: Transaction, row: BlockRow | undefined, { spans }: KnownTimes): Promise<BlockRow> {
    if (row === undefined) throw new Error('unreachable: the row was written in this statement');
    await tx.query(
      `INSERT INTO manual_block_ranges (block_id, tenant_id, user_id, during)
       SELECT $1, $2, $3, tstzrange(starts_at, ends_at) FROM unnest($4::timestamptz[], $5::timestamptz[]) AS time (starts_at, ends_at)`,
      [row.id, row.tenant_id, row.user_id, spans.map(({ start }) => start), spans.map(({ end }) => end)],
    );
    return row;
  }
}

interface BlockPage {
  readonly after: string | null;
  readonly from: Date | null;
  readonly to: Date | null;
  readonly limit: number;
}

interface NewBlock {
  readonly id?: string;
  readonly key?: string | null;
  readonly fields: BlockFields;
  readonly known: KnownTimes;
}

const valuesOf = ({ title, note, starts_at, ends_at, time_zone, is_all_day, recurrence }: BlockFields): readonly unknown[] => [
  title,
  note,
  starts_at,
  ends_at,
  time_zone,
  is_all_day,
  recurrence,
];
