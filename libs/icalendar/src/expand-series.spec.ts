import { expandSeries } from './expand-series.js';
import { thisAndFuture } from './recurrence-lines.js';
import { SeriesError } from './series-error.js';
import { anEvent, anException, expanded, inBerlin } from './testing/source-events.js';

const weekly = anEvent({ recurrence: ['RRULE:FREQ=WEEKLY;COUNT=4'] });
const days = (date: string, end: string, recurrence: readonly string[] = []) => anEvent({ start: { date }, end: { date: end }, recurrence });

/** The fault that expanding ends with. */
function faultOf(recurrence: readonly string[], parts: Parameters<typeof anEvent>[0] = {}): string {
  try {
    return expanded([anEvent({ recurrence, ...parts })]).join();
  } catch (error) {
    return error instanceof SeriesError ? error.fault : String(error);
  }
}

describe('a single event', () => {
  it('is there once, in its own zone', () => {
    expect(expanded([anEvent()])).toEqual(['2026-03-02T09:00/2026-03-02T10:00 event']);
  });

  it('is there when it only reaches into the window, and not when it ends where the window begins', () => {
    const window = { from: new Date('2026-03-02T09:30:00Z'), to: new Date('2026-03-03T00:00:00Z') };

    expect(expanded([anEvent()], { window })).toHaveLength(1);
    expect(expanded([anEvent()], { window: { ...window, from: new Date('2026-03-02T10:00:00Z') } })).toEqual([]);
    expect(expanded([anEvent()], { window: { from: new Date('2026-03-01T00:00:00Z'), to: new Date('2026-03-02T09:00:00Z') } })).toEqual([]);
  });

  it('without length is there at its moment', () => {
    const event = anEvent({ end: inBerlin('2026-03-02T10:00:00') });

    expect(expanded([event], { window: { from: new Date('2026-03-02T09:00:00Z'), to: new Date('2026-03-02T09:01:00Z') } })).toEqual([
      '2026-03-02T09:00/2026-03-02T09:00 event',
    ]);
  });

  it('that ends before it begins has no length', () => {
    expect(expanded([anEvent({ end: inBerlin('2026-03-01T10:00:00') })])).toEqual(['2026-03-02T09:00/2026-03-02T09:00 event']);
  });

  it('that is cancelled is not there', () => {
    expect(expanded([anEvent({ status: 'cancelled' })])).toEqual([]);
  });

  it('may begin in one zone and end in another', () => {
    const flight = anEvent({ end: { dateTime: '2026-03-02T09:00:00', timeZone: 'America/New_York' } });

    expect(expanded([flight])).toEqual(['2026-03-02T09:00/2026-03-02T14:00 event']);
  });

  it('without a zone is meant in that of the calendar', () => {
    const event = anEvent({ start: { dateTime: '2026-03-02T10:00:00', timeZone: null }, end: { dateTime: '2026-03-02T11:00:00', timeZone: null } });

    expect(expanded([event], { timeZone: 'Asia/Tokyo' })).toEqual(['2026-03-02T01:00/2026-03-02T02:00 event']);
  });

  it("in a zone by Windows's name is read", () => {
    const event = anEvent({ start: { dateTime: '2026-03-02T10:00:00.0000000', timeZone: 'W. Europe Standard Time' } });

    expect(expanded([event])).toEqual(['2026-03-02T09:00/2026-03-02T10:00 event']);
  });

  it('of a whole day lasts from midnight to midnight of the calendar, also over a clock change', () => {
    expect(expanded([days('2026-03-29', '2026-03-30')])).toEqual(['2026-03-28T23:00/2026-03-29T22:00 event']);
    expect(expanded([days('2026-03-29', '2026-03-29')])).toEqual(['2026-03-28T23:00/2026-03-29T22:00 event']);
  });
});

