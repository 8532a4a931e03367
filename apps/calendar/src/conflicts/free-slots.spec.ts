import { jest } from '@jest/globals';
import { freeSlots } from './free-slots.js';

const at = (text: string): Date => new Date(`2026-12-${text}:00Z`);
const span = (from: string, to: string) => ({ start: at(from), end: at(to) });
const now = new Date('2026-11-21T10:00:00Z');
const slots = (time: ReturnType<typeof span>, busy: readonly ReturnType<typeof span>[], timeZone = 'UTC', at = now) =>
  freeSlots({ time, timeZone, busy, now: at }).map(({ start, end }) => `${start.toISOString().slice(8, 16)}-${end.toISOString().slice(11, 16)}`);

describe('free times for something that cannot stay', () => {
  it('are the next ones of the same length, one after the other', () => {
    expect(slots(span('01T09:00', '01T10:00'), [span('01T09:00', '01T10:00'), span('01T11:30', '01T12:00')])).toEqual([
      '01T10:00-11:00',
      '01T12:00-13:00',
      '01T13:00-14:00',
    ]);
  });

  it('are by day, in the zone of who is asked', () => {
    expect(slots(span('01T18:00', '01T19:00'), [span('01T17:00', '01T19:30')], 'Europe/Berlin')).toEqual([
      '02T07:00-08:00',
      '02T08:00-09:00',
      '02T09:00-10:00',
    ]);
  });

  it('may be as early as the thing itself', () => {
    expect(slots(span('01T06:00', '01T07:00'), [span('01T06:00', '01T21:00')])[0]).toBe('02T06:00-07:00');
  });

  it('are not in the past', () => {
    expect(slots(span('01T09:00', '01T09:30'), [], 'UTC', at('03T10:07'))[0]).toBe('03T10:15-10:45');
  });

  it('begin at the same hour for what takes longer than a day’s work', () => {
    expect(slots(span('01T00:00', '02T00:00'), [span('01T00:00', '02T12:00')])[0]).toBe('03T00:00-00:00');
  });

  it('may reach into the next day for what does', () => {
    expect(slots(span('01T22:00', '02T01:00'), [span('01T22:00', '02T01:00')])[0]).toBe('02T08:00-11:00');
  });

  it('may be before what takes only a part of the day, but never where the other thing is', () => {
    const time = span('01T09:00', '01T10:00');

    expect(
      freeSlots({ time, timeZone: 'UTC', busy: [span('01T10:00', '01T11:00')], other: span('01T09:30', '01T12:00'), now }).map(({ start }) => start),
    ).toEqual([at('01T12:00'), at('01T13:00'), at('01T14:00')]);
  });

  it('are the same on the clock when the clocks change in the night before', () => {
    const day = (text: string): Date => new Date(`2026-10-${text}:00Z`);
    const time = { start: day('24T15:00'), end: day('24T18:00') };

    const [first] = freeSlots({ time, timeZone: 'Europe/Berlin', busy: [{ start: day('24T15:00'), end: day('24T20:00') }], now: day('01T00:00') });

    // Eight o’clock: in Berlin it was two hours ahead of UTC the day before.
    expect(first?.start).toEqual(day('25T07:00'));
  });

  it('cost no more than a look at the clock for each night, and a clock for each zone', () => {
    const clocks: { readonly format: unknown } = Intl.DateTimeFormat.prototype;
    const [read, made] = [jest.spyOn(clocks, 'format', 'get'), jest.spyOn(Intl, 'DateTimeFormat')];
    const workdays = Array.from({ length: 31 }, (_, day) => {
      const date = String(day + 1).padStart(2, '0');
      return span(`${date}T02:00`, `${date}T21:00`);
    });

    expect(slots(span('01T09:00', '01T10:00'), workdays, 'Pacific/Honolulu')).not.toEqual([]);
    expect(slots(span('01T02:00', '01T03:00'), workdays, 'Africa/Abidjan')).toEqual([]);

    expect(made.mock.calls.length).toBeLessThanOrEqual(2);
    expect(read.mock.calls.length).toBeLessThan(300);
    made.mockRestore();
    read.mockRestore();
  });

  it('are none when nothing is free for two weeks', () => {
    expect(slots(span('01T09:00', '01T10:00'), [span('01T00:00', '31T00:00')])).toEqual([]);
  });
});
