import { backoffMs, isRetryableStatus, retryAfterMs } from './retry.js';

const policy = { attemptsMax: 4, delayMsBase: 200, delayMsMax: 1_000 };
const now = new Date('2026-11-21T12:00:00Z');

describe('the pause between attempts', () => {
  it('doubles its upper bound up to the longest', () => {
    expect([1, 2, 3, 4, 5].map((attempt) => backoffMs(attempt, policy, () => 1))).toEqual([200, 400, 800, 1_000, 1_000]);
  });

  it('is anything from nothing to that bound', () => {
    expect([0, 0.25, 0.5].map((chance) => backoffMs(3, policy, () => chance))).toEqual([0, 200, 400]);
  });
});

describe('a status', () => {
  it('is worth another attempt when the next answer may differ', () => {
    expect([200, 301, 400, 401, 404, 408, 409, 429, 500, 502, 503, 504].filter(isRetryableStatus)).toEqual([408, 429, 500, 502, 503, 504]);
  });
});

describe('Retry-After', () => {
  it.each([
    ['120', 120_000],
    ['0', 0],
    [' 7 ', 7_000],
    ['Sat, 21 Nov 2026 12:00:30 GMT', 30_000],
    ['2026-11-22T00:00:00Z', 43_200_000],
    ['Sat, 21 Nov 2026 11:59:00 GMT', 0],
    ['99999999999999999999', 86_400_000],
    ['2999-01-01T00:00:00Z', 86_400_000],
  ])('reads %j', (header, expected) => {
    expect(retryAfterMs(header, now)).toBe(expected);
  });

  it.each([null, undefined, '', 'soon', '-5', '1.5', '12 parsecs'])('does not guess at %j', (header) => {
    expect(retryAfterMs(header, now)).toBeUndefined();
  });
});