describe('clock changes', () => {
  const at = (time: string, recurrence: string) =>
    anEvent({ start: inBerlin(`2026-${time}`), end: inBerlin(`2026-${time}`), recurrence: [`RRULE:${recurrence}`] });

  it('leave the time on the wall as it is', () => {
    expect(expanded([at('03-28T10:00:00', 'FREQ=DAILY;COUNT=2')])).toEqual([
      '2026-03-28T09:00/2026-03-28T09:00 event',
      '2026-03-29T08:00/2026-03-29T08:00 event',
    ]);
  });

  it('that leave out a time move it by an hour, and do not drop it', () => {
    expect(expanded([at('03-28T02:30:00', 'FREQ=DAILY;COUNT=3')])).toEqual([
      '2026-03-28T01:30/2026-03-28T01:30 event',
      '2026-03-29T01:30/2026-03-29T01:30 event',
      '2026-03-30T00:30/2026-03-30T00:30 event',
    ]);
  });

  it('that repeat a time mean the first one', () => {
    expect(expanded([at('10-24T02:30:00', 'FREQ=DAILY;COUNT=3')])).toEqual([
      '2026-10-24T00:30/2026-10-24T00:30 event',
      '2026-10-25T00:30/2026-10-25T00:30 event',
      '2026-10-26T01:30/2026-10-26T01:30 event',
    ]);
  });

  it('keep the length of what lasts over them', () => {
    const night = anEvent({ start: inBerlin('2026-03-27T22:00:00'), end: inBerlin('2026-03-28T06:00:00'), recurrence: ['RRULE:FREQ=DAILY;COUNT=2'] });

    expect(expanded([night])).toEqual(['2026-03-27T21:00/2026-03-28T05:00 event', '2026-03-28T21:00/2026-03-29T05:00 event']);
  });

  it('make one occurrence of two that fall on the same moment', () => {
    expect(expanded([at('03-29T01:30:00', 'FREQ=HOURLY;COUNT=3')])).toEqual([
      '2026-03-29T00:30/2026-03-29T00:30 event',
      '2026-03-29T01:30/2026-03-29T01:30 event',
    ]);
  });

  it('do not shorten a day of a series', () => {
    expect(expanded([days('2026-03-28', '2026-03-29', ['RRULE:FREQ=DAILY;COUNT=3'])])).toEqual([
      '2026-03-27T23:00/2026-03-28T23:00 event',
      '2026-03-28T23:00/2026-03-29T22:00 event',
      '2026-03-29T22:00/2026-03-30T22:00 event',
    ]);
  });

  it('of half an hour, and of zones without any, are right as well', () => {
    const island = { dateTime: '2026-04-04T09:00:00', timeZone: 'Australia/Lord_Howe' };
    const kolkata = { dateTime: '2026-04-04T09:00:00', timeZone: 'Asia/Kolkata' };
    const recurrence = ['RRULE:FREQ=DAILY;COUNT=2'];

    expect(expanded([anEvent({ start: island, end: island, recurrence })])).toEqual([
      '2026-04-03T22:00/2026-04-03T22:00 event',
      '2026-04-04T22:30/2026-04-04T22:30 event',
    ]);
    expect(expanded([anEvent({ start: kolkata, end: kolkata, recurrence })])).toEqual([
      '2026-04-04T03:30/2026-04-04T03:30 event',
      '2026-04-05T03:30/2026-04-05T03:30 event',
    ]);
  });
});

describe('EXDATE', () => {
  const left = (line: string) => expanded([anEvent({ recurrence: ['RRULE:FREQ=WEEKLY;COUNT=3', line] })]).map((entry) => entry.slice(5, 10));

  it.each([
    ['in the zone of the series', 'EXDATE;TZID=Europe/Berlin:20260309T100000'],
    ['in UTC', 'EXDATE:20260309T090000Z'],
    ['in another zone', 'EXDATE;TZID=America/New_York:20260309T050000'],
    ['in a zone by its name in Windows', 'EXDATE;TZID=W. Europe Standard Time:20260309T100000'],
    ['without a zone', 'EXDATE:20260309T100000'],
    ['of a mere day', 'EXDATE;VALUE=DATE:20260309'],
  ])('%s takes an occurrence out', (_, line) => {
    expect(left(line)).toEqual(['03-02', '03-16']);
  });

  it('takes several out, on one line or more', () => {
    expect(left('EXDATE:20260309T090000Z,20260316T090000Z')).toEqual(['03-02']);
  });

  it('at another time takes nothing out', () => {
    expect(left('EXDATE:20260309T100000Z')).toEqual(['03-02', '03-09', '03-16']);
  });

  it('takes the first one out', () => {
    expect(left('EXDATE:20260302T090000Z')).toEqual(['03-09', '03-16']);
  });

  it('in UTC finds the occurrence that a clock change moved', () => {
    const event = anEvent({
      start: inBerlin('2026-03-28T02:30:00'),
      end: inBerlin('2026-03-28T02:30:00'),
      recurrence: ['RRULE:FREQ=DAILY;COUNT=2', 'EXDATE:20260329T013000Z'],
    });

    expect(expanded([event])).toEqual(['2026-03-28T01:30/2026-03-28T01:30 event']);
  });

  it.each(['EXDATE;VALUE=DATE:20260303', 'EXDATE:20260303T000000', 'EXDATE:20260303T000000Z', 'EXDATE:20260302T230000Z'])(
    '%s takes a day out of a series of days',
    (line) => {
      const found = expanded([days('2026-03-02', '2026-03-03', ['RRULE:FREQ=DAILY;COUNT=3', line])]);

      expect(found.map((entry) => entry.slice(5, 10))).toEqual(['03-01', '03-03']);
    },
  );
});

