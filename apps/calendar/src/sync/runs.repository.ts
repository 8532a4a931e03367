import { Injectable } from '@nestjs/common';
import type { Transaction } from '@patchbay/database';
import type { Difference } from './contents.repository.js';
import type { CalendarRow, SyncRunRow } from './sync-rows.js';

/** So many runs of a calendar are kept: at the usual interval those of the last day. */
const keptMax = 100;

/** How a run ended. */
export interface RunEnd {
  readonly error: string | null;
  readonly now: Date;
  /** What it came to, where that is known better than by what its pages told. */
  readonly difference?: Difference;
}

/** The history of readings, and how far the present ones are. */
@Injectable()
export class RunsRepository {
  /** Begins a run, or goes on with one that was cut short. */
  async begin(tx: Transaction, run: Pick<SyncRunRow, 'id' | 'kind' | 'started_at'>, calendar: CalendarRow): Promise<void> {
    await tx.query(
      `INSERT INTO sync_runs (id, tenant_id, user_id, account_id, calendar_id, kind, status, revision, started_at)
       VALUES ($1, $2, $3, $4, $5, $6, 'running', $7, $8) ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, revision = excluded.revision`,
      [run.id, calendar.tenant_id, calendar.user_id, calendar.account_id, calendar.id, run.kind, calendar.wanted_revision, run.started_at],
    );
  }

  /** A page of it was stored. */
  async progress(tx: Transaction, id: string, { changed, removed }: Difference): Promise<void> {
    await tx.query(`UPDATE sync_runs SET pages = pages + 1, changed = changed + $2, removed = removed + $3 WHERE id = $1`, [id, changed, removed]);
  }

  /** What a calendar's run came to; the oldest runs beyond those that are kept go. */
  async finish(tx: Transaction, run: Pick<SyncRunRow, 'id' | 'calendar_id'>, { error, now, difference }: RunEnd): Promise<Difference> {
    const [counts] = await tx.query<Difference>(
      `UPDATE sync_runs SET status = $2, error = $3, finished_at = $4, changed = coalesce($5, changed), removed = coalesce($6, removed)
       WHERE id = $1 RETURNING changed, removed`,
      [run.id, error === null ? 'succeeded' : 'failed', error, now, difference?.changed ?? null, difference?.removed ?? null],
    );
    await tx.query(
      `DELETE FROM sync_runs WHERE calendar_id = $1 AND id <= (SELECT id FROM sync_runs WHERE calendar_id = $1 ORDER BY id DESC OFFSET $2 LIMIT 1)`,
      [run.calendar_id, keptMax],
    );
    return counts ?? { changed: 0, removed: 0 };
  }
}
