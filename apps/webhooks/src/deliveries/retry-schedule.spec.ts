import { readRetryAfterMs, retryDelayMs, retryScheduleDefault, retryScheduleSeconds } from './retry-schedule.js';

const patient = { retryFailed: true, maxRetries: null };
const after = (attempt: number, more: { random?: number; retryAfterMs?: number | null } = {}) => ({
  attempt,
  retryAfterMs: null,
  random: 0.5,
  ...more,
});
const hourMs = 3_600_000;

describe('retryDelayMs', () => {
  it('follows the ladder', () => {
    const delays = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((attempt) => retryDelayMs(retryScheduleDefault, patient, after(attempt)));

    expect(delays).toEqual([5, 30, 120, 600, 1_800, 3_600, 10_800, 21_600, 43_200].map((seconds) => seconds * 1_000));
  });

  it('reaches past 72 hours even when every wait is as short as jitter makes it', () => {
    const waits = retryScheduleDefault.map((_seconds, index) => retryDelayMs(retryScheduleDefault, patient, after(index + 1, { random: 0 })) ?? 0);

    expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeGreaterThanOrEqual(72 * hourMs);
  });

  it('ends after the last step', () => {
    expect(retryDelayMs(retryScheduleDefault, patient, after(retryScheduleDefault.length + 1))).toBeNull();
  });

  it('varies by a fifth either way', () => {
    expect([0, 1].map((random) => retryDelayMs([100], patient, after(1, { random })))).toEqual([80_000, 120_000]);
  });

  it('tries once when the owner wants no retries', () => {
    expect(retryDelayMs(retryScheduleDefault, { retryFailed: false, maxRetries: null }, after(1))).toBeNull();
  });

  it('ends after as many retries as the owner allows', () => {
    const policy = { retryFailed: true, maxRetries: 2 };

    expect([1, 2, 3].map((attempt) => retryDelayMs([1, 1, 1], policy, after(attempt)))).toEqual([1_000, 1_000, null]);
  });

  it('waits as long as Retry-After says, but never less than the ladder and never more than a day', () => {
    const waits = [1_000, 60_000, 1_000 * hourMs].map((retryAfterMs) => retryDelayMs([5], patient, after(1, { retryAfterMs })));

    expect(waits).toEqual([5_000, 60_000, 24 * hourMs]);
  });
});

describe('readRetryAfterMs', () => {
  const now = new Date('2026-11-21T00:00:00Z');

  it.each([
    ['120', 120_000],
    ['Sat, 21 Nov 2026 00:01:00 GMT', 60_000],
    ['Fri, 20 Nov 2026 00:00:00 GMT', null],
    ['soon', null],
    ['-5', null],
    ['9999999999999999999999', null],
    [undefined, null],
  ])('reads %p as %p', (header, expected) => {
    expect(readRetryAfterMs(header, now)).toBe(expected);
  });
});

describe('retryScheduleSeconds', () => {
  it('reads a list', () => {
    expect(retryScheduleSeconds.parse('0.1, 2,604800')).toEqual([0.1, 2, 604_800]);
  });

  it.each(['soon', '5,,30', '5,', ',5', '604801', '1e300', '-1', 'Infinity', '0x10'])('refuses %p', (text) => {
    expect(retryScheduleSeconds.safeParse(text).success).toBe(false);
  });
});
