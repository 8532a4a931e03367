import { createFakeClock } from './fake-clock.js';
import { inProcessRateLimiter } from './rate-limiter.js';

const rate = { limit: 2, perMs: 1_000 };

describe('the in-process rate limiter', () => {
  const begin = () => {
    const clock = createFakeClock();
    const limiter = inProcessRateLimiter(clock);
    const acquire = (key = 'one', patienceMs = 60_000) => limiter.acquire(key, rate, new Date(clock.now().getTime() + patienceMs));
    return { clock, acquire };
  };

  it('lets the limit pass at once and makes the next one wait', async () => {
    const { clock, acquire } = begin();

    const verdicts = [await acquire(), await acquire(), await acquire()];

    expect(verdicts).toEqual([null, null, null]);
    expect(clock.pauses).toEqual([1_000]);
  });

  it('never lets more than the limit start in any stretch of time', async () => {
    const { clock, acquire } = begin();
    const starts: number[] = [];
    for (let call = 0; call < 20; call += 1) {
      clock.advance((call * 137) % 400);
      await acquire();
      starts.push(clock.now().getTime());
    }

    const gaps = starts.slice(rate.limit).map((start, index) => start - (starts[index] ?? 0));

    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(rate.perMs);
  });

  it('refuses at once what would come too late, says when to come back, and takes no slot', async () => {
    const { clock, acquire } = begin();
    await acquire();
    await acquire();

    expect(await acquire('one', 500)).toBe(1_000);
    expect(await acquire('one', 500)).toBe(1_000);
    expect(clock.pauses).toEqual([]);
    clock.advance(1_000);
    expect(await acquire('one', 0)).toBeNull();
  });

  it('counts every key by itself', async () => {
    const { clock, acquire } = begin();
    await acquire();
    await acquire();

    await acquire('another');

    expect(clock.pauses).toEqual([]);
  });
});
