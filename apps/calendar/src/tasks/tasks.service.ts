import { Inject, Injectable } from '@nestjs/common';
import {
  AppError,
  type InputOf,
  type listSyncRuns,
  type OutputOf,
  type refreshCalendarAccount,
  type SyncRun,
  type SyncTask,
} from '@patchbay/contracts';
import { Database, idCursorOf, toPage, type Transaction } from '@patchbay/database';
import type { UserCaller } from '@patchbay/messaging';
import { CLOCK, type Clock } from '@patchbay/service-kit';
import { v7 as uuidv7 } from 'uuid';
import { SettingsRepository } from '../settings/settings.repository.js';
import { CalendarsRepository } from '../sync/calendars.repository.js';
import { toSyncTask } from './task-progress.js';
import { TasksRepository, type NamedRunRow } from './tasks.repository.js';

type BegunTask = OutputOf<typeof refreshCalendarAccount>;

/** Lets calendars be read because somebody asked, and says how far that is. */
@Injectable()
export class TasksService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(TasksRepository) private readonly tasks: TasksRepository,
    @Inject(CalendarsRepository) private readonly calendars: CalendarsRepository,
    @Inject(SettingsRepository) private readonly settings: SettingsRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws AppError `calendar_not_found`, `connection_needs_reauth` or `calendar_none_selected` */
  refresh(user: UserCaller, accountId: string): Promise<BegunTask> {
    return this.database.transaction((tx) => this.#begin(tx, user, { accountId, kind: 'refresh' }));
  }

  /** Everything is read anew; while that goes on, asking again is answered with the same task. @throws as {@link refresh} */
  forceSync(user: UserCaller, accountId: string): Promise<BegunTask> {
    return this.database.transaction((tx) => this.#begin(tx, user, { accountId, kind: 'force_sync' }));
  }

  /** @throws AppError `task_not_found` */
  async get(user: UserCaller, id: string): Promise<SyncTask> {
    const row = await this.tasks.find(user, id);
    if (row === undefined) throw new AppError('task_not_found');
    return toSyncTask(row, this.clock());
  }

  /** @throws AppError `calendar_not_found`, or `request_invalid` when the cursor is none of ours */
  async runs(user: UserCaller, { id, ...page }: InputOf<typeof listSyncRuns>): Promise<OutputOf<typeof listSyncRuns>> {
    if ((await this.settings.find(user, id)) === undefined) throw new AppError('calendar_not_found');
    return toPage(await this.tasks.runs(user, id, { after: idCursorOf(page), limit: page.limit }), page.limit, toSyncRun);
  }

  async #begin(tx: Transaction, user: UserCaller, wanted: Pick<SyncTask, 'kind'> & { readonly accountId: string }): Promise<BegunTask> {
    const { accountId, kind } = wanted;
    const account = await this.tasks.lockAccount(tx, user, accountId);
    if (account === undefined) throw new AppError('calendar_not_found');
    if (account.status !== 'active') throw new AppError('connection_needs_reauth');
    if (account.has_none_selected) throw new AppError('calendar_none_selected');
    if (kind === 'force_sync') {
      const latest = await this.tasks.latest(tx, user, wanted);
      const { task_id, status } = latest === undefined ? { task_id: '', status: 'succeeded' } : toSyncTask(latest, this.clock());
      if (status === 'queued' || status === 'running') return { task_id, status };
    }
    const now = this.clock();
    const listRevision = await this.tasks.listSoon(tx, accountId, now);
    const due = await this.calendars.readSoon(tx, { accountId, isFull: kind === 'force_sync', now });
    const revisions = new Map(due.map(({ id, wanted_revision: revision }) => [id, revision]));
    const id = uuidv7();
    await this.tasks.add(tx, { id, user, accountId, kind, listRevision, revisions, now });
    return { task_id: id, status: 'queued' };
  }
}

const toSyncRun = (row: NamedRunRow): SyncRun => ({
  id: row.id,
  calendar_id: row.remote_id,
  calendar_name: row.name,
  kind: row.kind,
  status: row.status,
  pages: row.pages,
  changed: row.changed,
  removed: row.removed,
  error: row.error,
  started_at: row.started_at.toISOString(),
  finished_at: row.finished_at?.toISOString() ?? null,
});