describe('RDATE and EXRULE', () => {
  it('adds times, in any zone, and each once', () => {
    const recurrence = ['RDATE;TZID=America/New_York:20260303T090000', 'RDATE:20260302T090000Z,20260304T120000Z'];

    expect(expanded([anEvent({ recurrence })])).toEqual([
      '2026-03-02T09:00/2026-03-02T10:00 event',
      '2026-03-03T14:00/2026-03-03T15:00 event',
      '2026-03-04T12:00/2026-03-04T13:00 event',
    ]);
  });

  it('adds periods, with ends of their own', () => {
    const recurrence = ['RDATE;VALUE=PERIOD:20260303T090000Z/20260303T093000Z,20260304T090000Z/PT3H'];

    expect(expanded([anEvent({ recurrence })])).toEqual([
      '2026-03-02T09:00/2026-03-02T10:00 event',
      '2026-03-03T09:00/2026-03-03T09:30 event',
      '2026-03-04T09:00/2026-03-04T12:00 event',
    ]);
  });

  it('adds days to a series of days, and to one of times at its time', () => {
    expect(expanded([days('2026-03-02', '2026-03-03', ['RDATE;VALUE=DATE:20260310'])])).toEqual([
      '2026-03-01T23:00/2026-03-02T23:00 event',
      '2026-03-09T23:00/2026-03-10T23:00 event',
    ]);
    expect(expanded([anEvent({ recurrence: ['RDATE;VALUE=DATE:20260310'] })])).toContain('2026-03-10T09:00/2026-03-10T10:00 event');
  });

  it('adds what EXDATE takes out again', () => {
    const recurrence = ['RDATE:20260303T090000Z', 'EXDATE:20260303T090000Z'];

    expect(expanded([anEvent({ recurrence })])).toEqual(['2026-03-02T09:00/2026-03-02T10:00 event']);
  });

  it('takes out what a second rule names', () => {
    const recurrence = ['RRULE:FREQ=DAILY;COUNT=5', 'EXRULE:FREQ=DAILY;INTERVAL=2;COUNT=2'];

    expect(expanded([anEvent({ recurrence })]).map((entry) => entry.slice(5, 10))).toEqual(['03-03', '03-05', '03-06']);
  });

  it('several rules are taken together', () => {
    const recurrence = ['RRULE:FREQ=WEEKLY;COUNT=2', 'RRULE:FREQ=WEEKLY;BYDAY=WE;UNTIL=20260305T000000Z'];

    expect(expanded([anEvent({ recurrence })]).map((entry) => entry.slice(5, 10))).toEqual(['03-02', '03-04', '03-09']);
  });
});

