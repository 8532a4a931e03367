import { ProviderSlots } from './provider-slots.js';

/** Work that goes on until it is told to end. */
function held() {
  const ends: (() => void)[] = [];
  const begun: string[] = [];
  const work = (name: string) => () => {
    begun.push(name);
    return new Promise<string>((resolve) => ends.push(() => resolve(name)));
  };
  const endAll = async (all: readonly Promise<unknown>[]): Promise<void> => {
    const everything = Promise.all(all);
    while (await Promise.race([everything.then(() => false), new Promise<boolean>((resolve) => setImmediate(resolve, true))]))
      ends.splice(0).forEach((end) => end());
  };
  return { begun, work, endFirst: () => ends.shift()?.(), endAll };
}

describe('ProviderSlots', () => {
  const options = { atOnceMax: 3, atOncePerProviderMax: 2, patienceMs: 5_000 };

  it('lets no more through at once than one provider may have, and the others in turn', async () => {
    const slots = new ProviderSlots(options);
    const { begun, work, endFirst, endAll } = held();
    const all = ['z1', 'z2', 'z3'].map((name) => slots.run('zoom', work(name)));

    expect(begun).toEqual(['z1', 'z2']);
    endFirst();
    await all[0];

    expect(begun).toEqual(['z1', 'z2', 'z3']);
    await endAll(all);
  });

  it('does not let a slow provider hold up another', async () => {
    const slots = new ProviderSlots(options);
    const { begun, work, endAll } = held();
    const slow = ['z1', 'z2', 'z3'].map((name) => slots.run('zoom', work(name)));

    const other = slots.run('google', work('g1'));

    expect(begun).toEqual(['z1', 'z2', 'g1']);
    await endAll([...slow, other]);
  });

  it('gives the slot back when the work fails', async () => {
    const slots = new ProviderSlots({ ...options, atOnceMax: 1 });

    await expect(slots.run('zoom', () => Promise.reject(new Error('no')))).rejects.toThrow('no');

    expect(await slots.run('zoom', async () => 'next')).toBe('next');
  });

  it('gives up waiting after a while', async () => {
    const slots = new ProviderSlots({ ...options, atOnceMax: 1, patienceMs: 20 });
    const { work } = held();
    void slots.run('zoom', work('z1'));

    await expect(slots.run('zoom', work('z2'))).rejects.toMatchObject({ code: 'provider_unavailable' });
  });
});
