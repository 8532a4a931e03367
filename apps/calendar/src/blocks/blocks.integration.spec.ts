import { jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  bookingCancelled,
  bookingRescheduled,
  createBlock,
  deleteBlock,
  getBlock,
  getBusyTimes,
  listBlocks,
  updateBlock,
  type InputOf,
} from '@patchbay/contracts';
import { movedBooking, waitFor } from '@patchbay/testing';
import { as, useCalendarService } from '../testing/calendar-callers.js';

jest.setTimeout(60_000);

const dayMs = 24 * 60 * 60_000;
/** A Monday that is not over, whenever this is run. */
const monday = new Date(Math.ceil((Date.now() / dayMs - 4) / 7) * 7 * dayMs + 4 * dayMs + 7 * dayMs);
const at = (hours: number): string => new Date(monday.getTime() + hours * 60 * 60_000).toISOString();

describe('times that are blocked by hand', () => {
  const service = useCalendarService();

  const wanted = (change: Partial<InputOf<typeof createBlock>> = {}): InputOf<typeof createBlock> => ({
    title: 'Lunch',
    note: null,
    start_time: at(11),
    end_time: at(12),
    time_zone: 'UTC',
    is_all_day: false,
    recurrence: [],
    ...change,
  });
  const create = (userId: string, change?: Partial<InputOf<typeof createBlock>>) => service.requests.send(createBlock, wanted(change), as(userId));
  const list = async (userId: string, range: { from?: string; to?: string } = {}) =>
    (await service.requests.send(listBlocks, { ...range, limit: 50 }, as(userId))).items;
  const busyOf = async (userId: string, from = at(0), to = at(24 * 7)) => {
    const [item] = (await service.requests.send(getBusyTimes, { from, to }, as(userId))).items;
    return item;
  };

  it('are kept as they were sent, and changed field by field', async () => {
    const userId = randomUUID();

    const created = await create(userId, { note: 'with Ada' });
    const changed = await service.requests.send(updateBlock, { block_id: created.id, title: 'Dinner', end_time: at(13) }, as(userId));

    expect(created).toMatchObject({ title: 'Lunch', note: 'with Ada', start_time: at(11), end_time: at(12), recurrence: [], is_all_day: false });
    expect(changed).toMatchObject({ id: created.id, title: 'Dinner', note: 'with Ada', start_time: at(11), end_time: at(13) });
    expect(await service.requests.send(getBlock, { block_id: created.id }, as(userId))).toEqual(changed);
  });

  it('are busy times until they are removed, each time of a series as one', async () => {
    const userId = randomUUID();
    const { id } = await create(userId, { recurrence: ['RRULE:FREQ=DAILY;COUNT=3'] });

    const before = await busyOf(userId);
    await service.requests.send(deleteBlock, { block_id: id }, as(userId));

    expect(before).toMatchObject({ bookable: true, calendars: [], warnings: [] });
    expect(before?.busy).toEqual([0, 24, 48].map((hours) => ({ start: at(11 + hours), end: at(12 + hours) })));
    expect((await busyOf(userId))?.busy).toEqual([]);
    await expect(service.requests.send(deleteBlock, { block_id: id }, as(userId))).rejects.toMatchObject({ code: 'block_not_found', status: 404 });
  });

  it('cannot be booked on beyond the time that their repetitions are known for', async () => {
    const userId = randomUUID();
    const far = (days: number): string => new Date(Date.now() + days * dayMs).toISOString();

    const once = await create(userId);
    const before = await busyOf(userId, far(380), far(390));
    const daily = await create(userId, { recurrence: ['RRULE:FREQ=DAILY'] });

    expect(before).toMatchObject({ bookable: true, reason: null });
    expect(await busyOf(userId, far(380), far(390))).toMatchObject({ bookable: false, reason: 'blocks_outside_window', calendars: [] });
    expect(once.known_until).toBeNull();
    expect((daily.known_until ?? '') > far(360) && (daily.known_until ?? '') < far(390)).toBe(true);
  });

  it('are known further as the window moves', async () => {
    const userId = randomUUID();
    const { id } = await create(userId, { recurrence: ['RRULE:FREQ=DAILY'] });
    await service.sql.query(`UPDATE manual_blocks SET known_to = now(), next_attempt_at = now() WHERE id = $1`, [id]);
    await service.sql.query(`DELETE FROM manual_block_ranges WHERE block_id = $1`, [id]);

    const count = async () => {
      const { rows } = await service.sql.query<{ count: number }>(`SELECT count(*)::int AS count FROM manual_block_ranges WHERE block_id = $1`, [id]);
      return (rows[0]?.count ?? 0) > 300 ? true : undefined;
    };
    await waitFor(count, 'the times to be known again');

    expect((await busyOf(userId))?.bookable).toBe(true);
  });

  it('that come to too many times in a later window are told of by when they are known until, and by the busy times', async () => {
    const userId = randomUUID();
    const { id } = await create(userId, { recurrence: ['RRULE:FREQ=DAILY'] });
    const until = at(24);
    await service.sql.query(`UPDATE manual_blocks SET recurrence = $2, known_to = $3, next_attempt_at = now() WHERE id = $1`, [
      id,
      ['RRULE:FREQ=SECONDLY'],
      until,
    ]);

    const isTried = async () => (await service.sql.query(`SELECT 1 FROM manual_blocks WHERE id = $1 AND last_error IS NOT NULL`, [id])).rowCount;
    await waitFor(async () => ((await isTried()) === 1 ? true : undefined), 'the times to be looked for');

    expect((await service.requests.send(getBlock, { block_id: id }, as(userId))).known_until).toBe(until);
    expect(await busyOf(userId)).toMatchObject({ bookable: false, reason: 'blocks_outside_window' });
  });

  it('are no more work, and no more counted, once they are over, until they are to come again', async () => {
    const userId = randomUUID();
    const long = { start_time: '2025-03-03T10:00:00Z', end_time: '2025-03-03T11:00:00Z' };
    const { id, known_until } = await create(userId, { ...long, recurrence: ['RRULE:FREQ=DAILY;COUNT=5'] });
    const { id: going } = await create(userId, { ...long, recurrence: ['RRULE:FREQ=DAILY'] });
    const { id: rare } = await create(userId, { ...long, recurrence: ['RRULE:FREQ=YEARLY;INTERVAL=20;COUNT=2'] });
    const worked = async () =>
      (await service.sql.query<{ id: string }>(`SELECT id FROM manual_blocks WHERE user_id = $1 AND next_attempt_at IS NOT NULL`, [userId])).rows;
    await service.sql.query(
      `INSERT INTO manual_blocks (id, tenant_id, user_id, title, starts_at, ends_at, time_zone, is_all_day, recurrence, over_at)
       SELECT gen_random_uuid(), tenant_id, user_id, title, starts_at, ends_at, time_zone, is_all_day, '{}', ends_at
       FROM manual_blocks, generate_series(1, 500) WHERE id = $1`,
      [id],
    );

    const before = await worked();
    await create(userId);
    await service.requests.send(updateBlock, { block_id: id, start_time: at(11), end_time: at(12) }, as(userId));
    const after = await worked();

    expect(known_until).toBeNull();
    expect(before.map((row) => row.id).sort()).toEqual([going, rare].sort());
    expect(after.map((row) => row.id).sort()).toEqual([id, going, rare].sort());
    expect((await busyOf(userId))?.busy).toContainEqual({ start: at(34), end: at(36) });
  });

  it('are one for the same key, also when it is sent twice at once, and another for another user', async () => {
    const [userId, other] = [randomUUID(), randomUUID()];
    const key = 'lunch-1';

    const [first, second] = await Promise.all([create(userId, { idempotency_key: key }), create(userId, { idempotency_key: key, title: 'Other' })]);
    const third = await create(other, { idempotency_key: key });

    expect(second.id).toBe(first.id);
    expect([(await list(userId)).length, third.id === first.id]).toEqual([1, false]);
  });

  it('are listed newest first, those of a time by the times that they take place', async () => {
    const userId = randomUUID();
    const once = await create(userId);
    const weekly = await create(userId, { title: 'Sport', recurrence: ['RRULE:FREQ=WEEKLY;COUNT=2'] });

    expect((await list(userId)).map(({ id }) => id)).toEqual([weekly.id, once.id]);
    expect((await list(userId, { from: at(24 * 7), to: at(24 * 8) })).map(({ id }) => id)).toEqual([weekly.id]);
    expect(await list(userId, { from: at(24 * 14), to: at(24 * 15) })).toEqual([]);
  });

  it('are nobody else’s', async () => {
    const userId = randomUUID();
    const { id: block_id } = await create(userId);
    const strangers = [as(randomUUID()), { caller: { tenant_id: 'acme', user_id: userId, role: 'user' as const } }];

    for (const stranger of strangers) {
      await expect(service.requests.send(getBlock, { block_id }, stranger)).rejects.toMatchObject({ code: 'block_not_found' });
      await expect(service.requests.send(updateBlock, { block_id, title: 'x' }, stranger)).rejects.toMatchObject({ code: 'block_not_found' });
      await expect(service.requests.send(deleteBlock, { block_id }, stranger)).rejects.toMatchObject({ code: 'block_not_found' });
      expect((await service.requests.send(listBlocks, { limit: 50 }, stranger)).items).toEqual([]);
      const { items } = await service.requests.send(getBusyTimes, { from: at(0), to: at(24) }, stranger);
      expect(items[0]?.busy).toEqual([]);
    }
    await expect(service.requests.send(createBlock, wanted())).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('are refused when they come to more times than are kept of one user, and nothing is changed then', async () => {
    const userId = randomUUID();
    const hourly = { end_time: at(11.5), recurrence: ['RRULE:FREQ=HOURLY'] };
    await create(userId, hourly);
    const second = await create(userId, hourly);

    await expect(create(userId, hourly)).rejects.toMatchObject({ code: 'block_limit_reached', status: 409 });
    await expect(create(userId, { recurrence: ['RRULE:FREQ=SOMETIMES'] })).rejects.toMatchObject({ code: 'request_invalid' });
    expect((await list(userId))[0]?.id).toBe(second.id);
  });

  it('a booking is busy time as soon as it is known, moves with it, and goes with it, also where no calendar is', async () => {
    const userId = randomUUID();
    const busy = async () => (await busyOf(userId, at(-24 * 30), at(24 * 365)))?.busy ?? [];
    const becomes = (count: number, start?: string) =>
      waitFor(async () => {
        const found = await busy();
        return found.length === count && (start === undefined || found[0]?.start === start) ? found : undefined;
      }, 'the booking');

    const booking = await service.stack.book(userId, { start_time: at(9), end_time: at(10) });
    await becomes(1, at(9));
    const moved = { ...movedBooking(booking), start_time: at(15), end_time: at(16) };
    await service.stack.probe.publish(bookingRescheduled, { data: moved });
    const after = await becomes(1, at(15));
    await service.stack.probe.publish(bookingCancelled, { data: { booking_id: booking.booking_id, organizer: booking.organizer } });

    expect(after).toEqual([{ start: at(15), end: at(16) }]);
    expect(await becomes(0)).toEqual([]);
  });

  it.each([
    ['an offset that PostgreSQL does not know', '2027-03-01T23:30:00+23:00', '2027-03-01T00:30:00.000Z'],
    ['an offset to the west', '2027-03-01T10:00:00-05:30', '2027-03-01T15:30:00.000Z'],
    ['a fraction of any length', `2027-03-01T10:00:00.5${'0'.repeat(200)}Z`, '2027-03-01T10:00:00.500Z'],
    ['no seconds', '2027-03-01T10:00Z', '2027-03-01T10:00:00.000Z'],
  ])('a booking is busy time, though its start is written with %s', async (_what, written, start) => {
    const userId = randomUUID();
    const end = '2027-03-01T20:00:00.000Z';

    await service.sql.query(`INSERT INTO bookings (id, booking_id, user_id, wanted) VALUES (gen_random_uuid(), $1, $2, $3)`, [
      randomUUID(),
      userId,
      JSON.stringify({ start_time: written, end_time: end }),
    ]);

    expect((await busyOf(userId, '2027-02-28T00:00:00Z', '2027-03-03T00:00:00Z'))?.busy).toEqual([{ start, end }]);
  });

  it('a booking of the year 0 keeps nobody busy, nor does it harm anybody', async () => {
    const userId = randomUUID();
    const booking = await service.stack.book(userId, { start_time: '0000-01-01T00:00:00Z', end_time: at(10) });

    const isKnown = async () =>
      (await service.sql.query(`SELECT 1 FROM bookings WHERE booking_id = $1 AND wanted IS NOT NULL`, [booking.booking_id])).rowCount;
    await waitFor(async () => ((await isKnown()) === 1 ? true : undefined), 'the booking');

    expect((await busyOf(userId))?.busy).toEqual([]);
  });
});
