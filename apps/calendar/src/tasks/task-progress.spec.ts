import { toSyncTask } from './task-progress.js';
import type { TaskCalendar, TaskRow } from './tasks.repository.js';

const aCalendar = (change: Partial<TaskCalendar> = {}): TaskCalendar => ({
  calendar_id: 'c',
  name: 'C',
  is_read: false,
  goes_on: true,
  is_begun: false,
  last_error: null,
  ...change,
});
const read = { is_read: true, is_begun: true, pages: 2, changed: 3, removed: 1 };
const now = new Date('2026-11-21T12:00:00Z');
const aTask = {
  id: '0198f2a4-0000-7000-8000-000000000001',
  account_id: '0198f2a4-0000-7000-8000-0000000000c1',
  kind: 'refresh',
  created_at: now,
  is_listed: true,
  list_goes_on: true,
  paused_until: null,
} as const;
const taskOf = (calendars: readonly Partial<TaskCalendar>[], change: Partial<TaskRow> = {}) =>
  toSyncTask({ ...aTask, calendars: calendars.map(aCalendar), ...change }, now);

describe('a task', () => {
  it('waits while nothing of it has begun', () => {
    expect(taskOf([{}, {}], { is_listed: false })).toMatchObject({ status: 'queued', percent: 0 });
  });

  it('does not say how far it is before it knows its calendars', () => {
    expect(taskOf([], { is_listed: false })).toMatchObject({ status: 'queued', percent: null });
  });

  it('runs while a calendar is read, and counts what was', () => {
    const task = taskOf([read, { is_begun: true, pages: 1, changed: 4 }, {}]);

    expect(task).toMatchObject({ status: 'running', percent: 33, pages: 3, changed: 7, removed: 1 });
    expect(task.calendars.map(({ status }) => status)).toEqual(['succeeded', 'running', 'queued']);
  });

  it('has succeeded when every calendar was read, whatever was wrong before', () => {
    expect(taskOf([read, { ...read, last_error: 'unavailable' }])).toMatchObject({ status: 'succeeded', percent: 100 });
    expect(taskOf([{ ...read, last_error: 'unavailable' }]).calendars[0]?.error).toBeNull();
  });

  it('goes on after an error that passes, and tells it', () => {
    const task = taskOf([{ is_begun: true, last_error: 'unavailable' }]);

    expect(task).toMatchObject({ status: 'running', calendars: [{ status: 'running', error: 'unavailable' }] });
  });

  it('tells when it goes on while the provider wants no calls, and nothing of it otherwise', () => {
    const [past, later] = [new Date(now.getTime() - 1), new Date(now.getTime() + 60_000)];

    expect(taskOf([{}], { paused_until: later }).resumes_at).toBe(later.toISOString());
    expect(taskOf([{}], { paused_until: past }).resumes_at).toBeNull();
    expect(taskOf([read], { paused_until: later }).resumes_at).toBeNull();
    expect(taskOf([{}]).resumes_at).toBeNull();
  });

  it('has failed when a calendar will not be read any more, but not before the others are done', () => {
    const lost = { goes_on: false, last_error: 'not_found' };

    expect(taskOf([lost, read])).toMatchObject({ status: 'failed', percent: 50 });
    expect(taskOf([lost, {}]).status).toBe('running');
  });

  it('has failed when the account cannot be asked for its calendars any more', () => {
    expect(taskOf([], { is_listed: false, list_goes_on: false }).status).toBe('failed');
  });
});
