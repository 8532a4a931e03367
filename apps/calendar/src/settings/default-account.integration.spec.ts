import { jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { calendarEventCreated, getCalendarAccount, updateCalendarAccount } from '@patchbay/contracts';
import { waitFor } from '@patchbay/testing';
import { as, useCalendarService } from '../testing/calendar-callers.js';
import { storeAccount } from '../testing/stored-calendars.js';

jest.setTimeout(60_000);

describe('the account that bookings are written to', () => {
  const service = useCalendarService();

  const get = (userId: string, id: string) => service.requests.send(getCalendarAccount, { id }, as(userId));
  const choose = (userId: string, id: string) => service.requests.send(updateCalendarAccount, { id, is_default: true }, as(userId));
  /** An account whose calendars are known. */
  const connected = async (userId: ReturnType<typeof randomUUID>): Promise<string> => {
    const { connectionId: id } = await service.stack.connectAccount(userId);
    const look = async () => (typeof (await get(userId, id).catch(() => undefined))?.calendar_id === 'string' ? true : undefined);
    await waitFor(look, 'the calendars');
    return id;
  };
  const bookedAt = async (userId: string): Promise<string> => {
    const booking = await service.stack.book(userId, { conferencing: 'none' });
    return (await service.stack.probe.next(calendarEventCreated, (event) => event.booking_id === booking.booking_id)).connection_id;
  };

  it('is the first connected one until its user chooses another, and is shown', async () => {
    const userId = randomUUID();
    const [first, second] = [await connected(userId), await connected(userId)];
    const shown = async () => [(await get(userId, first)).is_default, (await get(userId, second)).is_default];

    const before = [await shown(), await bookedAt(userId)];
    const chosen = await choose(userId, second);
    const after = [await shown(), await bookedAt(userId)];

    expect(chosen.is_default).toBe(true);
    expect([before, after]).toEqual([
      [[true, false], first],
      [[false, true], second],
    ]);
  });

  it('is another one where its calendars can never be listed, also for a booking that waited for them', async () => {
    const userId = randomUUID();
    const second = await connected(userId);
    const { faults, connectAccount, book, probe } = service.stack;
    faults.delay(2_000, { path: '/calendarList' });
    faults.failNext({ status: 403, count: 100, match: { path: '/calendarList' } });
    const { connectionId: mute } = await connectAccount(userId);
    await waitFor(() => get(userId, mute).catch(() => undefined), 'the account');
    await service.sql.query('UPDATE accounts SET is_default = true WHERE id = $1', [mute]);

    const booking = await book(userId, { conferencing: 'none' });
    const waits = () => service.sql.query(`SELECT 1 FROM bookings WHERE booking_id = $1 AND last_error = 'calendars_not_read'`, [booking.booking_id]);
    await waitFor(async () => ((await waits()).rowCount === 1 ? true : undefined), 'the booking to wait');
    const created = await probe.next(calendarEventCreated, (event) => event.booking_id === booking.booking_id);
    faults.clear();

    expect(created.connection_id).toBe(second);
  });

  it('is one, however many are chosen at once', async () => {
    const userId = randomUUID();
    const ids = [await connected(userId), await connected(userId)];

    await Promise.all([...ids, ...ids].map((id) => choose(userId, id)));

    const { rows } = await service.sql.query<{ count: number }>(`SELECT count(*)::int AS count FROM accounts WHERE user_id = $1 AND is_default`, [
      userId,
    ]);
    expect(rows[0]?.count).toBe(1);
  });

  it('is none that was switched off for bookings, or is in the same breath', async () => {
    const userId = randomUUID();
    const [first, second] = [await connected(userId), await connected(userId)];
    const update = (wanted: { readonly is_active: boolean; readonly is_default?: true }) =>
      service.requests.send(updateCalendarAccount, { id: second, ...wanted }, as(userId));
    const refusal = { code: 'request_invalid', status: 400, details: { is_default: expect.any(String) } };

    await expect(update({ is_active: false, is_default: true })).rejects.toMatchObject(refusal);
    await update({ is_active: false });
    await expect(choose(userId, second)).rejects.toMatchObject(refusal);
    expect((await get(userId, first)).is_default).toBe(true);
    expect((await update({ is_active: true, is_default: true })).is_default).toBe(true);
  });

  it('can be none that nothing is written to, nor another person’s, and the choice stays then', async () => {
    const userId = randomUUID();
    const chosen = await connected(userId);
    await choose(userId, chosen);
    const { accountId } = await storeAccount(service.sql, { userId });

    await expect(choose(userId, accountId)).rejects.toMatchObject({ code: 'calendar_id_unknown', status: 400 });
    await expect(choose(randomUUID(), chosen)).rejects.toMatchObject({ code: 'calendar_not_found' });

    expect((await get(userId, chosen)).is_default).toBe(true);
  });
});
