import { jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { createBlock, listBlocks, listConflicts, listResolutions, overrideResolution, resolveConflict } from '@patchbay/contracts';
import { as, useCalendarService } from '../testing/calendar-callers.js';

jest.setTimeout(60_000);

describe('the key that a block was made with', () => {
  const service = useCalendarService();

  const create = (userId: string, title: string, idempotency_key?: string) =>
    service.requests.send(
      createBlock,
      {
        title,
        note: null,
        start_time: '2030-03-01T10:00:00Z',
        end_time: '2030-03-01T12:00:00Z',
        time_zone: 'UTC',
        is_all_day: false,
        recurrence: [],
        ...(idempotency_key === undefined ? {} : { idempotency_key }),
      },
      as(userId),
    );
  /** A block with a key that a decision removed. */
  const removed = async () => {
    const userId = randomUUID();
    const made = await create(userId, 'Focus', 'focus-1');
    await create(userId, 'Other');
    const { items } = await service.requests.send(listConflicts, { from: '2030-02-01T00:00:00Z', limit: 50 }, as(userId));
    const decision = { id: items[0]?.id ?? '', action: 'delete_block' as const, target_id: made.id };
    const resolution = await service.requests.send(resolveConflict, decision, as(userId));
    const undo = () => service.requests.send(overrideResolution, { resolution_id: resolution.id, action: 'undo' as const }, as(userId));
    return { userId, made, undo };
  };

  it('is its key again when its removal is undone, and is told to nobody', async () => {
    const { userId, made, undo } = await removed();

    await undo();
    const again = await create(userId, 'Focus', 'focus-1');

    expect(again.id).toBe(made.id);
    expect(JSON.stringify(await service.requests.send(listResolutions, { limit: 50 }, as(userId)))).not.toContain('focus-1');
  });

  it('stays with the block that was made with it meanwhile', async () => {
    const { userId, made, undo } = await removed();

    const meanwhile = await create(userId, 'Focus', 'focus-1');
    await undo();
    const { items } = await service.requests.send(listBlocks, { limit: 50 }, as(userId));

    expect((await create(userId, 'Focus', 'focus-1')).id).toBe(meanwhile.id);
    expect(items.map(({ id }) => id)).toEqual(expect.arrayContaining([made.id, meanwhile.id]));
  });
});
