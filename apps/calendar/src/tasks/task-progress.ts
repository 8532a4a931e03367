import type { SyncTask, SyncTaskStatus } from '@patchbay/contracts';
import type { TaskCalendar, TaskRow } from './tasks.repository.js';

type ShownCalendar = SyncTask['calendars'][number];

/** A task as its owner sees it. */
export function toSyncTask(row: TaskRow, now: Date): SyncTask {
  const calendars = row.calendars.map(toShownCalendar);
  const sum = (count: 'pages' | 'changed' | 'removed'): number => calendars.reduce((total, calendar) => total + calendar[count], 0);
  const status = statusOf(row, calendars);
  return {
    task_id: row.id,
    account_id: row.account_id,
    kind: row.kind,
    status,
    percent: percentOf(row, calendars),
    pages: sum('pages'),
    changed: sum('changed'),
    removed: sum('removed'),
    resumes_at: status === 'queued' || status === 'running' ? resumesAt(row, now) : null,
    calendars,
    created_at: row.created_at.toISOString(),
  };
}

function resumesAt({ paused_until: until }: TaskRow, now: Date): string | null {
  return until !== null && until > now ? until.toISOString() : null;
}

/** It goes on as long as anything does: one calendar that failed does not end what others still wait for. */
function statusOf(row: TaskRow, calendars: readonly ShownCalendar[]): SyncTaskStatus {
  const parts = [listStatusOf(row), ...calendars.map(({ status }) => status)];
  if (parts.every((status) => status === 'queued')) return 'queued';
  if (parts.some((status) => status === 'queued' || status === 'running')) return 'running';
  return parts.includes('failed') ? 'failed' : 'succeeded';
}

function listStatusOf({ is_listed: isListed, list_goes_on: goesOn }: TaskRow): SyncTaskStatus {
  if (isListed) return 'succeeded';
  return goesOn ? 'queued' : 'failed';
}

function percentOf({ is_listed: isListed }: TaskRow, calendars: readonly ShownCalendar[]): number | null {
  if (calendars.length === 0) return isListed ? 100 : null;
  const read = calendars.filter(({ status }) => status === 'succeeded').length;
  return Math.floor((100 * read) / calendars.length);
}

function toShownCalendar(calendar: TaskCalendar): ShownCalendar {
  const { calendar_id, name, pages, changed, removed, last_error } = calendar;
  const status = calendarStatusOf(calendar);
  const error = status === 'succeeded' ? null : last_error;
  return { calendar_id, name, status, pages: pages ?? 0, changed: changed ?? 0, removed: removed ?? 0, error };
}

function calendarStatusOf({ is_read: isRead, goes_on: goesOn, is_begun: isBegun }: TaskCalendar): SyncTaskStatus {
  if (isRead) return 'succeeded';
  if (!goesOn) return 'failed';
  return isBegun ? 'running' : 'queued';
}
