import { waitFor } from '@patchbay/testing';
import { ahead } from './ahead.js';

describe('work that is ahead of whoever takes it', () => {
  const begun: number[] = [];
  const work = async (item: number): Promise<number> => {
    begun.push(item);
    if (item === 3) throw new Error('the third');
    return item * 10;
  };
  const rest = async (results: AsyncIterable<number>): Promise<readonly number[]> => {
    const all = [];
    for await (const result of results) all.push(result);
    return all;
  };
  beforeEach(() => begun.splice(0));

  it('begins the next item while one is taken, and no more', async () => {
    const results = ahead([1, 2, 4], work);

    expect(await results.next()).toEqual({ done: false, value: 10 });
    expect(begun).toEqual([1, 2]);
    expect(await rest(results)).toEqual([20, 40]);
  });

  it('tells what comes before a failure, and throws it in its turn', async () => {
    const results = ahead([1, 2, 3, 4], work);

    expect([(await results.next()).value, (await results.next()).value]).toEqual([10, 20]);
    await expect(results.next()).rejects.toThrow('the third');
    expect(begun).toEqual([1, 2, 3]);
  });

  it('is on as many items at once as it may, and tells them in their order', async () => {
    const waiting: (() => void)[] = [];
    const results = ahead(
      [1, 2, 4, 5],
      async (item) => {
        begun.push(item);
        await new Promise<void>((resolve) => waiting.push(resolve));
        return item * 10;
      },
      2,
    );
    const first = results.next();
    await waitFor(() => (waiting.length === 2 ? true : undefined), 'two items');
    waiting[1]?.();
    waiting[0]?.();

    expect((await first).value).toBe(10);
    await waitFor(() => (waiting.length === 3 ? true : undefined), 'the third item');
    expect(begun).toEqual([1, 2, 4]);
    expect((await results.next()).value).toBe(20);
  });

  it('throws nothing at anybody who stops before the failure', async () => {
    for await (const result of ahead([2, 3], work)) {
      expect(result).toBe(20);
      break;
    }

    expect(begun).toEqual([2, 3]);
  });

  it('can be put behind another', async () => {
    const results = ahead(ahead([1, 2, 4, 5], work), async (value) => value + 1);

    expect((await results.next()).value).toBe(11);
    await waitFor(() => (begun.length === 3 ? true : undefined), 'the third item');
    expect(await rest(results)).toEqual([21, 41, 51]);
  });
});
