import { jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  calendarGapReported,
  getCalendarAccount,
  getCalendarGap,
  integrationDisconnected,
  listCalendarGaps,
  updateCalendarAccount,
  type CalendarGap,
} from '@patchbay/contracts';
import { waitFor } from '@patchbay/testing';
import { as, useCalendarService } from '../testing/calendar-callers.js';

jest.setTimeout(60_000);

const email = 'olivia.organiser@example.com';
const hourMs = 3_600_000;
const at = (hours: number): string => new Date((Math.floor(Date.now() / hourMs) + hours) * hourMs).toISOString();

describe('an account that was not read and is again', () => {
  const service = useCalendarService();
  const placed: string[] = [];
  afterEach(() => {
    for (const id of placed.splice(0)) service.stack.google.people.removeEvent({ email, calendarId: 'primary', id });
  });

  const put = (summary: string, hours: number): void => {
    const event = { summary, start: { dateTime: at(hours), timeZone: 'UTC' }, end: { dateTime: at(hours + 1), timeZone: 'UTC' } };
    placed.push(service.stack.google.people.putEvent({ email, calendarId: 'primary', event }));
  };
  const isRead = (accountId: string) =>
    waitFor(async () => {
      const sql = `SELECT count(*) > 0 AND bool_and(applied_revision = wanted_revision AND generation > 0) AS is_read FROM calendars
        WHERE account_id = $1 AND is_selected`;
      return (await service.sql.query<{ is_read: boolean }>(sql, [accountId])).rows[0]?.is_read === true ? true : undefined;
    }, 'the calendars');
  const end = ({ userId, connectionId }: { readonly userId: string; readonly connectionId: string }, reason: 'by_user' | 'refused_by_provider') =>
    service.stack.probe.publish(integrationDisconnected, {
      data: { user_id: userId, connection_id: connectionId, provider: 'google', type: 'calendar', reason },
    });
  const hasStatus = (accountId: string, status: string) =>
    waitFor(
      async () =>
        (await service.sql.query('SELECT 1 FROM accounts WHERE id = $1 AND status = $2', [accountId, status])).rowCount === 1 ? true : undefined,
      status,
    );
  const gapsOf = async (account: { readonly userId: string; readonly connectionId: string }): Promise<readonly CalendarGap[]> =>
    (await service.requests.send(listCalendarGaps, { id: account.connectionId, limit: 50 }, as(account.userId))).items;
  const reported = (account: { readonly userId: string; readonly connectionId: string }) =>
    waitFor(async () => (await gapsOf(account)).find((gap) => gap.calendar_id === email), 'the report');

  it('tells what changed while its permission was gone and which bookings collide, and has kept what was chosen', async () => {
    put('Before', 24);
    const account = await service.stack.connectAccount();
    const { userId, connectionId } = account;
    await isRead(connectionId);
    const wanted = {
      id: connectionId,
      booking_change_policy: 'follow' as const,
      sync_interval_minutes: 7,
      calendars: [{ id: email, conflict_policy: 'block' as const }],
    };
    const before = await service.requests.send(updateCalendarAccount, wanted, as(userId));
    await service.stack.book(userId, { conferencing: 'none', title: 'Consultation', start_time: at(48), end_time: at(49) });
    await waitFor(
      async () =>
        (await service.sql.query('SELECT 1 FROM bookings WHERE user_id = $1 AND event_id IS NOT NULL', [userId])).rowCount === 1 ? true : undefined,
      'the event',
    );

    await end(account, 'refused_by_provider');
    await hasStatus(connectionId, 'needs_reauth');
    put('Meanwhile', 48);
    await service.stack.connectAccount(userId, connectionId);
    const gap = await reported(account);

    expect(gap).toMatchObject({ reason: 'needs_reauth', calendar_name: expect.any(String), collision_count: 1, removed: 0, changed: 0 });
    expect(Date.parse(gap.from)).toBeLessThan(Date.parse(gap.until));
    const report = await service.requests.send(getCalendarGap, { id: connectionId, gap_id: gap.id }, as(userId));
    expect(report.changes).toContainEqual(expect.objectContaining({ change: 'added', title: 'Meanwhile', start_time: at(48), end_time: at(49) }));
    expect(report.collisions).toMatchObject([
      { title: 'Consultation', start_time: at(48), busy: { title: 'Meanwhile', start: at(48), end: at(49) } },
    ]);
    const isThis = (event: { readonly gap_id: string }) => event.gap_id === gap.id;
    expect(await service.stack.probe.next(calendarGapReported, isThis)).toMatchObject({
      user_id: userId,
      reason: 'needs_reauth',
      collision_count: 1,
    });
    const { calendars, ...after } = await service.requests.send(getCalendarAccount, { id: connectionId }, as(userId));
    expect(after).toMatchObject({ booking_change_policy: 'follow', sync_interval_minutes: 7, calendar_id: before.calendar_id, status: 'active' });
    const chosen = (all: typeof calendars) => all.map(({ id, is_selected, conflict_policy }) => [id, is_selected, conflict_policy]);
    expect(chosen(calendars)).toEqual(chosen(before.calendars));
  });

  it.each([
    ['of the account', (isOn: boolean) => ({ sync_enabled: isOn })],
    ['of a calendar that is not selected', (isOn: boolean) => ({ calendars: [{ id: email, is_selected: isOn }] })],
  ])('tells of a pause by hand as of that: %s', async (_what, wanted) => {
    const account = await service.stack.connectAccount();
    await isRead(account.connectionId);
    const enable = (isOn: boolean) => service.requests.send(updateCalendarAccount, { id: account.connectionId, ...wanted(isOn) }, as(account.userId));

    await enable(false);
    put('Meanwhile', 30);
    await enable(true);

    expect(await reported(account)).toMatchObject({ reason: 'switched_off', added: 1, changed: 0, removed: 0 });
  });

  it('keeps nothing of a calendar that its user disconnects, so that a later report counts no changes', async () => {
    const account = await service.stack.connectAccount();
    await isRead(account.connectionId);
    await end(account, 'refused_by_provider');
    await hasStatus(account.connectionId, 'needs_reauth');
    await service.stack.connectAccount(account.userId, account.connectionId);
    const first = await reported(account);

    await end(account, 'by_user');
    await hasStatus(account.connectionId, 'disconnected');
    const { rows } = await service.sql.query('SELECT 1 FROM calendar_gaps WHERE account_id = $1', [account.connectionId]);
    await service.stack.connectAccount(account.userId, account.connectionId);
    await hasStatus(account.connectionId, 'active');
    const second = await reported(account);

    expect(rows).toEqual([]);
    expect(second).toMatchObject({ reason: 'disconnected', added: null, changed: null, removed: null });
    expect(second.id).not.toBe(first.id);
  });

  it('has no report when it is only connected once more', async () => {
    const account = await service.stack.connectAccount();
    await isRead(account.connectionId);
    await service.stack.connectAccount(account.userId, account.connectionId);
    await waitFor(async () => {
      const { rows } = await service.sql.query(`SELECT 1 FROM calendars WHERE account_id = $1 AND is_primary AND applied_revision >= 2`, [
        account.connectionId,
      ]);
      return rows.length > 0 ? true : undefined;
    }, 'the second reading');

    expect(await gapsOf(account)).toEqual([]);
  });

  it('shows its reports to its user alone', async () => {
    const account = await service.stack.connectAccount();
    await isRead(account.connectionId);
    await end(account, 'refused_by_provider');
    await hasStatus(account.connectionId, 'needs_reauth');
    await service.stack.connectAccount(account.userId, account.connectionId);
    const { id } = await reported(account);
    const stranger = as(randomUUID());
    const input = { id: account.connectionId, gap_id: id };

    await expect(service.requests.send(listCalendarGaps, { id: input.id, limit: 50 }, stranger)).rejects.toMatchObject({
      code: 'calendar_not_found',
    });
    await expect(service.requests.send(getCalendarGap, input, stranger)).rejects.toMatchObject({ code: 'calendar_not_found' });
    await expect(service.requests.send(getCalendarGap, { ...input, gap_id: randomUUID() }, as(account.userId))).rejects.toMatchObject({
      code: 'calendar_gap_not_found',
    });
    const page = await service.requests.send(listCalendarGaps, { id: input.id, limit: 1 }, as(account.userId));
    const next = { id: input.id, limit: 1, ...(page.next_cursor === null ? {} : { cursor: page.next_cursor }) };
    expect([page.items.length, page.next_cursor !== null]).toEqual([1, true]);
    expect((await service.requests.send(listCalendarGaps, next, as(account.userId))).items).toHaveLength(1);
  });
});
