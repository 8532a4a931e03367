import { AppError } from '@patchbay/contracts';
import { recurrenceLines, type WrittenRecurrence } from './recurrence-input.js';

const hours = {
  start: { dateTime: '2027-03-01T10:00:00', timeZone: 'Europe/Berlin' },
  end: { dateTime: '2027-03-01T11:00:00', timeZone: 'Europe/Berlin' },
  calendarZone: 'UTC',
};
const days = { start: { date: '2027-03-01' }, end: { date: '2027-03-02' }, calendarZone: 'UTC' };
const floating = { ...hours, start: { ...hours.start, timeZone: null }, end: { ...hours.end, timeZone: null } };

const faultOf = (written: WrittenRecurrence): unknown => {
  try {
    return recurrenceLines(written, hours);
  } catch (error) {
    return error instanceof AppError && error.code === 'request_invalid' ? error.details['recurrence'] : error;
  }
};

describe('how an event repeats', () => {
  it.each<[string, WrittenRecurrence, readonly string[]]>([
    ['text', 'RRULE:FREQ=WEEKLY;BYDAY=MO', ['RRULE:FREQ=WEEKLY;BYDAY=MO']],
    ['text without its name', 'freq=weekly; byday=mo,we;', ['RRULE:FREQ=WEEKLY;BYDAY=MO,WE']],
    ['lines of a text', 'RRULE:FREQ=DAILY;COUNT=3\r\nEXDATE:20270302T090000Z', ['RRULE:FREQ=DAILY;COUNT=3', 'EXDATE:20270302T090000Z']],
    [
      'a list',
      ['FREQ=DAILY;COUNT=3', 'rdate;TZID=Europe/Berlin:20270310T100000,20270311T100000'],
      ['RRULE:FREQ=DAILY;COUNT=3', 'RDATE;TZID=Europe/Berlin:20270310T100000,20270311T100000'],
    ],
    ['an object', { FREQ: 'weekly', BYDAY: ['MO', 'WE'], COUNT: 10, interval: 2 }, ['RRULE:FREQ=WEEKLY;BYDAY=MO,WE;COUNT=10;INTERVAL=2']],
    ['an object with a moment', { FREQ: 'DAILY', UNTIL: '2027-03-05T10:00:00Z' }, ['RRULE:FREQ=DAILY;UNTIL=20270305T100000Z']],
    ['dates alone', ['RDATE:20270310T090000Z'], ['RDATE:20270310T090000Z']],
    ['nothing', null, []],
    ['empty text', '', []],
    ['an empty list', [], []],
    ['an empty object', {}, []],
  ])('is read from %s', (_what, written, expected) => {
    expect(recurrenceLines(written, hours)).toEqual(expected);
  });

  it('ends with a moment where the event has hours, and with a day where it has days', () => {
    const until = (written: string, times: Parameters<typeof recurrenceLines>[1]) =>
      recurrenceLines(`FREQ=DAILY;UNTIL=${written}`, times)[0]?.slice(23);

    expect(until('20270310', hours)).toBe('20270310T225959Z');
    expect(until('20270401', hours)).toBe('20270401T215959Z');
    expect(until('20270310T120000', hours)).toBe('20270310T110000Z');
    expect(until('20270310T120000Z', hours)).toBe('20270310T120000Z');
    expect(until('20270310T120000Z', days)).toBe('20270310');
    expect(until('20270310', floating)).toBe('20270310T235959');
  });

  it.each<[WrittenRecurrence, RegExp]>([
    ['nonsense', /has a part that is none of FREQ, INTERVAL/],
    ['COUNT=3', /needs a part FREQ/],
    ['FREQ=FORTNIGHTLY', /FREQ that must be DAILY, WEEKLY, MONTHLY or YEARLY/],
    ['FREQ=DAILY;COUNT=0', /COUNT that must be a whole number from 1/],
    ['FREQ=DAILY;COUNT=3;UNTIL=20270310', /both COUNT and UNTIL/],
    ['FREQ=DAILY;COUNT=3;COUNT=4', /COUNT twice/],
    ['FREQ=WEEKLY;BYDAY=MON', /BYDAY that must be days such as MO/],
    ['FREQ=YEARLY;BYMONTH=13', /BYMONTH that must be numbers from 1 to 12/],
    ['FREQ=YEARLY;__proto__=1', /has a part that is none of/],
    ['FREQ=YEARLY;CONSTRUCTOR=1', /has a part that is none of/],
    ['FREQ=DAILY;UNTIL=20271399', /UNTIL that is no day/],
    ['FREQ=SECONDLY', /repeats too often/],
    [['FREQ=DAILY', 'FREQ=WEEKLY'], /more than one RRULE/],
    [['FREQ=DAILY', 'EXRULE:FREQ=WEEKLY'], /must not have an EXRULE/],
    [['FREQ=DAILY', ''], /empty line/],
    [['FREQ=DAILY', 'EXDATE:tomorrow'], /dates cannot be read/],
    [['FREQ=DAILY', 'EXDATE:20270230T100000Z'], /dates cannot be read/],
    [['FREQ=DAILY', 'EXDATE;TZID=Mars/Base:20270302T100000'], /time zone that is not known/],
    [['EXDATE:20270302T090000Z'], /no RRULE/],
    [Array.from({ length: 51 }, () => 'RDATE:20270310T090000Z'), /more than 50 lines/],
  ])('is refused with what is wrong with it: %j', (written, fault) => {
    expect(faultOf(written)).toMatch(fault);
  });

  it('takes no time to refuse what is long', () => {
    const before = performance.now();
    for (const text of [`FREQ=DAILY;BYDAY=${'MO,'.repeat(6_000)}X`, `EXDATE:${'20270301,'.repeat(2_000)}`, ';'.repeat(20_000), '='.repeat(20_000)])
      faultOf(text);

    expect(performance.now() - before).toBeLessThan(1_000);
  });

  it('never says again what was written', () => {
    expect(JSON.stringify([faultOf('SECRET=hunter2'), faultOf('FREQ=hunter2'), faultOf(['hunter2'])])).not.toMatch(/hunter2/i);
  });
});
