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

  it('are none when nothing is free for two weeks', () => {
    expect(slots(span('01T09:00', '01T10:00'), [span('01T00:00', '31T00:00')])).toEqual([]);
  });
});
