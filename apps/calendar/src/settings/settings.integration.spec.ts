import { jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  forceCalendarSync,
  getCalendarAccount,
  getSyncTask,
  listSyncRuns,
  refreshCalendarAccount,
  updateCalendarAccount,
  type InputOf,
} from '@patchbay/contracts';
import { waitFor } from '@patchbay/testing';
import { as, useCalendarService } from '../testing/calendar-callers.js';
import { storeAccount } from '../testing/stored-calendars.js';

jest.setTimeout(60_000);

describe('the settings of calendars, and the readings that people ask for', () => {
  const service = useCalendarService();
  afterEach(() => service.stack.faults.clear());

  const get = (userId: string, id: string) => service.requests.send(getCalendarAccount, { id }, as(userId));
  const update = (userId: string, wanted: InputOf<typeof updateCalendarAccount>) => service.requests.send(updateCalendarAccount, wanted, as(userId));
  const refresh = (userId: string, id: string) => service.requests.send(refreshCalendarAccount, { id }, as(userId));
  const force = (userId: string, id: string) => service.requests.send(forceCalendarSync, { id }, as(userId));
  const taskOf = (userId: string, id: string) => service.requests.send(getSyncTask, { task_id: id }, as(userId));
  const runsOf = async (userId: string, id: string) => (await service.requests.send(listSyncRuns, { id, limit: 50 }, as(userId))).items;
  const ended = (userId: string, id: string, patienceMs?: number) => {
    const look = async () => {
      const task = await taskOf(userId, id);
      return ['succeeded', 'failed'].includes(task.status) ? task : undefined;
    };
    return waitFor(look, 'the task to end', patienceMs);
  };
  /** An account whose selected calendars were read. */
  const readAccount = async () => {
    const { userId, connectionId: id } = await service.stack.connectAccount();
    const look = async () => {
      const account = await get(userId, id).catch(() => undefined);
      const selected = account?.calendars.filter((calendar) => calendar.is_selected) ?? [];
      return selected.length > 0 && selected.every(({ bookable }) => bookable) ? account : undefined;
    };
    return { userId, id, account: await waitFor(look, 'the calendars to be read') };
  };
  const rowOf = async (accountId: string, remoteId: string): Promise<Record<string, unknown>> =>
    (await service.sql.query<Record<string, unknown>>(`SELECT * FROM calendars WHERE account_id = $1 AND remote_id = $2`, [accountId, remoteId]))
      .rows[0] ?? {};

  it('tell what is read of an account: those that can be written to, and not other people’s', async () => {
    const { account } = await readAccount();

    expect(account).toMatchObject({
      token_status: 'valid',
      sync_enabled: true,
      sync_interval_minutes: 15,
      conflict_policy: 'block',
      error_count: 0,
      last_sync_at: expect.any(String),
    });
    expect(account.calendars.map((calendar) => [calendar.name, calendar.is_selected, calendar.reason]).slice(1)).toEqual([
      ['Holidays', false, 'not_selected'],
      ['Work', true, null],
    ]);
  });

  it('make a calendar that is selected be read at once, and one that is not any more be left alone', async () => {
    const { userId, id, account } = await readAccount();
    const [holidays, work] = ['Holidays', 'Work'].map((wanted) => account.calendars.find(({ name }) => name === wanted)?.id ?? '');
    const calendars = [
      { id: holidays ?? '', is_selected: true, conflict_policy: 'warn' as const },
      { id: work ?? '', is_selected: false },
    ];

    const changed = await update(userId, { id, calendars });
    const isRead = async () => (await get(userId, id)).calendars.find((calendar) => calendar.id === holidays && calendar.bookable);
    await waitFor(isRead, 'the holidays to be read');

    expect(changed.calendars.find((calendar) => calendar.id === holidays)).toMatchObject({ is_selected: true, conflict_policy: 'warn' });
    expect(changed.calendars.find((calendar) => calendar.id === work)).toMatchObject({ is_selected: false, bookable: false, reason: 'not_selected' });
    expect((await rowOf(id, work ?? ''))['next_attempt_at']).toBeNull();
  });

  it('give all calendars the policy of the account, but those that are named', async () => {
    const { userId, accountId: id } = await storeAccount(service.sql, { calendars: [{ remoteId: 'a' }, { remoteId: 'b', policy: 'ignore' }] });

    const changed = await update(userId, { id, conflict_policy: 'warn', calendars: [{ id: 'b', conflict_policy: 'block' }] });

    expect(changed.conflict_policy).toBe('warn');
    expect(changed.calendars.map((calendar) => [calendar.id, calendar.conflict_policy])).toEqual([
      ['a', 'warn'],
      ['b', 'block'],
    ]);
  });

  it('want no calendar back that was missing when another one was chosen', async () => {
    const { userId, accountId: id } = await storeAccount(service.sql, { calendars: [{ remoteId: 'a' }, { remoteId: 'b' }] });
    await service.sql.query(`UPDATE accounts SET calendar_id = 'a', preferred_calendar_id = 'missing' WHERE id = $1`, [id]);
    const preferred = async () => (await service.sql.query(`SELECT preferred_calendar_id FROM accounts WHERE id = $1`, [id])).rows[0] as unknown;

    await update(userId, { id, sync_interval_minutes: 5 });
    const before = await preferred();
    await update(userId, { id, calendar_id: 'b' });

    expect([before, await preferred()]).toEqual([{ preferred_calendar_id: 'missing' }, { preferred_calendar_id: null }]);
  });

  it('refuse calendars that the account does not have, or twice the same, and change nothing then', async () => {
    const { userId, accountId: id } = await storeAccount(service.sql, { calendars: [{ remoteId: 'a' }] });
    const before = await get(userId, id);
    const select = (...ids: string[]) =>
      update(userId, { id, sync_interval_minutes: 5, calendars: ids.map((calendarId) => ({ id: calendarId, is_selected: false })) });

    await expect(select('a', 'none')).rejects.toMatchObject({ code: 'request_invalid', details: { 'calendars.1.id': expect.any(String) } });
    await expect(select('a', 'a')).rejects.toMatchObject({ code: 'request_invalid', details: { 'calendars.1.id': 'is there twice' } });
    expect(await get(userId, id)).toEqual(before);
  });

  it('stop the reading of an account, and begin it again with its errors forgotten', async () => {
    const { userId, id, account } = await readAccount();
    await service.sql.query(`UPDATE calendars SET error_count = 5, sync_enabled = false, attempts = 5 WHERE account_id = $1 AND is_selected`, [id]);
    const broken = await get(userId, id);

    const off = await update(userId, { id, sync_enabled: false });
    const on = await update(userId, { id, sync_enabled: true });
    const isRead = async () => ((await get(userId, id)).last_sync_at ?? '') > (account.last_sync_at ?? '');
    await waitFor(async () => ((await isRead()) ? true : undefined), 'another reading');

    expect([broken.sync_enabled, broken.error_count]).toEqual([false, 5]);
    expect([off.sync_enabled, off.calendars.some(({ bookable }) => bookable)]).toEqual([false, false]);
    expect([on.sync_enabled, on.error_count]).toEqual([true, 0]);
  });

  it('bring the next reading nearer when the interval gets shorter, each calendar at a moment of its own', async () => {
    const { userId, accountId: id } = await storeAccount(service.sql, { calendars: [{ remoteId: 'a' }, { remoteId: 'b' }] });
    const late = new Date(Date.now() + 24 * 60 * 60_000);
    await service.sql.query(`UPDATE calendars SET next_attempt_at = $2 WHERE account_id = $1`, [id, late]);

    await update(userId, { id, sync_interval_minutes: 60 });

    const times = await Promise.all(['a', 'b'].map(async (name) => (await rowOf(id, name))['next_attempt_at'] as Date));
    expect(times.every((time) => time.getTime() <= Date.now() + 60 * 60_000)).toBe(true);
    expect(times[0]).not.toEqual(times[1]);
  });

  it('a refresh reads what has changed since, and says what it came to', async () => {
    const { userId, id } = await readAccount();

    const begun = await refresh(userId, id);
    const task = await ended(userId, begun.task_id);

    expect(begun.status).toBe('queued');
    expect(task).toMatchObject({ task_id: begun.task_id, account_id: id, kind: 'refresh', status: 'succeeded', percent: 100, changed: 0 });
    expect(task.calendars.map(({ name, status }) => [name, status]).slice(1)).toEqual([['Work', 'succeeded']]);
    const runs = await runsOf(userId, id);
    expect(runs.slice(0, 2).map(({ kind, status }) => [kind, status])).toEqual([
      ['incremental', 'succeeded'],
      ['incremental', 'succeeded'],
    ]);
    expect(runs.filter(({ kind, status }) => kind === 'full' && status === 'succeeded')).toHaveLength(2);
  });

  it('a forced reading reads everything anew, and is one task however often it is asked for', async () => {
    const { userId, id } = await readAccount();
    service.stack.faults.delay(300, { path: '/events' });

    const [first, second] = [await force(userId, id), await force(userId, id)];
    service.stack.faults.clear();
    await ended(userId, first.task_id);
    const third = await force(userId, id);

    expect(second.task_id).toBe(first.task_id);
    expect(third.task_id).not.toBe(first.task_id);
    expect((await runsOf(userId, id)).filter(({ kind }) => kind === 'full').length).toBeGreaterThanOrEqual(4);
    await ended(userId, third.task_id);
  });

  it('a task goes on through an outage and tells of it', async () => {
    const { userId, id, account } = await readAccount();
    const others = account.calendars.filter(({ is_primary: isPrimary }) => !isPrimary).map((calendar) => ({ id: calendar.id, is_selected: false }));
    await update(userId, { id, calendars: others });
    const primary = account.calendars.find(({ is_primary: isPrimary }) => isPrimary)?.id ?? '';
    // As often as one reading tries, and too seldom for Google to be taken to be away.
    service.stack.faults.failNext({ status: 503, count: 4, match: { method: 'GET', path: `/${encodeURIComponent(primary)}/events` } });

    const { task_id: taskId } = await refresh(userId, id);
    const troubled = await waitFor(async () => {
      const task = await taskOf(userId, taskId);
      return task.calendars.some(({ error }) => error !== null) ? task : undefined;
    }, 'the outage to be told');

    expect(troubled).toMatchObject({ status: 'running', calendars: [{ status: 'running', error: 'unavailable' }] });
    // Google may be taken to be away all the same, and is asked again after some time.
    expect(await ended(userId, taskId, 45_000)).toMatchObject({ status: 'succeeded', calendars: [{ error: null }] });
  });

  it('a reading is refused of an account that must be connected again, and of one without a selected calendar', async () => {
    const lost = await storeAccount(service.sql, { status: 'needs_reauth' });
    const empty = await storeAccount(service.sql, { calendars: [{ isSelected: false }] });

    await expect(refresh(lost.userId, lost.accountId)).rejects.toMatchObject({ code: 'connection_needs_reauth', status: 409 });
    await expect(force(empty.userId, empty.accountId)).rejects.toMatchObject({ code: 'calendar_none_selected', status: 409 });
  });

  it('tasks and histories are nobody else’s', async () => {
    const { userId, id } = await readAccount();
    const { task_id: taskId } = await refresh(userId, id);
    const stranger = randomUUID();

    await expect(taskOf(stranger, taskId)).rejects.toMatchObject({ code: 'task_not_found' });
    await expect(runsOf(stranger, id)).rejects.toMatchObject({ code: 'calendar_not_found' });
    await expect(refresh(stranger, id)).rejects.toMatchObject({ code: 'calendar_not_found' });
    await expect(force(stranger, id)).rejects.toMatchObject({ code: 'calendar_not_found' });
    await ended(userId, taskId);
  });

  it('the history is paged, newest first', async () => {
    const { userId, id } = await readAccount();
    await ended(userId, (await refresh(userId, id)).task_id);
    const all = await runsOf(userId, id);

    const first = await service.requests.send(listSyncRuns, { id, limit: 3 }, as(userId));
    const second = await service.requests.send(listSyncRuns, { id, limit: 3, cursor: first.next_cursor ?? '' }, as(userId));

    expect([...first.items, ...second.items].map((run) => run.id)).toEqual(all.map((run) => run.id));
    expect([first.items.length, second.next_cursor]).toEqual([3, null]);
    expect(all[0]).toMatchObject({ status: 'succeeded', error: null, calendar_name: expect.any(String), finished_at: expect.any(String) });
  });

  it('tell when a reading goes on that waits for its provider', async () => {
    const { userId, id } = await readAccount();
    const until = new Date(Date.now() + 60 * 60_000);
    await service.sql.query(`UPDATE accounts SET paused_until = $2 WHERE id = $1`, [id, until]);

    const { task_id: taskId } = await refresh(userId, id);

    expect((await taskOf(userId, taskId)).resumes_at).toBe(until.toISOString());
  });

  it('move whole days when their user says in which zone they are', async () => {
    const { userId, id } = await readAccount();
    await service.sql.query(`UPDATE calendars SET time_zone = NULL WHERE account_id = $1`, [id]);
    const zones = async () =>
      (await service.sql.query<{ zone: string }>(`SELECT DISTINCT zone FROM calendars WHERE account_id = $1`, [id])).rows.map(({ zone }) => zone);

    const account = await update(userId, { id, time_zone: 'Asia/Tokyo' });
    const said = await zones();
    await update(userId, { id, time_zone: null });

    expect([account.time_zone, said, await zones()]).toEqual(['Asia/Tokyo', ['Asia/Tokyo'], ['UTC']]);
    await expect(update(userId, { id, time_zone: 'Mars/Olympus' })).rejects.toMatchObject({ code: 'request_invalid' });
  });

  it('have everything worked out again when what is tentative comes to be free', async () => {
    const { userId, id } = await readAccount();
    const policies = async () =>
      (await service.sql.query(`SELECT DISTINCT tentative_policy FROM calendars WHERE account_id = $1`, [id])).rows as readonly object[];

    const { tentative_policy: policy } = await update(userId, { id, tentative_policy: 'free' });

    expect([policy, await policies()]).toEqual(['free', [{ tentative_policy: 'free' }]]);
    expect((await update(userId, { id, sync_interval_minutes: 30 })).tentative_policy).toBe('free');
  });
});
