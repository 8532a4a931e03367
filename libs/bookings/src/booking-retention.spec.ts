import { jest } from '@jest/globals';
import { pino } from 'pino';
import { forgetHourly } from './booking-retention.js';

describe('forgetHourly', () => {
  const minuteMs = 60_000;
  const now = new Date('2026-11-21T10:00:00Z');

  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  const started = (forget = jest.fn(async (_before: Date) => {})) => {
    const stop = forgetHourly({ bookings: { forget }, log: pino({ level: 'silent' }), clock: () => now });
    return { forget, stop };
  };

  it('forgets what ended 400 days ago, some minutes after the start and then every hour', () => {
    const { forget, stop } = started();

    jest.advanceTimersByTime(10 * minuteMs);
    expect(forget.mock.calls).toEqual([[new Date('2025-10-17T10:00:00Z')]]);
    jest.advanceTimersByTime(120 * minuteMs);
    expect(forget).toHaveBeenCalledTimes(3);
    stop();
  });

  it('goes on after a failure', async () => {
    const { forget, stop } = started(jest.fn(() => Promise.reject(new Error('no database'))));

    await jest.advanceTimersByTimeAsync(130 * minuteMs);

    expect(forget).toHaveBeenCalledTimes(3);
    stop();
  });

  it('stops when it is told to', () => {
    const { forget, stop } = started();

    stop();
    jest.advanceTimersByTime(130 * minuteMs);

    expect(forget).not.toHaveBeenCalled();
  });
});
