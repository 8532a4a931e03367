import { HeldBytes } from './held-bytes.js';

/** Which of them were let in so far, in their order. */
async function letIn(taken: readonly Promise<void>[]): Promise<readonly boolean[]> {
  const none = Symbol('none');
  return Promise.all(taken.map(async (one) => (await Promise.race([one, new Promise((resolve) => setImmediate(resolve, none))])) !== none));
}

describe('what is held of large messages', () => {
  it('stays under its bound: those that come later wait, first come first served', async () => {
    const room = new HeldBytes(100);
    const taken = [room.take(60), room.take(60), room.take(30)];
    expect([await letIn(taken), room.held]).toEqual([[true, false, false], 60]);

    room.give(60);

    expect([await letIn(taken), room.held]).toEqual([[true, true, true], 90]);
  });

  it('lets one in alone that is larger than the bound', async () => {
    const room = new HeldBytes(100);
    const taken = [room.take(500), room.take(1)];
    expect(await letIn(taken)).toEqual([true, false]);

    room.give(500);

    expect([await letIn(taken), room.held]).toEqual([[true, true], 1]);
  });

  it('refuses those that waited too long, and holds nothing for them', async () => {
    const room = new HeldBytes(100);
    await room.take(100, 0);
    const late = room.take(50, 0);

    room.sweep(60_000);

    await expect(late).rejects.toMatchObject({ code: 'service_unavailable' });
    room.give(100);
    expect(room.held).toBe(0);
  });

  it('refuses at once when too many wait', async () => {
    const room = new HeldBytes(1);
    await room.take(1);
    for (let count = 0; count < 64; count += 1) void room.take(1);

    await expect(room.take(1)).rejects.toMatchObject({ code: 'service_unavailable' });
  });
});
