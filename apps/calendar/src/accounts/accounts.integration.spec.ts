import { jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { getCalendarAccount, integrationDisconnected, listCalendarAccounts, updateCalendarAccount, type CalendarAccount } from '@patchbay/contracts';
import { waitFor } from '@patchbay/testing';
import { as, useCalendarService } from '../testing/calendar-callers.js';

jest.setTimeout(60_000);

describe('calendar accounts', () => {
  const service = useCalendarService();

  const list = async (userId: string) => (await service.requests.send(listCalendarAccounts, { limit: 50 }, as(userId))).items;
  const isRead = ({ calendar_id: id, calendars }: CalendarAccount): boolean =>
    id !== null && calendars.every((calendar) => calendar.bookable || !calendar.is_selected);
  const readAccount = (userId: string) => waitFor(async () => (await list(userId)).find(isRead), 'the calendars');
  const disconnect = (account: { userId: string; connectionId: string }, reason: 'by_user' | 'refused_by_provider') =>
    service.stack.probe.publish(integrationDisconnected, {
      data: { user_id: account.userId, connection_id: account.connectionId, provider: 'google', type: 'calendar', reason },
    });

  it('reads the calendars of a connected account and chooses the primary one', async () => {
    const { userId, connectionId } = await service.stack.connectAccount();

    const account = await readAccount(userId);

    expect(account).toMatchObject({ id: connectionId, provider: 'google', status: 'active', is_active: true, last_error: null });
    expect(account.calendars.find(({ id }) => id === account.calendar_id)).toMatchObject({ is_primary: true, is_writable: true });
  });

  it('says of an account that this build cannot read that it is not supported, and asks nobody', async () => {
    const { userId } = await service.stack.connectAccount(undefined, undefined, 'zoom');

    const account = await waitFor(async () => (await list(userId)).find(({ last_error: error }) => error !== null), 'the verdict');

    expect(account).toMatchObject({ provider: 'zoom', status: 'active', last_error: 'provider_not_supported', calendar_id: null });
  });

  it("never shows or changes another person's account", async () => {
    const { userId, connectionId: id } = await service.stack.connectAccount();
    await readAccount(userId);
    const stranger = as(randomUUID());

    await expect(service.requests.send(getCalendarAccount, { id }, stranger)).rejects.toMatchObject({ code: 'calendar_not_found' });
    await expect(service.requests.send(updateCalendarAccount, { id, is_active: false }, stranger)).rejects.toMatchObject({
      code: 'calendar_not_found',
    });
    await expect(service.requests.send(listCalendarAccounts, { limit: 50 })).rejects.toMatchObject({ code: 'forbidden' });
    expect((await list(userId))[0]).toMatchObject({ is_active: true });
  });

  it('refuses a calendar that the account does not have, and changes nothing then', async () => {
    const { userId, connectionId: id } = await service.stack.connectAccount();
    const before = await readAccount(userId);

    const refused = service.requests.send(updateCalendarAccount, { id, calendar_id: 'unknown', is_active: false }, as(userId));

    await expect(refused).rejects.toMatchObject({ code: 'calendar_id_unknown', status: 400 });
    expect(await service.requests.send(getCalendarAccount, { id }, as(userId))).toEqual(before);
  });

  it('keeps the calendar that a user chooses while the calendars are being read', async () => {
    const { userId, connectionId: id } = await service.stack.connectAccount();
    const before = await readAccount(userId);
    const other = before.calendars.find((calendar) => calendar.is_writable && calendar.id !== before.calendar_id)?.id ?? '';
    const reads = () => service.stack.requests.filter(({ path }) => path.includes('/calendarList')).length;
    const readsBefore = reads();
    service.stack.faults.delay(1_000, { path: '/calendarList' });

    await service.stack.connectAccount(userId, id);
    await waitFor(() => (reads() > readsBefore ? true : undefined), 'the calendars to be read again');
    const chosen = await service.requests.send(updateCalendarAccount, { id, calendar_id: other }, as(userId));
    service.stack.faults.clear();
    const isListed = async () => (await list(userId)).find((account) => account.updated_at !== chosen.updated_at);
    const after = await waitFor(isListed, 'the reading to end');

    expect([chosen.calendar_id, after.calendar_id]).toEqual([other, other]);
  });

  it('reads what is connected again at once, whatever pause its provider wanted before', async () => {
    const account = await service.stack.connectAccount();
    await readAccount(account.userId);
    await disconnect(account, 'refused_by_provider');
    await waitFor(async () => ((await list(account.userId))[0]?.status === 'needs_reauth' ? true : undefined), 'the refusal');
    await service.sql.query(`UPDATE accounts SET paused_until = now() + interval '1 hour' WHERE id = $1`, [account.connectionId]);

    await service.stack.connectAccount(account.userId, account.connectionId);

    const isListed = async (): Promise<true | undefined> => {
      const { rows } = await service.sql.query(`SELECT 1 FROM accounts WHERE id = $1 AND status = 'active' AND applied_revision = wanted_revision`, [
        account.connectionId,
      ]);
      return rows.length > 0 ? true : undefined;
    };
    expect(await waitFor(isListed, 'the calendars to be listed again')).toBe(true);
  });

  it('refuses a cursor that is none of its own', async () => {
    await expect(service.requests.send(listCalendarAccounts, { limit: 50, cursor: 'x' }, as(randomUUID()))).rejects.toMatchObject({
      code: 'request_invalid',
    });
  });

  it('pages through accounts, newest first', async () => {
    const userId = randomUUID();
    for (let count = 0; count < 3; count += 1) await service.stack.connectAccount(userId);
    await waitFor(async () => ((await list(userId)).length === 3 ? true : undefined), 'three accounts');

    const first = await service.requests.send(listCalendarAccounts, { limit: 2 }, as(userId));
    const second = await service.requests.send(listCalendarAccounts, { limit: 2, cursor: first.next_cursor ?? '' }, as(userId));

    expect([first.items.length, second.items.length, second.next_cursor]).toEqual([2, 1, null]);
    // Their calendars may still be on their way, so only who is there is compared.
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual((await list(userId)).map(({ id }) => id));
  });

  it('shows an account that must be connected again, hides one that its user disconnected, and keeps the settings of both', async () => {
    const account = await service.stack.connectAccount();
    await readAccount(account.userId);
    await service.requests.send(updateCalendarAccount, { id: account.connectionId, is_active: false }, as(account.userId));
    const becomes = (look: (items: Awaited<ReturnType<typeof list>>) => boolean, what: string) =>
      waitFor(async () => (look(await list(account.userId)) ? true : undefined), what);

    await disconnect(account, 'refused_by_provider');
    await becomes(([item]) => item?.status === 'needs_reauth' && item.last_error === 'connection_needs_reauth', 'the refusal');
    await disconnect(account, 'by_user');
    await becomes((items) => items.length === 0, 'the account to be hidden');
    await service.stack.connectAccount(account.userId, account.connectionId);
    await becomes(([item]) => item?.status === 'active', 'the account to come back');

    expect((await list(account.userId))[0]).toMatchObject({ is_active: false, last_error: null });
  });
});
