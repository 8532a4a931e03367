import { jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { createBlock, getBusyTimes, getConflict, listConflicts, updateBlock, type InputOf } from '@patchbay/contracts';
import { waitFor } from '@patchbay/testing';
import { as, useCalendarService } from '../testing/calendar-callers.js';
import { storeAccount } from '../testing/stored-calendars.js';

jest.setTimeout(60_000);

const dayMs = 24 * 60 * 60_000;
/** A midnight to come, within the window of stored calendars. */
const midnight = Math.ceil(Date.now() / dayMs) * dayMs + 2 * dayMs;
const at = (hours: number): string => new Date(midnight + hours * 60 * 60_000).toISOString();

describe('conflicts', () => {
  const service = useCalendarService();

  const block = (userId: string, from: number, to: number, change: Partial<InputOf<typeof createBlock>> = {}) =>
    service.requests.send(
      createBlock,
      { title: 'Focus', note: null, start_time: at(from), end_time: at(to), time_zone: 'UTC', is_all_day: false, recurrence: [], ...change },
      as(userId),
    );
  const list = async (userId: string, query: Partial<InputOf<typeof listConflicts>> = {}) =>
    (await service.requests.send(listConflicts, { limit: 50, ...query }, as(userId))).items;
  /** A booking that the service knows of. */
  const book = async (userId: string, from: number, to: number, title = 'Demo') => {
    const booking = await service.stack.book(userId, { title, start_time: at(from), end_time: at(to), time_zone: 'UTC' });
    const known = async () =>
      (await service.sql.query(`SELECT 1 FROM bookings WHERE booking_id = $1 AND during IS NOT NULL`, [booking.booking_id])).rowCount === 1;
    await waitFor(async () => ((await known()) ? true : undefined), 'the booking');
    return booking;
  };
  const busy = (...pairs: readonly (readonly [number, number])[]) => pairs.map(([from, to]) => [at(from), at(to)] as const);
  const kinds = (found: Awaited<ReturnType<typeof list>>) => found.map(({ sides }) => sides.map(({ type }) => type));

  it('are told of a booking and a block, a booking and an event, and two bookings, in the order they begin', async () => {
    const userId = randomUUID();
    await storeAccount(service.sql, { userId, calendars: [{ remoteId: 'work', busy: busy([11, 12]) }] });
    const first = await book(userId, 9, 11.5);
    await book(userId, 10.5, 11);
    const blocked = await block(userId, 8, 9.5);

    const found = await list(userId);

    expect(kinds(found)).toEqual([
      ['booking', 'manual_block'],
      ['booking', 'booking'],
      ['booking', 'synced_block'],
    ]);
    expect(found[0]).toMatchObject({
      status: 'open',
      severity: 'high',
      overlap: { kind: 'ends_after', start: at(9), end: at(9.5), minutes: 30 },
      sides: [
        { id: first.booking_id, title: 'Demo', start: at(9), end: at(11.5), calendar: null },
        { id: blocked.id, title: 'Focus', start: at(8), end: at(9.5), time_zone: 'UTC' },
      ],
    });
    expect(found[2]?.sides[1]).toMatchObject({ id: 'e', title: 'Private', calendar: { calendar_id: 'work', name: 'Work', provider: 'google' } });
  });

  it('are none of two events, of what only touches, of calendars that are ignored or not selected, nor of what was cancelled', async () => {
    const userId = randomUUID();
    const calendars = [
      { busy: busy([10, 11], [10.5, 12]) },
      { policy: 'ignore' as const, busy: busy([14, 15]) },
      { isSelected: false, busy: busy([14, 15]) },
    ];
    await storeAccount(service.sql, { userId, calendars });
    await storeAccount(service.sql, { userId, status: 'disconnected', calendars: [{ busy: busy([14, 15]) }] });
    await book(userId, 14, 15);
    await block(userId, 12, 13);
    const cancelled = await book(userId, 12, 13);
    await service.sql.query(`UPDATE bookings SET is_cancelled = true WHERE booking_id = $1`, [cancelled.booking_id]);

    expect(await list(userId)).toEqual([]);
  });

  it('are none of a booking and its own event, wherever that is just now, nor of copies of it', async () => {
    const userId = randomUUID();
    const { accountId } = await storeAccount(service.sql, {
      userId,
      calendars: [{ remoteId: 'own', busy: busy([10, 11]) }, { busy: busy([10, 11]) }],
    });
    const booking = await book(userId, 10, 11);
    const before = await list(userId);

    await service.sql.query(
      `INSERT INTO calendar_events (calendar_id, generation, resource, event_id, series_id, tenant_id, user_id, event)
       SELECT calendars.id, 1, 'r', 'e', 'e', 'default', $2, jsonb_build_object('key', bookings.id)
       FROM calendars, bookings WHERE calendars.account_id = $1 AND calendars.remote_id = 'own' AND bookings.booking_id = $3`,
      [accountId, userId, booking.booking_id],
    );
    const after = await list(userId);
    await block(userId, 10, 10.5);

    expect([kinds(before), after]).toEqual([[['booking', 'synced_block']], []]);
    // The booking stands for its event.
    expect(kinds(await list(userId))).toEqual([['booking', 'manual_block']]);
  });

  it('are one for an event that is in several calendars', async () => {
    const userId = randomUUID();
    await storeAccount(service.sql, {
      userId,
      calendars: [
        { remoteId: 'a', busy: busy([10, 11]) },
        { remoteId: 'b', policy: 'warn', busy: busy([10, 11]) },
      ],
    });
    await block(userId, 10.5, 11.5);

    const found = await list(userId);

    expect(found).toHaveLength(1);
    const event = found[0]?.sides[1];
    expect(found[0]?.severity).toBe('medium');
    expect([event?.calendar, ...(event?.duplicates ?? [])].map((calendar) => calendar?.calendar_id).sort()).toEqual(['a', 'b']);
  });

  it('keep their ids as long as nothing moves, and get others when something does', async () => {
    const userId = randomUUID();
    await book(userId, 10, 11);
    const { id } = await block(userId, 10, 12);
    const [before] = await list(userId);

    await service.requests.send(updateBlock, { block_id: id, title: 'Renamed' }, as(userId));
    const [renamed] = await list(userId);
    await service.requests.send(updateBlock, { block_id: id, end_time: at(12.5) }, as(userId));
    const [moved] = await list(userId);

    expect(renamed?.id).toBe(before?.id);
    expect(moved?.id).not.toBe(before?.id);
    expect(await service.requests.send(getConflict, { id: moved?.id ?? '' }, as(userId))).toEqual(moved);
    await expect(service.requests.send(getConflict, { id: before?.id ?? '' }, as(userId))).rejects.toMatchObject({
      code: 'conflict_not_found',
      status: 404,
    });
  });

  it.each(['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff', '80000000-0000-8000-8000-000000000000'])(
    'are not there by an id that none has: %s',
    async (id) => {
      await expect(service.requests.send(getConflict, { id }, as(randomUUID()))).rejects.toMatchObject({ code: 'conflict_not_found' });
    },
  );

  it('are found in the time that is asked for only, and page by page', async () => {
    const userId = randomUUID();
    await block(userId, 10, 11, { recurrence: ['RRULE:FREQ=DAILY;COUNT=5'] });
    await block(userId, 10.5, 11.5, { recurrence: ['RRULE:FREQ=DAILY;COUNT=5'] });
    const all = await list(userId);

    const first = await service.requests.send(listConflicts, { limit: 2 }, as(userId));
    const rest = await service.requests.send(listConflicts, { limit: 50, cursor: first.next_cursor ?? '' }, as(userId));

    expect([all.length, first.items.length, rest.next_cursor]).toEqual([5, 2, null]);
    expect([...first.items, ...rest.items]).toEqual(all);
    expect(all.every(({ severity }) => severity === 'low')).toBe(true);
    // They begin at half past ten.
    expect(await list(userId, { from: at(10), to: at(10.5) })).toEqual([]);
    expect(await list(userId, { from: at(24), to: at(48) })).toEqual([all[1]]);
    await expect(list(userId, { to: '9999-12-31T00:00:00Z' })).rejects.toMatchObject({
      code: 'request_invalid',
      details: { to: expect.any(String) },
    });
    await expect(list(userId, { cursor: 'x' })).rejects.toMatchObject({ code: 'request_invalid' });
  });

  it('are found however far apart they are, each once', async () => {
    const userId = randomUUID();
    // It begins before everything and ends after a week, where the next bit of time begins.
    await block(userId, -24, 24 * 8);
    for (const day of [1, 7, 8.5, 60, 80]) {
      await block(userId, day * 24, day * 24 + 2);
      await block(userId, day * 24 + 1, day * 24 + 3);
    }

    const begins = (await list(userId)).map(({ overlap }) => overlap.start);

    expect(begins).toEqual([24, 25, 25, 168, 169, 169, 205, 1441, 1921].map(at));
  });

  it('come with what can be done, and the free times for it', async () => {
    const userId = randomUUID();
    await storeAccount(service.sql, { userId, calendars: [{ policy: 'warn', busy: busy([9, 10.25]) }] });
    await block(userId, 10, 12);
    await book(userId, 12, 13);

    const [found] = await list(userId);

    const times = (action: string) => found?.proposals.find((proposal) => proposal.action === action)?.times;
    expect(found?.proposals.map(({ action }) => action)).toEqual(['shorten_block', 'move_block', 'delete_block', 'keep_both']);
    expect(times('shorten_block')).toEqual([{ start: at(10.25), end: at(12) }]);
    expect(times('move_block')?.[0]).toEqual({ start: at(13), end: at(15) });
  });

  it('are told to services without the titles of events, of the user that they name, and to nobody else', async () => {
    const userId = randomUUID();
    await storeAccount(service.sql, { userId, calendars: [{ busy: busy([10, 11]) }] });
    await book(userId, 10, 11);
    const asService = { caller: { tenant_id: 'default', role: 'service' as const } };
    const ask = (who: Parameters<typeof service.requests.send>[2], user_id?: string) =>
      service.requests.send(listConflicts, { limit: 50, ...(user_id === undefined ? {} : { user_id }) }, who);

    const { items } = await ask(asService, userId);

    expect(items[0]?.sides.map(({ title }) => title)).toEqual(['Demo', 'Busy']);
    expect((await ask({ caller: { tenant_id: 'acme', role: 'service' } }, userId)).items).toEqual([]);
    await expect(ask(asService)).rejects.toMatchObject({ code: 'request_invalid' });
    await expect(ask(as(randomUUID()), userId)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(service.requests.send(getConflict, { id: items[0]?.id ?? '' }, as(randomUUID()))).rejects.toMatchObject({
      code: 'conflict_not_found',
    });
  });

  it('are told of to the end of a long block, however much there was at its beginning', async () => {
    const userId = randomUUID();
    const hours = Array.from({ length: 120 }, (_, hour) => [hour, hour + 0.5] as const);
    await storeAccount(service.sql, { userId, calendars: [{ busy: busy(...hours) }] });
    await block(userId, 0, 24 * 5);

    const last = await list(userId, { from: at(24 * 5 - 2), to: at(24 * 5) });
    const again = await Promise.all(last.map(({ id }) => service.requests.send(getConflict, { id }, as(userId))));

    expect(last.map(({ overlap }) => overlap.start)).toEqual([118, 119].map(at));
    expect(again).toEqual(last);
  });

  it('do not come to more than can be told when somebody’s feed has thousands of events at once', async () => {
    const userId = randomUUID();
    const { accountId } = await storeAccount(service.sql, { userId, calendars: [{}] });
    await service.sql.query(
      `INSERT INTO busy_ranges (calendar_id, generation, series_id, event_id, tenant_id, user_id, during, is_all_day, state, title)
       SELECT calendars.id, 1, n::text, n::text, 'default', $2, tstzrange($3, $4), false, 'busy', n::text
       FROM calendars, generate_series(1, 5000) AS n WHERE account_id = $1`,
      [accountId, userId, at(10), at(11)],
    );
    await block(userId, 10, 11);

    const found = await list(userId, { limit: 100 });
    const again = await Promise.all(found.slice(-2).map(({ id }) => service.requests.send(getConflict, { id }, as(userId))));

    expect(found).toHaveLength(50);
    expect(again).toEqual(found.slice(-2));
    const [item] = (await service.requests.send(getBusyTimes, { from: at(0), to: at(24) }, as(userId))).items;
    expect(item?.busy).toEqual([{ start: at(10), end: at(11) }]);
  });
});
