import { isOverlapping, overlapOf, without } from './overlap.js';

/** From one hour of a day up to another. */
const hours = ([from, to]: readonly [number, number]) => ({
  start: new Date(Date.UTC(2026, 11, 1, 0, from * 60)),
  end: new Date(Date.UTC(2026, 11, 1, 0, to * 60)),
});

describe('what two times have in common', () => {
  it.each([
    ['identical', [9, 10], [9, 10], [9, 10]],
    ['contains', [8, 12], [9, 10], [9, 10]],
    ['contains', [9, 12], [9, 10], [9, 10]],
    ['within', [9, 10], [8, 12], [9, 10]],
    ['within', [9, 10], [8, 10], [9, 10]],
    ['starts_before', [8, 10], [9, 12], [9, 10]],
    ['ends_after', [9, 12], [8, 10], [9, 10]],
  ] as const)('is told as %s: %j to %j', (kind, first, second, common) => {
    const { start, end } = hours(common);

    expect(overlapOf(hours(first), hours(second))).toEqual({ kind, start: start.toISOString(), end: end.toISOString(), minutes: 60 });
  });

  it('may be a part of a minute', () => {
    expect(overlapOf(hours([9, 10]), { ...hours([9, 10]), end: new Date('2026-12-01T09:00:30Z') }).minutes).toBe(0.5);
  });

  it('is nothing when one begins as the other ends', () => {
    expect([isOverlapping(hours([9, 10]), hours([10, 11])), isOverlapping(hours([10, 11]), hours([9, 10]))]).toEqual([false, false]);
  });
});

describe('a time without another', () => {
  it.each([
    ['nothing of what is within', [9, 10], [8, 12], []],
    ['nothing of the same', [9, 10], [9, 10], []],
    ['the beginning', [8, 10], [9, 12], [[8, 9]]],
    ['the end', [9, 12], [8, 10], [[10, 12]]],
    [
      'both ends',
      [8, 12],
      [9, 10],
      [
        [8, 9],
        [10, 12],
      ],
    ],
    ['all of what only touches', [8, 9], [9, 10], [[8, 9]]],
  ] as const)('is %s', (_what, time, other, left) => {
    expect(without(hours(time), hours(other))).toEqual(left.map(hours));
  });
});
