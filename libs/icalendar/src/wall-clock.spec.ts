import { jest } from '@jest/globals';
import { instantOfWallTime, offsetMsAt, wallTimeAt } from './wall-clock.js';

describe('the clock of a zone', () => {
  it.each([
    ['2026-07-01T22:00:00Z', 'Europe/Berlin', '2026-07-02T00:00:00'],
    ['2026-12-01T09:05:07.900Z', 'America/New_York', '2026-12-01T04:05:07'],
    ['0033-04-03T12:00:00Z', 'UTC', '0033-04-03T12:00:00'],
  ])('shows %s in %s as %s', (moment, zone, wall) => {
    expect(wallTimeAt(Date.parse(moment), zone)).toBe(wall);
  });

  it.each([
    ['once', '2026-07-02T00:00:00', '2026-07-01T22:00:00.000Z'],
    ['twice, of which the first counts', '2026-10-25T02:30:00', '2026-10-25T00:30:00.000Z'],
    ['never, so that the offset of before counts', '2026-03-29T02:30:00', '2026-03-29T01:30:00.000Z'],
  ])('shows a time %s', (_how, wall, moment) => {
    expect(new Date(instantOfWallTime(wall, 'Europe/Berlin')).toISOString()).toBe(moment);
  });

  it('is ahead of UTC, or behind it', () => {
    const moment = Date.parse('2026-07-01T22:00:00.500Z');

    expect([offsetMsAt(moment, 'Asia/Kathmandu'), offsetMsAt(moment, 'America/New_York')]).toEqual([5.75 * 3_600_000, -4 * 3_600_000]);
  });

  it('is made once, however often it is read', () => {
    const made = jest.spyOn(Intl, 'DateTimeFormat');

    for (let hour = 0; hour < 100; hour += 1) wallTimeAt(hour * 3_600_000, 'Pacific/Chatham');

    expect(made).toHaveBeenCalledTimes(1);
    made.mockRestore();
  });

  it('is none where no zone has the name', () => {
    expect(() => wallTimeAt(0, 'Mars/Olympus')).toThrow(RangeError);
  });
});
