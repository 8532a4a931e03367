import { Inject, Injectable } from '@nestjs/common';
import type { Conflict, ConflictResolution, TimeRange } from '@patchbay/contracts';
import { Database, idOfTime, type Transaction } from '@patchbay/database';
import type { UserCaller } from '@patchbay/messaging';
import { shownBlock, type KeptBlock } from './block-edits.js';

export interface ResolutionRow {
  readonly id: string;
  readonly user_id: string;
  readonly conflict_id: string;
  readonly action: ConflictResolution['action'];
  readonly target_id: string | null;
  readonly overlap: Conflict['overlap'];
  readonly sides: Conflict['sides'];
  readonly before: readonly KeptBlock[];
  readonly after: readonly KeptBlock[];
  readonly proposed: TimeRange | null;
  readonly overrides: string | null;
  readonly overridden_by: string | null;
  /** The conflict is there and decided. */
  readonly is_standing: boolean;
  readonly created_at: Date;
}

const listResolutions = {
  name: 'list-conflict-resolutions',
  text: `SELECT * FROM conflict_resolutions WHERE tenant_id = $1 AND user_id = $2 AND ($3::uuid IS NULL OR id < $3)
    AND ($4::uuid IS NULL OR conflict_id = $4) ORDER BY id DESC LIMIT $5`,
};

/** Forgotten in one statement: small enough to hold no lock for long. */
const forgetMax = 1_000;
const forgetOld = {
  name: 'forget-conflict-resolutions',
  text: `DELETE FROM conflict_resolutions WHERE id IN (
    SELECT id FROM conflict_resolutions WHERE id < $1 LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING id`,
};

/** Decisions about conflicts. */
@Injectable()
export class ResolutionsRepository {
  constructor(@Inject(Database) private readonly database: Database) {}

  list(
    user: UserCaller,
    page: { readonly after: string | null; readonly conflictId: string | undefined; readonly limit: number },
  ): Promise<ResolutionRow[]> {
    return this.database.read<ResolutionRow>(listResolutions, [user.tenant_id, user.user_id, page.after, page.conflictId ?? null, page.limit]);
  }

  async lock(tx: Transaction, user: UserCaller, id: string): Promise<ResolutionRow | undefined> {
    const [row] = await tx.query<ResolutionRow>(`SELECT * FROM conflict_resolutions WHERE tenant_id = $1 AND user_id = $2 AND id = $3 FOR UPDATE`, [
      user.tenant_id,
      user.user_id,
      id,
    ]);
    return row;
  }

  /** What was decided last about a conflict and not overridden. */
  async latest(tx: Transaction, user: UserCaller, conflictId: string): Promise<ResolutionRow | undefined> {
    const [row] = await tx.query<ResolutionRow>(
      `SELECT * FROM conflict_resolutions WHERE tenant_id = $1 AND user_id = $2 AND conflict_id = $3 AND overridden_by IS NULL
       ORDER BY id DESC LIMIT 1`,
      [user.tenant_id, user.user_id, conflictId],
    );
    return row;
  }

  async add(tx: Transaction, user: UserCaller, row: ResolutionRow): Promise<void> {
    const json = Object.fromEntries((['overlap', 'sides', 'before', 'after', 'proposed'] as const).map((name) => [name, jsonOf(row[name])]));
    const columns = Object.entries({ ...row, ...json, tenant_id: user.tenant_id });
    await tx.query(
      `INSERT INTO conflict_resolutions (${columns.map(([name]) => name).join(', ')}) VALUES (${columns.map((_, index) => `$${index + 1}`).join(', ')})`,
      columns.map(([, value]) => value),
    );
  }

  /** Forgets what was decided before, in small batches: ids tell when. */
  async forget(before: Date): Promise<void> {
    while ((await this.database.execute(forgetOld, [idOfTime(before), forgetMax])).length === forgetMax);
  }

  /** A later decision takes the place of one, which stays in the history. Before that one is added: only one holds at a time. */
  async override(tx: Transaction, id: string, by: string): Promise<void> {
    await tx.query(`UPDATE conflict_resolutions SET overridden_by = $2, is_standing = false WHERE id = $1`, [id, by]);
  }
}

const jsonOf = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));

/** A decision as the API shows it. */
export const toResolution = ({ is_standing: _standing, created_at: at, before, after, ...row }: ResolutionRow): ConflictResolution => ({
  id: row.id,
  conflict_id: row.conflict_id,
  action: row.action,
  target_id: row.target_id,
  user_id: row.user_id,
  overlap: row.overlap,
  sides: row.sides,
  before: before.map(shownBlock),
  after: after.map(shownBlock),
  proposed: row.proposed,
  overrides: row.overrides,
  overridden_by: row.overridden_by,
  created_at: at.toISOString(),
});
