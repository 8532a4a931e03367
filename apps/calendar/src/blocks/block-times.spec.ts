import { updateBlock } from '@patchbay/contracts';
import { randomUUID } from 'node:crypto';
import { endOf, linesWithout, occurrencesOf, settledTimes, wallTimeOf, type BlockTimes } from './block-times.js';

const aBlock = (change: Partial<BlockTimes> = {}): BlockTimes => ({
  starts_at: new Date('2026-12-01T09:00:00Z'),
  ends_at: new Date('2026-12-01T10:00:00Z'),
  time_zone: 'Europe/Berlin',
  is_all_day: false,
  recurrence: [],
  ...change,
});
const window = { from: new Date('2026-03-01T00:00:00Z'), to: new Date('2026-12-31T00:00:00Z') };
const startsOf = (block: BlockTimes): readonly string[] => occurrencesOf(block, window).map(({ start }) => start.toISOString());

describe('the time of a block', () => {
  it('is read off the clocks of its zone, also before year 1000 and at midnight', () => {
    expect(wallTimeOf(new Date('2026-07-01T22:00:00Z'), 'Europe/Berlin')).toBe('2026-07-02T00:00:00');
    expect(wallTimeOf(new Date('2026-12-01T09:05:07Z'), 'America/New_York')).toBe('2026-12-01T04:05:07');
  });

  it('is the days that it touches when it is of whole days, as long as they are', () => {
    const days = settledTimes(aBlock({ starts_at: new Date('2026-10-24T20:00:00Z'), ends_at: new Date('2026-10-25T10:00:00Z'), is_all_day: true }));

    // The second one has 25 hours.
    expect([days.starts_at.toISOString(), days.ends_at.toISOString()]).toEqual(['2026-10-23T22:00:00.000Z', '2026-10-25T23:00:00.000Z']);
  });

  it('stays the same when whole days are settled again', () => {
    const once = settledTimes(aBlock({ is_all_day: true }));

    expect(settledTimes(once)).toEqual(once);
  });

  it('is the same on the clock when it repeats over a change of the clocks', () => {
    const weekly = aBlock({
      starts_at: new Date('2026-03-23T08:00:00Z'),
      ends_at: new Date('2026-03-23T09:00:00Z'),
      recurrence: ['RRULE:FREQ=WEEKLY;COUNT=2'],
    });

    expect(startsOf(weekly)).toEqual(['2026-03-23T08:00:00.000Z', '2026-03-30T07:00:00.000Z']);
  });

  it.each([
    ['a time', {}],
    ['a whole day', { is_all_day: true }],
  ])('can be taken out of a series: %s', (_what, change) => {
    const daily = settledTimes(aBlock({ ...change, recurrence: ['RRULE:FREQ=DAILY;COUNT=3'] }));
    const [first, second, third] = occurrencesOf(daily, window);
    if (second === undefined) throw new Error('there is no second one');

    const left = { ...daily, recurrence: linesWithout(daily.recurrence, second) };

    expect(startsOf(left)).toEqual([first, third].map((occurrence) => occurrence?.start.toISOString()));
  });

  it('stays a few lines that can be sent back, however many of its times are taken out', () => {
    let daily = aBlock({ recurrence: ['RRULE:FREQ=DAILY', 'EXDATE:20261201T090000Z', 'EXDATE;TZID=Europe/Berlin:20261202T100000'] });
    const long = { from: window.from, to: new Date('2027-12-31T00:00:00Z') };

    for (const one of occurrencesOf(daily, long).slice(0, 300)) daily = { ...daily, recurrence: linesWithout(daily.recurrence, one) };

    expect(daily.recurrence.map((line) => line.slice(0, 8))).toEqual(['RRULE:FR', 'EXDATE:2', 'EXDATE;T', 'EXDATE;T', 'EXDATE;T']);
    expect(updateBlock.input.safeParse({ block_id: randomUUID(), recurrence: daily.recurrence }).success).toBe(true);
    // The two that were taken out before are, too.
    expect(occurrencesOf(daily, long)[0]?.start).toEqual(new Date(aBlock().starts_at.getTime() + 302 * 24 * 60 * 60_000 - 60 * 60_000));
  });

  it.each([
    ['once', [], '2026-12-01T10:00:00.000Z'],
    ['a few times', ['RRULE:FREQ=DAILY;COUNT=3'], '2026-12-03T10:00:00.000Z'],
    ['until a day', ['RRULE:FREQ=DAILY;UNTIL=20261205T090000Z', 'EXDATE:20261205T090000Z'], '2026-12-04T10:00:00.000Z'],
    ['on some days', ['RDATE:20270105T090000Z'], '2027-01-05T10:00:00.000Z'],
    ['for ever', ['RRULE:FREQ=DAILY', 'RDATE:20270105T090000Z'], undefined],
    ['more often than is counted', ['RRULE:FREQ=HOURLY;COUNT=200000'], undefined],
    ['on days that there are not', ['RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=3'], '2026-12-01T10:00:00.000Z'],
  ])('is over when the last one is, taking place %s', (_how, recurrence, over) => {
    expect(endOf(aBlock({ recurrence }))?.toISOString()).toBe(over);
  });

  it.each([
    ['ends before it starts', { ends_at: new Date('2026-12-01T08:00:00Z') }, 'end_time'],
    ['has no length', { ends_at: new Date('2026-12-01T09:00:00.500Z') }, 'end_time'],
    ['takes years', { ends_at: new Date('2029-12-01T09:00:00Z') }, 'end_time'],
    ['is before there were clocks', { starts_at: new Date('0001-01-01T00:00:00Z'), ends_at: new Date('0001-01-01T01:00:00Z') }, 'start_time'],
  ])('is refused when it %s', (_what, change, field) => {
    expect(() => settledTimes(aBlock(change))).toThrow(
      expect.objectContaining({ code: 'request_invalid', details: { [field]: expect.any(String) } }),
    );
  });

  it.each([
    ['RRULE:FREQ=SOMETIMES', 'recurrence'],
    ['RDATE:yesterday', 'recurrence'],
    ['RRULE:FREQ=SECONDLY', 'recurrence'],
    ['RDATE;TZID=Mars/Olympus:20261201T100000', 'time_zone'],
  ])('is refused when it repeats as nobody can follow: %s', (line, field) => {
    expect(() => occurrencesOf(aBlock({ recurrence: [line] }), window)).toThrow(
      expect.objectContaining({ code: 'request_invalid', details: { [field]: expect.any(String) } }),
    );
  });
});
