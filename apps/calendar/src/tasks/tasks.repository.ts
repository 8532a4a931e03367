import { Inject, Injectable } from '@nestjs/common';
import type { ConnectionStatus, SyncTask } from '@patchbay/contracts';
import { Database, type Transaction } from '@patchbay/database';
import type { UserCaller } from '@patchbay/messaging';
import type { SyncRunRow } from '../sync/sync-rows.js';

/** What a task begins with. */
export interface NewTask {
  readonly id: string;
  readonly user: UserCaller;
  readonly accountId: string;
  readonly kind: SyncTask['kind'];
  /** The wanted revision of the account by which its calendars are listed. */
  readonly listRevision: number;
  /** Calendars, and the wanted revision by which each is read. */
  readonly revisions: ReadonlyMap<string, number>;
  readonly now: Date;
}

/** A calendar of a task. */
export interface TaskCalendar extends Partial<Pick<SyncRunRow, 'pages' | 'changed' | 'removed'>> {
  readonly calendar_id: string;
  readonly name: string;
  readonly is_read: boolean;
  /** Something will read it, sooner or later. */
  readonly goes_on: boolean;
  readonly is_begun: boolean;
  readonly last_error: string | null;
}

/** A task as it stands now. */
export interface TaskRow extends Pick<SyncTask, 'account_id' | 'kind'> {
  readonly id: string;
  readonly created_at: Date;
  /** The calendars of the account were listed since. */
  readonly is_listed: boolean;
  readonly list_goes_on: boolean;
  /** The provider of the account wants no call before. */
  readonly paused_until: Date | null;
  readonly calendars: readonly TaskCalendar[];
}

/** An account that somebody wants read. */
export interface WantedAccount {
  readonly status: ConnectionStatus;
  /** Its calendars are known, and none of them is to be read. */
  readonly has_none_selected: boolean;
}

/** How long tasks are kept. Days. */
const keptDays = 7;

// Of the runs that fulfil the wish the first that succeeded counts: a later one is another story. Without one, the latest.
const findTask = {
  name: 'find-sync-task',
  text: `
    SELECT task.id, task.account_id, task.kind, task.created_at, account.applied_revision >= task.list_revision AS is_listed,
      account.status = 'active' AND account.next_attempt_at IS NOT NULL AS list_goes_on,
      account.paused_until, coalesce((
        SELECT json_agg(json_build_object(
          'calendar_id', calendar.remote_id, 'name', calendar.name, 'is_read', calendar.applied_revision >= target.revision,
          'goes_on', account.status = 'active' AND calendar.is_selected AND calendar.next_attempt_at IS NOT NULL,
          'is_begun', run.id IS NOT NULL, 'pages', run.pages, 'changed', run.changed, 'removed', run.removed, 'last_error', calendar.last_error)
          ORDER BY calendar.is_primary DESC, calendar.name, calendar.remote_id)
        FROM calendars AS calendar
        CROSS JOIN LATERAL (SELECT coalesce((task.revisions ->> calendar.id::text)::integer, 1) AS revision) AS target
        LEFT JOIN LATERAL (
          SELECT done.id, done.pages, done.changed, done.removed FROM sync_runs AS done
          WHERE done.calendar_id = calendar.id AND done.revision >= target.revision
          ORDER BY done.status = 'succeeded' DESC, CASE WHEN done.status = 'succeeded' THEN done.id END, done.id DESC LIMIT 1) AS run ON true
        WHERE calendar.account_id = account.id
          AND (task.revisions ? calendar.id::text OR (task.revisions = '{}' AND calendar.is_selected))), '[]') AS calendars
    FROM sync_tasks AS task JOIN accounts AS account ON account.id = task.account_id
    WHERE task.tenant_id = $1 AND task.user_id = $2 AND task.id = $3`,
};