describe('COUNT and UNTIL', () => {
  const lastOf = (until: string, event = anEvent()) =>
    expanded([{ ...event, recurrence: [`RRULE:FREQ=DAILY;UNTIL=${until}`] }])
      .at(-1)
      ?.slice(5, 10);

  it.each([
    ['20260304T090000Z', '03-04'],
    ['20260304T085959Z', '03-03'],
    ['20260304T100000', '03-04'],
    ['20260304T095959', '03-03'],
    ['20260304', '03-04'],
    ['20260301T000000Z', '03-02'],
  ])('UNTIL=%s ends a series of times at %s', (until, day) => {
    expect(lastOf(until)).toBe(day);
  });

  it.each([
    ['20260304', '03-03'],
    ['20260304T000000Z', '03-03'],
    ['20260303T230000Z', '03-03'],
    ['20260303T220000Z', '03-02'],
    ['20260303T225959Z', '03-02'],
    ['20260304T235959Z', '03-03'],
    ['20260304T235900Z', '03-03'],
  ])('UNTIL=%s ends a series of days with the one that begins on %s in UTC', (until, day) => {
    expect(lastOf(until, days('2026-03-02', '2026-03-03'))).toBe(day);
  });

  it.each(['Pacific/Kiritimati', 'Asia/Kolkata', 'UTC', 'America/St_Johns', 'Pacific/Pago_Pago'])(
    'UNTIL=…T235959Z means days to the end of its date in %s',
    (timeZone) => {
      const untilThe4th = days('2026-03-02', '2026-03-03', ['RRULE:FREQ=DAILY;UNTIL=20260304T235959Z']);

      expect(expanded([untilThe4th], { timeZone })).toHaveLength(3);
    },
  );

  it('counts what EXDATE takes out, and the start although the rule does not meet it', () => {
    const out = anEvent({ recurrence: ['RRULE:FREQ=WEEKLY;COUNT=3', 'EXDATE:20260309T090000Z'] });
    const unmet = anEvent({ recurrence: ['RRULE:FREQ=WEEKLY;BYDAY=TU;COUNT=3'] });

    expect(expanded([out]).map((entry) => entry.slice(5, 10))).toEqual(['03-02', '03-16']);
    expect(expanded([unmet]).map((entry) => entry.slice(5, 10))).toEqual(['03-02', '03-03', '03-10']);
  });

  it('counts from the beginning, however late the window is', () => {
    const event = anEvent({
      start: inBerlin('2020-01-01T10:00:00'),
      end: inBerlin('2020-01-01T11:00:00'),
      recurrence: ['RRULE:FREQ=DAILY;COUNT=2193'],
    });

    expect(expanded([event]).map((entry) => entry.slice(0, 10))).toEqual(['2026-01-01']);
  });
});

