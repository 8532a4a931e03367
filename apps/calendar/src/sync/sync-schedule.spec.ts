import { nextPollAt, ownErrorWaitMs, promisedWindow, storedWindow } from './sync-schedule.js';

const now = new Date('2026-11-21T12:00:00Z');
const minutes = (date: Date): number => (date.getTime() - now.getTime()) / 60_000;

describe('the schedule of readings', () => {
  it.each([
    [0, 12],
    [0.5, 15],
    [1, 18],
  ])('comes back after the interval, give or take a fifth (%p)', (chance, expected) => {
    expect(minutes(nextPollAt({ now, since: now, intervalMinutes: 15 }, () => chance))).toBeCloseTo(expected);
  });

  it('comes back at once when what was read is old already', () => {
    const since = new Date('2026-11-21T09:00:00Z');

    expect(nextPollAt({ now, since, intervalMinutes: 15 }, () => 0.5)).toEqual(now);
  });

  it('rests longer with each own error, but never longer than the interval', () => {
    const waits = [1, 2, 3, 4].map((errors) => ownErrorWaitMs(errors, 5, () => 1) / 60_000);

    expect(waits).toEqual([1, 2, 4, 5]);
    expect(ownErrorWaitMs(1, 5, () => 0)).toBe(30_000);
  });

  it('stores a week more than it promises, so that the promise holds while the window rests', () => {
    const days = { CALENDAR_WINDOW_PAST_DAYS: 30, CALENDAR_WINDOW_AHEAD_DAYS: 365 };

    expect(promisedWindow(now, days)).toEqual({ from: new Date('2026-10-22T12:00:00Z'), to: new Date('2027-11-21T12:00:00Z') });
    expect(storedWindow(now, days)).toEqual({ from: new Date('2026-10-22T12:00:00Z'), to: new Date('2027-11-28T12:00:00Z') });
  });
});