const runsOfAccount = {
  name: 'sync-runs-of-account',
  text: `
    SELECT run.id, run.calendar_id, run.kind, run.status, run.pages, run.changed, run.removed, run.error, run.started_at, run.finished_at,
      calendar.remote_id, calendar.name
    FROM sync_runs AS run JOIN calendars AS calendar ON calendar.id = run.calendar_id
    WHERE run.tenant_id = $1 AND run.user_id = $2 AND run.account_id = $3 AND ($4::uuid IS NULL OR run.id < $4)
    ORDER BY run.id DESC LIMIT $5`,
};

/** A run, and of which calendar. */
export interface NamedRunRow extends SyncRunRow {
  readonly remote_id: string;
  readonly name: string;
}

/** Readings that people asked for, and those that there were. */
@Injectable()
export class TasksRepository {
  constructor(@Inject(Database) private readonly database: Database) {}

  /**
   * An account of a person, locked until the end of the transaction; undefined for another's. Not its key: whoever changes one of its calendars twice
   * makes sure, with that calendar locked, that the account is there.
   */
  async lockAccount(tx: Transaction, user: UserCaller, id: string): Promise<WantedAccount | undefined> {
    const [account] = await tx.query<WantedAccount>(
      `SELECT status, (SELECT count(*) > 0 AND NOT bool_or(is_selected) FROM calendars WHERE account_id = accounts.id) AS has_none_selected
       FROM accounts WHERE tenant_id = $1 AND user_id = $2 AND id = $3 AND status <> 'disconnected' FOR NO KEY UPDATE`,
      [user.tenant_id, user.user_id, id],
    );
    return account;
  }

  /** Wants the calendars of an account listed. @returns the revision by which they are. */
  async listSoon(tx: Transaction, accountId: string, now: Date): Promise<number> {
    const [row] = await tx.query<{ wanted_revision: number }>(
      `UPDATE accounts SET wanted_revision = wanted_revision + 1, next_attempt_at = $2 WHERE id = $1 RETURNING wanted_revision`,
      [accountId, now],
    );
    if (row === undefined) throw new Error('unreachable: the account was locked one statement ago');
    return row.wanted_revision;
  }

  /** Keeps a task, and forgets old ones of the same account. */
  async add(tx: Transaction, { id, user, accountId, kind, listRevision, revisions, now }: NewTask): Promise<void> {
    await tx.query(`DELETE FROM sync_tasks WHERE account_id = $1 AND created_at < $2::timestamptz - $3 * interval '1 day' RETURNING id`, [
      accountId,
      now,
      keptDays,
    ]);
    await tx.query(
      `INSERT INTO sync_tasks (id, tenant_id, user_id, account_id, kind, list_revision, revisions, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [id, user.tenant_id, user.user_id, accountId, kind, listRevision, JSON.stringify(Object.fromEntries(revisions)), now],
    );
  }

  /** The latest task of a kind of an account of a person. */
  async latest(tx: Transaction, user: UserCaller, { accountId, kind }: Pick<NewTask, 'accountId' | 'kind'>): Promise<TaskRow | undefined> {
    const [task] = await tx.query<{ id: string }>(
      `SELECT id FROM sync_tasks WHERE tenant_id = $1 AND user_id = $2 AND account_id = $3 AND kind = $4 ORDER BY id DESC LIMIT 1`,
      [user.tenant_id, user.user_id, accountId, kind],
    );
    if (task === undefined) return undefined;
    const [row] = await tx.query<TaskRow>(findTask.text, [user.tenant_id, user.user_id, task.id]);
    return row;
  }

  /** A task of a person; undefined for another's. */
  async find(user: UserCaller, id: string): Promise<TaskRow | undefined> {
    const [row] = await this.database.read<TaskRow>(findTask, [user.tenant_id, user.user_id, id]);
    return row;
  }

  /** Runs of an account's calendars, newest first, one further than asked for. */
  runs(user: UserCaller, accountId: string, page: { readonly after: string | null; readonly limit: number }): Promise<NamedRunRow[]> {
    return this.database.read<NamedRunRow>(runsOfAccount, [user.tenant_id, user.user_id, accountId, page.after, page.limit + 1]);
  }
}
