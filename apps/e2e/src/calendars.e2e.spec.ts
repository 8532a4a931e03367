import { PatchbayApiError } from '@patchbay/api-client';
import {
  forceCalendarSync,
  getBusyTimes,
  getCalendarAccount,
  getSyncTask,
  listSyncRuns,
  refreshCalendarAccount,
  updateCalendarAccount,
  type CalendarAccount,
  type SyncTask,
  type UserBusy,
} from '@patchbay/contracts';
import { calendarAccountReady, connectAccount, eventually, hours, NotYet } from '@patchbay/local-stack';
import { request } from 'undici';
import { callRaw, clientOf, freshId, grace, product, sandbox, signIn, soon, stack } from './whole-stack.js';

const email = `${freshId('calendars')}@example.com`;
const signedIn = await signIn('github', email);
const token = String(signedIn.body['access_token']);
const client = clientOf(token);
const userId = String((await callRaw('GET', '/api/v1/auth/me/', { token })).body['id']);

const startsAt = soon();
const at = (hour: number): string => new Date(startsAt + hours(hour)).toISOString();
const asked = { from: at(-24), to: at(24 * 7) };
const anHour = (hour: number) => ({ start: at(hour), end: at(hour + 1) });
const googleTime = (hour: number) => ({ dateTime: at(hour), timeZone: 'UTC' });
const meeting = (summary: string, hour: number) => ({ summary, start: googleTime(hour), end: googleTime(hour + 1) });

const busyTimes = async (): Promise<UserBusy> => {
  const [item] = (await client.call(getBusyTimes, asked)).items;
  if (item === undefined) throw new Error('nobody was told of');
  return item;
};
const put = (event: Readonly<Record<string, unknown>>) => sandbox.begin('google', 'put-event', { email, event });

/** The sandbox's id of an event. */
async function idOf(title: string): Promise<string> {
  const { body } = await rawSandbox('/control/providers');
  const accounts = body.providers.find(({ id }) => id === 'google')?.accounts ?? [];
  const items = accounts.filter((account) => account.email === email).flatMap(({ collections }) => collections.flatMap((one) => one.items));
  return items.find((item) => item.title === title)?.id ?? '';
}

interface SandboxItems {
  readonly providers: readonly {
    readonly id: string;
    readonly accounts: readonly {
      readonly email: string;
      readonly collections: readonly { readonly items: readonly { readonly id: string; readonly title: string }[] }[];
    }[];
  }[];
}

async function rawSandbox(path: string): Promise<{ readonly body: SandboxItems }> {
  const answer = await request(`${stack.sandboxUrl}${path}`);
  return { body: (await answer.body.json()) as SandboxItems };
}

