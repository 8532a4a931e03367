import { isWorthOpening, renewAt, retryAt } from './push-schedule.js';

const at = (hours: number): Date => new Date(Date.parse('2026-12-01T00:00:00Z') + hours * 3_600_000);

describe('a channel', () => {
  it.each([
    [0, 6],
    [0.5, 7],
    [1, 8],
  ])('is renewed at a moment of its own, well before its end: %p', (random, hours) => {
    expect(renewAt(at(0), at(10), () => random)).toEqual(at(hours));
  });

  it('is asked for under its first id as long as most of its life is left, because it may be open already', () => {
    expect(isWorthOpening(at(48), { now: at(0), lifeMs: 48 * 3_600_000 })).toBe(true);
    expect(isWorthOpening(at(48), { now: at(24), lifeMs: 48 * 3_600_000 })).toBe(true);
    expect(isWorthOpening(at(48), { now: at(25), lifeMs: 48 * 3_600_000 })).toBe(false);
  });

  it('that failed is tried again soon, and rarely when it was refused', () => {
    const waitOf = (isRefused: boolean, askedMs?: number) => retryAt(at(0), { attempts: 1, isRefused, askedMs }).getTime() - at(0).getTime();

    expect(waitOf(false)).toBeLessThanOrEqual(1_000);
    expect(waitOf(false, 90_000)).toBe(90_000);
    expect(waitOf(true)).toBe(3_600_000);
  });
});