describe('rules', () => {
  const daysOf = (rule: string, start = '2026-03-02') =>
    expanded([anEvent({ start: inBerlin(`${start}T10:00:00`), end: inBerlin(`${start}T11:00:00`), recurrence: [`RRULE:${rule}`] })]).map((entry) =>
      entry.slice(5, 10),
    );

  it('of leap days wait for the next one', () => {
    const leap = anEvent({ start: inBerlin('2024-02-29T10:00:00'), end: inBerlin('2024-02-29T11:00:00'), recurrence: ['RRULE:FREQ=YEARLY'] });
    const window = { from: new Date('2024-01-01'), to: new Date('2033-01-01') };

    expect(expanded([leap], { window }).map((entry) => entry.slice(0, 10))).toEqual(['2024-02-29', '2028-02-29', '2032-02-29']);
  });

  it('of the 31st leave out shorter months', () => {
    expect(daysOf('FREQ=MONTHLY;COUNT=4', '2026-01-31')).toEqual(['01-31', '03-31', '05-31', '07-31']);
  });

  it('of week numbers know the week that belongs to another year', () => {
    expect(daysOf('FREQ=YEARLY;BYWEEKNO=1,53;BYDAY=TH', '2026-01-01')).toEqual(['01-01', '12-31']);
  });

  it('with several positions take each of them', () => {
    expect(daysOf('FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,-1;COUNT=4')).toEqual(['03-02', '03-31', '04-01', '04-30']);
  });

  it('may mix numbered and plain weekdays', () => {
    expect(daysOf('FREQ=MONTHLY;BYDAY=MO,1WE;UNTIL=20260331T000000Z')).toEqual(['03-02', '03-04', '03-09', '03-16', '03-23', '03-30']);
  });

  it('are read although they are written carelessly', () => {
    expect(daysOf('freq=weekly; byday=mo, we ;INTERVAL=0;X-THING=1;COUNT=3;')).toEqual(['03-02', '03-04', '03-09']);
  });

  it('that name no day at all leave the start', () => {
    expect(daysOf('FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30')).toEqual(['03-02']);
  });

  it('of the far past are taken up where the window is', () => {
    const event = anEvent({
      start: inBerlin('1601-01-01T10:00:00'),
      end: inBerlin('1601-01-01T11:00:00'),
      recurrence: ['RRULE:FREQ=SECONDLY;INTERVAL=86400'],
    });
    const began = performance.now();

    const found = expanded([event], { window: { from: new Date('2399-03-01'), to: new Date('2399-03-02') } });

    expect(found).toEqual(['2399-03-01T09:00/2399-03-01T10:00 event']);
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  it.each([
    ['FREQ=SECONDLY', 'too_many_occurrences'],
    ['FREQ=SECONDLY;COUNT=999999999', 'too_many_occurrences'],
    ['FREQ=MINUTELY', 'too_many_occurrences'],
    ['FREQ=FORTNIGHTLY', 'unreadable_rule'],
    ['FREQ=DAILY;BYHOUR=noon', 'unreadable_rule'],
    ['FREQ=DAILY;BYHOUR=25', 'unreadable_rule'],
    ['FREQ=WEEKLY;BYDAY=XX', 'unreadable_rule'],
    ['FREQ=MONTHLY;RSCALE=CHINESE', 'unreadable_rule'],
    ['FREQ=DAILY;UNTIL=soon', 'unreadable_time'],
    ['', 'unreadable_rule'],
  ])('"%s" ends with %s, and soon', (rule, fault) => {
    const began = performance.now();

    expect(faultOf([`RRULE:${rule}`])).toBe(fault);
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  it('of more work than occurrences end as soon', () => {
    const everySecond = Array.from({ length: 60 }, (_, second) => second).join();

    expect(faultOf([`RRULE:FREQ=DAILY;BYHOUR=${everySecond.slice(0, 57)};BYMINUTE=${everySecond};BYSECOND=${everySecond};COUNT=99999999`])).toBe(
      'too_many_occurrences',
    );
  });

  it('name a zone that nobody knows', () => {
    expect(faultOf([], { start: { dateTime: '2026-03-02T10:00:00', timeZone: 'Mars/Olympus' } })).toBe('unknown_zone');
    expect(faultOf(['RDATE;TZID=Mars/Olympus:20260309T100000'])).toBe('unknown_zone');
  });

  it('that leave out a time in a zone that nobody knows leave it out in their own', () => {
    expect(expanded([anEvent({ recurrence: ['RRULE:FREQ=WEEKLY;COUNT=2', 'EXDATE;TZID=Mars/Olympus:20260309T100000'] })])).toEqual([
      '2026-03-02T09:00/2026-03-02T10:00 event',
    ]);
  });

  it('with a zone of their own need none of the calendar', () => {
    const timeZone = 'Mars/Olympus';

    expect(expanded([anEvent({ recurrence: ['RRULE:FREQ=WEEKLY;COUNT=1'] })], { timeZone })).toEqual(['2026-03-02T09:00/2026-03-02T10:00 event']);
    expect(() => expanded([anEvent({ start: { date: '2026-03-02' }, end: { date: '2026-03-03' } })], { timeZone })).toThrow('unknown_zone');
  });

  it('have a time that is none', () => {
    expect(faultOf([], { start: { dateTime: 'tomorrow', timeZone: null } })).toBe('unreadable_time');
  });
});

describe('exceptions', () => {
  it('stand for their occurrence, wherever they are moved to', () => {
    const moved = anException(inBerlin('2026-03-09T10:00:00'), { start: inBerlin('2026-03-11T15:00:00'), end: inBerlin('2026-03-11T15:30:00') });

    expect(expanded([weekly, moved])).toEqual([
      '2026-03-02T09:00/2026-03-02T10:00 event',
      '2026-03-11T14:00/2026-03-11T14:30 exception',
      '2026-03-16T09:00/2026-03-16T10:00 event',
      '2026-03-23T09:00/2026-03-23T10:00 event',
    ]);
  });

  it('are found by their moment in any zone', () => {
    const moved = anException(
      { dateTime: '2026-03-09T09:00:00', timeZone: 'UTC' },
      { start: inBerlin('2026-03-11T15:00:00'), end: inBerlin('2026-03-11T16:00:00') },
    );

    expect(expanded([weekly, moved])).toHaveLength(4);
  });

  it('tell which occurrence they are', () => {
    const moved = anException(inBerlin('2026-03-09T10:00:00'), { start: inBerlin('2026-03-11T15:00:00'), end: inBerlin('2026-03-11T16:00:00') });
    const window = { from: new Date('2026-03-11T00:00:00Z'), to: new Date('2026-03-17T00:00:00Z') };

    expect(expandSeries({ events: [weekly, moved], window, timeZone: 'Europe/Berlin' }).map(({ originalStart }) => originalStart)).toEqual([
      inBerlin('2026-03-09T10:00:00'),
      inBerlin('2026-03-16T10:00:00'),
    ]);
  });

  it('moved into the window are there, and moved out of it are not', () => {
    const into = anException(inBerlin('2026-03-23T10:00:00'), { start: inBerlin('2026-03-10T10:00:00'), end: inBerlin('2026-03-10T11:00:00') });
    const out = {
      ...anException(inBerlin('2026-03-09T10:00:00'), { start: inBerlin('2026-06-01T10:00:00'), end: inBerlin('2026-06-01T11:00:00') }),
      id: 'out',
    };
    const window = { from: new Date('2026-03-08T00:00:00Z'), to: new Date('2026-03-15T00:00:00Z') };

    expect(expanded([weekly, into, out], { window })).toEqual(['2026-03-10T09:00/2026-03-10T10:00 exception']);
  });

  it('that are cancelled take their occurrence out', () => {
    expect(expanded([weekly, anException(inBerlin('2026-03-09T10:00:00'), { status: 'cancelled' })])).toHaveLength(3);
  });

  it('of an occurrence that the rule does not name are there as well', () => {
    const extra = anException(inBerlin('2026-03-04T10:00:00'), { start: inBerlin('2026-03-04T12:00:00'), end: inBerlin('2026-03-04T13:00:00') });

    expect(expanded([weekly, extra])).toHaveLength(5);
  });

  it('without their series stand for themselves', () => {
    expect(expanded([anException(inBerlin('2026-03-09T10:00:00'))])).toEqual(['2026-03-02T09:00/2026-03-02T10:00 exception']);
  });

  it('go with a series that is cancelled', () => {
    expect(expanded([{ ...weekly, status: 'cancelled' }, anException(inBerlin('2026-03-09T10:00:00'))])).toEqual([]);
  });

  it('of a series of days are found by their day', () => {
    const series = days('2026-03-02', '2026-03-03', ['RRULE:FREQ=DAILY;COUNT=3']);
    const moved = anException({ date: '2026-03-03' }, { start: inBerlin('2026-03-03T10:00:00'), end: inBerlin('2026-03-03T11:00:00') });

    expect(expanded([series, moved])).toEqual([
      '2026-03-01T23:00/2026-03-02T23:00 event',
      '2026-03-03T09:00/2026-03-03T10:00 exception',
      '2026-03-03T23:00/2026-03-04T23:00 event',
    ]);
  });

  it('named by a mere day stand for the occurrence on it', () => {
    expect(expanded([weekly, anException({ date: '2026-03-09' }, { status: 'cancelled' })])).toHaveLength(3);
  });
});

describe('an exception that stands for all that follow', () => {
  const later = anException(inBerlin('2026-03-16T10:00:00'), {
    start: inBerlin('2026-03-17T14:00:00'),
    end: inBerlin('2026-03-17T16:00:00'),
    recurrence: [thisAndFuture],
  });

  it('moves them as far as itself, and gives them its length', () => {
    expect(expanded([weekly, later])).toEqual([
      '2026-03-02T09:00/2026-03-02T10:00 event',
      '2026-03-09T09:00/2026-03-09T10:00 event',
      '2026-03-17T13:00/2026-03-17T15:00 exception',
      '2026-03-24T13:00/2026-03-24T15:00 exception',
    ]);
  });

  it('moves them into a window that they were not in', () => {
    const far = { ...later, start: inBerlin('2026-05-16T10:00:00'), end: inBerlin('2026-05-16T11:00:00') };
    const window = { from: new Date('2026-05-20T00:00:00Z'), to: new Date('2026-06-01T00:00:00Z') };

    expect(expanded([weekly, far], { window })).toEqual(['2026-05-23T08:00/2026-05-23T09:00 exception']);
  });

  it('leaves those alone that have an exception of their own', () => {
    const own = {
      ...anException(inBerlin('2026-03-23T10:00:00'), { start: inBerlin('2026-03-23T08:00:00'), end: inBerlin('2026-03-23T09:00:00') }),
      id: 'own',
    };

    expect(expanded([weekly, later, own]).at(-1)).toBe('2026-03-23T07:00/2026-03-23T08:00 own');
  });

  it('ends the series when it is cancelled', () => {
    expect(expanded([weekly, { ...later, status: 'cancelled' }])).toHaveLength(2);
  });

  it('holds until the next one', () => {
    const back = {
      ...anException(inBerlin('2026-03-23T10:00:00'), {
        start: inBerlin('2026-03-23T10:00:00'),
        end: inBerlin('2026-03-23T11:00:00'),
        recurrence: [thisAndFuture],
      }),
      id: 'back',
    };

    expect(expanded([anEvent({ recurrence: ['RRULE:FREQ=WEEKLY;COUNT=5'] }), later, back]).slice(-2)).toEqual([
      '2026-03-23T09:00/2026-03-23T10:00 back',
      '2026-03-30T08:00/2026-03-30T09:00 back',
    ]);
  });
});
