import { jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { getBusyTimes, type Caller, type InputOf, type UserBusy } from '@patchbay/contracts';
import { useCalendarService } from '../testing/calendar-callers.js';
import { storeAccount } from '../testing/stored-calendars.js';

jest.setTimeout(60_000);

const day = (time: string): string => `2026-12-01T${time}:00.000Z`;
const [from, to] = ['2026-12-01T00:00:00Z', '2026-12-02T00:00:00Z'];

describe('busy times', () => {
  const service = useCalendarService();

  const ask = (caller: Partial<Caller>, input: Partial<InputOf<typeof getBusyTimes>> = {}) =>
    service.requests.send(getBusyTimes, { from, to, ...input }, { caller: { tenant_id: 'default', role: 'user', ...caller } });
  const busyOf = async (userId: string, input: Partial<InputOf<typeof getBusyTimes>> = {}): Promise<UserBusy> => {
    const [item] = (await ask({ user_id: userId }, input)).items;
    if (item === undefined) throw new Error('nobody was told of');
    return item;
  };

  it('are one range where events overlap or touch, over all calendars that block', async () => {
    const { userId } = await storeAccount(service.sql, {
      calendars: [
        {
          busy: [
            [day('10:00'), day('11:00')],
            [day('11:00'), day('11:30')],
          ],
        },
        {
          busy: [
            [day('10:30'), day('12:00')],
            [day('15:00'), day('16:00')],
          ],
        },
      ],
    });

    const { busy, bookable, warnings } = await busyOf(userId);

    expect(busy).toEqual([
      { start: day('10:00'), end: day('12:00') },
      { start: day('15:00'), end: day('16:00') },
    ]);
    expect([bookable, warnings]).toEqual([true, []]);
  });

  it('are cut to what is asked for, also when they began long before', async () => {
    const { userId } = await storeAccount(service.sql, {
      calendars: [
        {
          busy: [
            ['2026-11-01T00:00:00Z', day('01:00')],
            [day('23:00'), '2026-12-24T00:00:00Z'],
            ['2026-12-02T00:00:00Z', '2026-12-02T01:00:00Z'],
            ['2026-11-30T23:00:00Z', '2026-12-01T00:00:00Z'],
          ],
        },
      ],
    });

    expect((await busyOf(userId)).busy).toEqual([
      { start: day('00:00'), end: day('01:00') },
      { start: day('23:00'), end: '2026-12-02T00:00:00.000Z' },
    ]);
  });

  it('follow the policy of each calendar: one warns, one does not matter', async () => {
    const busy = [[day('10:00'), day('11:00')]] as const;
    const { userId, accountId } = await storeAccount(service.sql, {
      calendars: [
        { remoteId: 'warns', policy: 'warn', busy },
        { remoteId: 'ignored', policy: 'ignore', busy },
      ],
    });

    const answer = await busyOf(userId);

    expect(answer.busy).toEqual([]);
    expect(answer.warnings).toEqual([{ start: day('10:00'), end: day('11:00'), account_id: accountId, calendar_id: 'warns' }]);
  });

  it('come from what is shown, not from what is being read beside it', async () => {
    const { userId, accountId } = await storeAccount(service.sql, { calendars: [{ generation: 1, busy: [[day('10:00'), day('11:00')]] }] });
    await service.sql.query(
      `INSERT INTO busy_ranges (calendar_id, generation, series_id, event_id, tenant_id, user_id, during, is_all_day, state, title)
       SELECT id, 2, 's', 'e', tenant_id, user_id, tstzrange($2, $3), false, 'busy', '' FROM calendars WHERE account_id = $1`,
      [accountId, day('13:00'), day('14:00')],
    );

    expect((await busyOf(userId)).busy).toEqual([{ start: day('10:00'), end: day('11:00') }]);
  });

  it('cannot be booked on while one calendar that blocks was never read, or not for long, but say so of that one alone', async () => {
    const long = new Date(Date.now() - 60 * 60_000);
    const { userId } = await storeAccount(service.sql, {
      calendars: [{ remoteId: 'a', generation: 0, syncedAt: null }, { remoteId: 'b', syncedAt: long }, { remoteId: 'c' }],
    });

    const { bookable, calendars } = await busyOf(userId);

    expect(bookable).toBe(false);
    expect(calendars.map((calendar) => [calendar.calendar_id, calendar.bookable, calendar.reason])).toEqual([
      ['a', false, 'never_synced'],
      ['b', false, 'stale'],
      ['c', true, null],
    ]);
    expect(calendars[1]?.synced_at).toBe(long.toISOString());
  });

  it('can be booked on when only calendars that do not block are behind', async () => {
    const { userId } = await storeAccount(service.sql, {
      calendars: [{}, { policy: 'warn', syncedAt: null }, { isSelected: false, syncedAt: null }],
    });

    expect(await busyOf(userId)).toMatchObject({ bookable: true, calendars: [{ reason: null }, { reason: 'never_synced' }] });
  });

  it.each([
    ['must be connected again', { status: 'needs_reauth' }, 'needs_reauth'],
    ['is not synchronised', { isSyncEnabled: false }, 'sync_off'],
    ['has a calendar that is not synchronised', { calendars: [{ isSyncEnabled: false }] }, 'sync_off'],
    ['has not told of its calendars', { calendars: [] }, 'never_synced'],
  ] as const)('cannot be booked on when an account %s', async (_, account, reason) => {
    const { userId } = await storeAccount(service.sql, account);

    expect(await busyOf(userId)).toMatchObject({ bookable: false, calendars: [{ reason }] });
  });

  it('cannot be booked on beyond the time that is known', async () => {
    const { userId } = await storeAccount(service.sql);

    const answer = await busyOf(userId, { from: '2027-12-31T00:00:00Z', to: '2028-01-01T00:00:01Z' });

    expect(answer).toMatchObject({ bookable: false, calendars: [{ reason: 'outside_window' }] });
  });

  it('are told to a service of several users at once, in the order it asked, with nothing of what the events are', async () => {
    const first = await storeAccount(service.sql, { calendars: [{ busy: [[day('10:00'), day('11:00')]] }] });
    const second = await storeAccount(service.sql, { status: 'needs_reauth' });
    const nobody = randomUUID();

    const answer = await ask({ role: 'service' }, { user_id: [nobody, second.userId, first.userId] });

    expect(answer.items.map(({ user_id: id, bookable, busy }) => [id, bookable, busy.length])).toEqual([
      [nobody, true, 0],
      [second.userId, false, 0],
      [first.userId, true, 1],
    ]);
    expect(JSON.stringify(answer)).not.toContain('Private');
  });

  it('of accounts that were disconnected do not count', async () => {
    const { userId } = await storeAccount(service.sql, { status: 'disconnected', calendars: [{ busy: [[day('10:00'), day('11:00')]] }] });

    expect(await busyOf(userId)).toMatchObject({ bookable: true, busy: [], calendars: [] });
  });

  it('are nobody else’s: people ask for themselves, services for users of their tenant', async () => {
    const { userId } = await storeAccount(service.sql, { calendars: [{ busy: [[day('10:00'), day('11:00')]] }] });

    await expect(ask({ user_id: randomUUID() }, { user_id: userId })).rejects.toMatchObject({ code: 'forbidden' });
    await expect(service.requests.send(getBusyTimes, { from, to, user_id: userId })).rejects.toMatchObject({ code: 'forbidden' });
    await expect(ask({ role: 'service' })).rejects.toMatchObject({ code: 'request_invalid', details: { user_id: 'is required' } });
    expect((await ask({ role: 'service', tenant_id: 'another' }, { user_id: userId })).items).toEqual([
      { user_id: userId, bookable: true, reason: null, busy: [], warnings: [], calendars: [] },
    ]);
  });
});

describe('the time that busy times are asked for', () => {
  const judged = (input: Record<string, unknown>) => getBusyTimes.input.safeParse({ from, to, ...input }).success;

  it.each([
    ['ends where it begins', { to: from }],
    ['ends before it begins', { to: '2026-11-30T00:00:00Z' }],
    ['is longer than 400 days', { to: '2028-01-06T00:00:00Z' }],
    ['has no zone', { from: '2026-12-01T00:00:00' }],
    ['is no time', { from: 'tomorrow' }],
  ])('is refused when it %s', (_, input) => {
    expect(judged(input)).toBe(false);
  });

  it('may be in any zone, and 400 days long', () => {
    expect(judged({ from: '2026-12-01T00:00:00+02:00', to: '2028-01-05T00:00:00+02:00' })).toBe(true);
  });

  it('is of fifty users at most', () => {
    const users = (count: number) => ({ user_id: Array.from({ length: count }, () => randomUUID()) });

    expect([judged(users(50)), judged(users(51)), judged(users(0))]).toEqual([true, false, false]);
  });
});