describe('the calendars of somebody who connects Google', () => {
  let account: CalendarAccount;

  const ended = (taskId: string): Promise<SyncTask> =>
    eventually('the task to end', async () => {
      const task = await client.call(getSyncTask, { task_id: taskId });
      if (task.status === 'queued' || task.status === 'running') throw new NotYet(JSON.stringify(task));
      return task;
    });
  const refresh = async (): Promise<SyncTask> => ended((await client.call(refreshCalendarAccount, { id: account.id })).task_id);
  const remove = async (title: string): Promise<void> => sandbox.begin('google', 'remove-event', { email, id: await idOf(title) });

  beforeAll(async () => {
    const at = { client, gatewayUrl: stack.gatewayUrl, sandbox };
    const id = await connectAccount(at, { provider: 'google', type: 'calendar', email });
    account = await calendarAccountReady(client, id);
    // Whoever asks for a reading shall be the one who finds what there is.
    await sandbox.begin('google', 'mute-channels', { email });
  }, 60_000);

  it('can be booked on as soon as they were read', async () => {
    await eventually('calendars that can be booked on', async () => {
      const { bookable, calendars } = await busyTimes();
      if (!bookable || calendars.length === 0) throw new NotYet(JSON.stringify(calendars));
    });

    const { calendars } = await client.call(getCalendarAccount, { id: account.id });
    expect(calendars.find(({ is_primary: isPrimary }) => isPrimary)).toMatchObject({ is_selected: true, bookable: true, reason: null });
  });

  it('show an event once they are refreshed, and the task tells what it came to', async () => {
    await put(meeting('Dentist', 0));

    const task = await refresh();

    expect(task).toMatchObject({ status: 'succeeded', percent: 100, changed: 1, removed: 0 });
    expect(await busyTimes()).toMatchObject({ bookable: true, busy: [anHour(0)] });
  });

  it('are followed as server-sent events until the task has ended', async () => {
    const { task_id: taskId } = await client.call(refreshCalendarAccount, { id: account.id });
    const headers = { accept: 'text/event-stream', authorization: `Bearer ${token}` };
    const answer = await request(`${stack.gatewayUrl}/api/v1/integrations/tasks/${taskId}/`, { headers });
    const lines = (await answer.body.text()).split('\n').filter((line) => line.startsWith('data: '));

    const last = JSON.parse(lines.at(-1)?.slice('data: '.length) ?? '') as SyncTask;
    expect([answer.statusCode, last.task_id, last.status]).toEqual([200, taskId, 'succeeded']);
  });

  it('show every occurrence of a series, but free time not at all', async () => {
    await put({ ...meeting('Stand-up', 24), recurrence: ['RRULE:FREQ=DAILY;COUNT=3'] });
    await put({ ...meeting('Maybe a walk', 3), transparency: 'transparent' });

    await refresh();

    expect((await busyTimes()).busy).toEqual([anHour(0), anHour(24), anHour(48), anHour(72)]);
  });

  it('lose what is deleted', async () => {
    await remove('Stand-up');
    await remove('Dentist');

    const task = await refresh();

    expect(task).toMatchObject({ status: 'succeeded' });
    expect((await busyTimes()).busy).toEqual([]);
  });

  it('warn or are ignored, as the person wants', async () => {
    await put(meeting('Focus', 5));
    await refresh();
    const calendarId = account.calendar_id ?? '';
    const policy = (wanted: 'block' | 'warn' | 'ignore') =>
      client.call(updateCalendarAccount, { id: account.id, calendars: [{ id: calendarId, conflict_policy: wanted }] });

    await policy('warn');
    const warned = await busyTimes();
    await policy('ignore');
    const ignored = await busyTimes();
    await policy('block');

    expect([warned.busy, warned.warnings]).toEqual([[], [{ ...anHour(5), account_id: account.id, calendar_id: calendarId }]]);
    expect([ignored.busy, ignored.warnings]).toEqual([[], []]);
    expect((await busyTimes()).busy).toEqual([anHour(5)]);
  });

  it('are what the product asks for, and nobody else', async () => {
    const { items } = await product.call(getBusyTimes, { ...asked, user_id: [userId, grace.id] });
    const stranger = await clientOf(grace.token)
      .call(getBusyTimes, { ...asked, user_id: userId })
      .catch((error: unknown) => error);

    expect(items.map((item) => item.user_id)).toEqual([userId, grace.id]);
    expect(items[0]?.busy).toEqual([anHour(5)]);
    expect(stranger).toBeInstanceOf(PatchbayApiError);
    expect(stranger).toMatchObject({ status: 403, code: 'forbidden' });
  });

  it('stay as they are known while everything is read anew, also when Google has forgotten its sync tokens', async () => {
    await sandbox.begin('google', 'expire-sync-tokens', {});

    const afterExpiry = await refresh();
    const { task_id: taskId } = await client.call(forceCalendarSync, { id: account.id });
    const forced = await ended(taskId);

    expect([afterExpiry.status, forced.status, forced.kind]).toEqual(['succeeded', 'succeeded', 'force_sync']);
    expect(await busyTimes()).toMatchObject({ bookable: true, busy: [anHour(5)] });
  });

  it('have a history', async () => {
    const { items } = await client.call(listSyncRuns, { id: account.id, limit: 200 });

    // One may be going on: the provider may have called back just now.
    expect(items.filter(({ status }) => status === 'failed')).toEqual([]);
    expect(new Set(items.map(({ kind }) => kind))).toEqual(new Set(['full', 'incremental']));
    expect(items.filter(({ changed }) => changed > 0).length).toBeGreaterThan(2);
  });

  it('cannot be booked on any more once the permission is taken back', async () => {
    await sandbox.revokeGrant('google', email);
    await client.call(refreshCalendarAccount, { id: account.id });

    await eventually('the account to say so', async () => {
      const { bookable, calendars } = await busyTimes();
      if (bookable || calendars.some(({ reason }) => reason !== 'needs_reauth')) throw new NotYet(JSON.stringify(calendars));
    });

    expect(await client.call(getCalendarAccount, { id: account.id })).toMatchObject({ status: 'needs_reauth', token_status: 'needs_reauth' });
    await expect(client.call(refreshCalendarAccount, { id: account.id })).rejects.toMatchObject({ code: 'connection_needs_reauth', status: 409 });
  });
});
