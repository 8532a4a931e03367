import { jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  bookingMoveProposed,
  createBlock,
  deleteBlock,
  listBlocks,
  listConflicts,
  listResolutions,
  overrideResolution,
  resolveConflict,
  resolveConflicts,
  updateBlock,
  type InputOf,
} from '@patchbay/contracts';
import { waitFor } from '@patchbay/testing';
import { as, useCalendarService } from '../testing/calendar-callers.js';

jest.setTimeout(60_000);

const dayMs = 24 * 60 * 60_000;
/** A midnight to come. */
const midnight = Math.ceil(Date.now() / dayMs) * dayMs + 2 * dayMs;
const at = (hours: number): string => new Date(midnight + hours * 60 * 60_000).toISOString();

describe('decisions about conflicts', () => {
  const service = useCalendarService();

  const block = (userId: string, from: number, to: number, change: Partial<InputOf<typeof createBlock>> = {}) =>
    service.requests.send(
      createBlock,
      { title: 'Focus', note: null, start_time: at(from), end_time: at(to), time_zone: 'UTC', is_all_day: false, recurrence: [], ...change },
      as(userId),
    );
  const book = async (userId: string, from: number, to: number) => {
    const booking = await service.stack.book(userId, { start_time: at(from), end_time: at(to), time_zone: 'UTC' });
    const known = async () =>
      (await service.sql.query(`SELECT 1 FROM bookings WHERE booking_id = $1 AND during IS NOT NULL`, [booking.booking_id])).rowCount === 1;
    await waitFor(async () => ((await known()) ? true : undefined), 'the booking');
    return booking;
  };
  const conflictsOf = async (userId: string, query: Partial<InputOf<typeof listConflicts>> = {}) =>
    (await service.requests.send(listConflicts, { limit: 50, ...query }, as(userId))).items;
  const onlyConflict = async (userId: string) => {
    const [conflict, ...others] = await conflictsOf(userId);
    if (conflict === undefined || others.length > 0) throw new Error(`there are ${others.length} more or none`);
    return conflict;
  };
  const blocksOf = async (userId: string) =>
    (await service.requests.send(listBlocks, { limit: 50 }, as(userId))).items
      .map(({ start_time: start, end_time: end, recurrence }) => [start, end, recurrence.length] as const)
      .toSorted();
  type Decision = Omit<InputOf<typeof resolveConflict>, 'id'>;
  const resolve = (userId: string, id: string, decision: Decision) => service.requests.send(resolveConflict, { id, ...decision }, as(userId));
  const override = (userId: string, id: string, action: InputOf<typeof overrideResolution>['action']) =>
    service.requests.send(overrideResolution, { resolution_id: id, action }, as(userId));
  const history = async (userId: string) => (await service.requests.send(listResolutions, { limit: 50 }, as(userId))).items;
  /** A block from 10 to 12 and a booking from 11 to 13. */
  const aConflict = async () => {
    const userId = randomUUID();
    const blocked = await block(userId, 10, 12);
    const booking = await book(userId, 11, 13);
    return { userId, blocked, booking, conflict: await onlyConflict(userId) };
  };

  it('that both stay is kept: the conflict counts as resolved, and is decided once however often that is said', async () => {
    const { userId, conflict } = await aConflict();

    const [first, second] = await Promise.all([1, 2].map(() => resolve(userId, conflict.id, { action: 'keep_both' })));

    expect(second).toEqual(first);
    expect(first).toMatchObject({
      conflict_id: conflict.id,
      user_id: userId,
      before: [],
      after: [],
      sides: conflict.sides,
      overlap: conflict.overlap,
    });
    expect(await conflictsOf(userId, { status: 'open' })).toEqual([]);
    expect(await conflictsOf(userId, { status: 'resolved' })).toMatchObject([{ id: conflict.id, status: 'resolved', resolution_id: first?.id }]);
    expect(await history(userId)).toEqual([first]);
  });

  it.each([
    ['shorten_block', [[at(10), at(11), 0]]],
    ['move_block', [[at(13), at(15), 0]]],
    ['delete_block', []],
  ] as const)('%s changes the block, is told in the history, and can be undone', async (action, expected) => {
    const { userId, blocked, conflict } = await aConflict();

    const resolution = await resolve(userId, conflict.id, { action });
    const again = await resolve(userId, conflict.id, { action });
    const changed = await blocksOf(userId);
    const left = await conflictsOf(userId);
    const undo = await override(userId, resolution.id, 'undo');

    expect([changed, left, again.id]).toEqual([expected, [], resolution.id]);
    expect(resolution).toMatchObject({ action, target_id: blocked.id, before: [{ id: blocked.id, start_time: at(10), end_time: at(12) }] });
    expect(await blocksOf(userId)).toEqual([[at(10), at(12), 0]]);
    expect(await onlyConflict(userId)).toEqual(conflict);
    expect(undo).toMatchObject({ action: 'undo', overrides: resolution.id, before: resolution.after, after: resolution.before });
    expect(await history(userId)).toEqual([undo, { ...resolution, overridden_by: undo.id }]);
  });

  it('leave a block on either side of what is in its middle', async () => {
    const userId = randomUUID();
    await block(userId, 9, 17);
    await book(userId, 11, 12);
    const { id } = await onlyConflict(userId);

    const resolution = await resolve(userId, id, { action: 'shorten_block' });
    const split = await blocksOf(userId);
    await override(userId, resolution.id, 'undo');

    expect(split).toEqual([
      [at(9), at(11), 0],
      [at(12), at(17), 0],
    ]);
    expect(await blocksOf(userId)).toEqual([[at(9), at(17), 0]]);
  });

  it('about one time of a block that repeats leave the others', async () => {
    const userId = randomUUID();
    await block(userId, 10, 12, { recurrence: ['RRULE:FREQ=DAILY;COUNT=3'] });
    await book(userId, 35, 37);
    const { id } = await onlyConflict(userId);

    const resolution = await resolve(userId, id, { action: 'shorten_block' });
    const shortened = await blocksOf(userId);
    const left = await conflictsOf(userId);
    await override(userId, resolution.id, 'delete_block');

    expect(shortened).toEqual([
      [at(10), at(12), 2],
      [at(34), at(35), 0],
    ]);
    expect(left).toEqual([]);
    expect(await blocksOf(userId)).toEqual([[at(10), at(12), 2]]);
    expect(await conflictsOf(userId)).toEqual([]);
  });

  it('ask the product to move a booking, and take that back', async () => {
    const { userId, booking, conflict } = await aConflict();
    const of = (status: string) => (event: { readonly conflict_id: string; readonly status: string }) =>
      event.conflict_id === conflict.id && event.status === status;

    const resolution = await resolve(userId, conflict.id, { action: 'propose_time' });
    const asked = await service.stack.probe.next(bookingMoveProposed, of('proposed'));
    const shown = await onlyConflict(userId);
    await override(userId, resolution.id, 'undo');
    const withdrawn = await service.stack.probe.next(bookingMoveProposed, of('withdrawn'));

    expect(asked).toMatchObject({
      booking_id: booking.booking_id,
      start_time: at(13),
      end_time: at(15),
      current_start_time: at(11),
      current_end_time: at(13),
    });
    expect(withdrawn).toMatchObject({ resolution_id: resolution.id, start_time: at(13) });
    expect([shown.status, (await onlyConflict(userId)).status]).toEqual(['resolved', 'open']);
  });

  it('may name the time, but none that is in the way, too', async () => {
    const { userId, conflict } = await aConflict();
    const move = (hours: number) => resolve(userId, conflict.id, { action: 'move_block', start_time: at(hours) });

    await expect(move(12)).rejects.toMatchObject({ code: 'request_invalid', details: { start_time: expect.any(String) } });
    const resolution = await move(20);

    expect(resolution.after).toMatchObject([{ start_time: at(20), end_time: at(22) }]);
    expect((await move(20)).id).toBe(resolution.id);
    await expect(move(21)).rejects.toMatchObject({ code: 'conflict_changed', status: 409 });
  });

  it('are refused where they make no sense', async () => {
    const { userId, blocked, conflict } = await aConflict();
    const inner = randomUUID();
    await block(inner, 11, 12);
    await book(inner, 10, 13);
    const within = await onlyConflict(inner);

    const unsupported = { code: 'conflict_action_unsupported', status: 400 };
    await expect(resolve(userId, conflict.id, { action: 'propose_time', target_id: blocked.id })).rejects.toMatchObject(unsupported);
    await expect(resolve(inner, within.id, { action: 'shorten_block' })).rejects.toMatchObject(unsupported);
    await expect(resolve(userId, within.id, { action: 'keep_both' })).rejects.toMatchObject({ code: 'conflict_not_found' });
    await expect(resolve(userId, conflict.id, { action: 'keep_both', start_time: at(1) })).rejects.toMatchObject({ code: 'request_invalid' });
    expect(await history(userId)).toEqual([]);
  });

  it('are overridden once, by another or by deciding otherwise', async () => {
    const { userId, conflict } = await aConflict();

    const kept = await resolve(userId, conflict.id, { action: 'keep_both' });
    const shortened = await resolve(userId, conflict.id, { action: 'shorten_block' });
    const deleted = await override(userId, shortened.id, 'delete_block');

    expect([shortened.overrides, deleted.overrides]).toEqual([kept.id, shortened.id]);
    expect(await blocksOf(userId)).toEqual([]);
    await expect(override(userId, shortened.id, 'undo')).rejects.toMatchObject({
      code: 'resolution_overridden',
      details: { overridden_by: deleted.id },
    });
    await expect(override(randomUUID(), deleted.id, 'undo')).rejects.toMatchObject({ code: 'resolution_not_found', status: 404 });
    const undoTo = service.requests.send(overrideResolution, { resolution_id: deleted.id, action: 'undo', start_time: at(1) }, as(userId));
    await expect(undoTo).rejects.toMatchObject({ code: 'request_invalid' });
    await override(userId, deleted.id, 'undo');
    expect(await blocksOf(userId)).toEqual([[at(10), at(12), 0]]);
  });

  it('are not undone over what somebody did since', async () => {
    const { userId, blocked, conflict } = await aConflict();
    const resolution = await resolve(userId, conflict.id, { action: 'shorten_block' });
    await service.requests.send(updateBlock, { block_id: blocked.id, title: 'Mine' }, as(userId));

    await expect(override(userId, resolution.id, 'undo')).rejects.toMatchObject({ code: 'conflict_changed', status: 409 });
    await service.requests.send(deleteBlock, { block_id: blocked.id }, as(userId));
    await expect(override(userId, resolution.id, 'undo')).rejects.toMatchObject({ code: 'conflict_changed' });

    expect(await history(userId)).toEqual([resolution]);
  });

  it('about many are seen before they are made, and one that fails takes nothing from the others', async () => {
    const userId = randomUUID();
    for (const day of [0, 24, 48]) await book(userId, day + 11, day + 13);
    await block(userId, 10, 12);
    await block(userId, 34, 36);
    // Nothing of this one would be left.
    await block(userId, 59.5, 60.5);
    const ids = (await conflictsOf(userId)).map(({ id }) => id);
    const all = (change: Partial<InputOf<typeof resolveConflicts>>) =>
      service.requests.send(resolveConflicts, { action: 'shorten_block', preview: false, ...change }, as(userId));
    const before = await blocksOf(userId);

    const seen = await all({ filter: { involves: 'manual_block' }, preview: true });
    const unchanged = await blocksOf(userId);
    const made = await all({ ids: [...ids, randomUUID()] });
    const again = await all({ ids });

    expect(seen.items.map(({ status, code }) => [status, code])).toEqual([
      ['would_resolve', null],
      ['would_resolve', null],
      ['failed', 'conflict_action_unsupported'],
    ]);
    expect([seen.next_cursor, made.next_cursor]).toEqual([null, null]);
    expect([seen.is_complete, seen.items[0]?.proposal?.times]).toEqual([true, [{ start: at(10), end: at(11) }]]);
    expect(unchanged).toEqual(before);
    await expect(all({ filter: { to: '9999-12-31T00:00:00Z' } })).rejects.toMatchObject({ code: 'request_invalid' });
    expect(made.items.map(({ status, code }) => [status, code])).toEqual([
      ['resolved', null],
      ['resolved', null],
      ['failed', 'conflict_action_unsupported'],
      ['failed', 'conflict_not_found'],
    ]);
    expect(again.items.slice(0, 2).map(({ resolution }) => resolution?.id)).toEqual(made.items.slice(0, 2).map(({ resolution }) => resolution?.id));
    expect((await conflictsOf(userId)).map(({ id }) => id)).toEqual([ids[2]]);
    expect(await history(userId)).toHaveLength(2);
  });

  it('about more than one call takes go on after those that failed', async () => {
    const userId = randomUUID();
    const each = { recurrence: ['RRULE:FREQ=DAILY;COUNT=60'] };
    // A hundred and twenty conflicts; nothing of the block inside would be left.
    for (const [from, to] of [
      [9, 10],
      [14, 15],
    ] as const) {
      await block(userId, from, to, each);
      await block(userId, from, to, each);
    }
    const all = (change: Partial<InputOf<typeof resolveConflicts>>) =>
      service.requests.send(resolveConflicts, { action: 'shorten_block', preview: true, filter: {}, ...change }, as(userId));

    const first = await all({});
    const rest = await all({ cursor: first.next_cursor ?? '' });

    expect([first.items.length, first.is_complete, rest.items.length, rest.is_complete]).toEqual([100, false, 20, true]);
    expect(new Set([...first.items, ...rest.items].map(({ conflict_id: id }) => id)).size).toBe(120);
    await expect(all({ cursor: 'x' })).rejects.toMatchObject({ code: 'request_invalid' });
  });
});
