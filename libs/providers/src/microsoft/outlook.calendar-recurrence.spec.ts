import { expandSeries } from '@patchbay/icalendar';
import { ProviderError } from '@patchbay/capabilities';
import { daysOf, fakeRecurrence } from './fake/outlook.fake-recurrence.js';
import { movedRecurrence, toGraphRecurrence, toRuleLine } from './outlook.calendar-recurrence.js';
import { readRecurrenceLines } from './outlook.calendar-rule.js';

const begins = (wall: string, timeZone: string | null = 'Europe/Berlin') => ({ wall, timeZone });
const monday = begins('2027-03-01T10:00:00');

const reasonOf = (work: () => unknown): string | undefined => {
  try {
    work();
  } catch (error) {
    if (error instanceof ProviderError) return `${error.code} ${error.reason ?? ''}`;
  }
  return undefined;
};

describe('outlook: a rule', () => {
  it.each([
    ['FREQ=DAILY', 'FREQ=DAILY', monday],
    ['FREQ=DAILY;INTERVAL=3;COUNT=10', 'FREQ=DAILY;INTERVAL=3;COUNT=10', monday],
    ['FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR', 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR', monday],
    ['FREQ=WEEKLY', 'FREQ=WEEKLY;BYDAY=MO', monday],
    ['FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=SU', 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=SU', monday],
    ['FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU', 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU', monday],
    ['FREQ=MONTHLY', 'FREQ=MONTHLY;BYMONTHDAY=1', monday],
    ['FREQ=MONTHLY;BYMONTHDAY=-1', 'FREQ=MONTHLY;BYMONTHDAY=-1', begins('2027-02-28T10:00:00')],
    ['FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1', 'FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1', begins('2027-03-30T10:00:00')],
    ['FREQ=MONTHLY;BYDAY=1MO', 'FREQ=MONTHLY;BYDAY=1MO', monday],
    ['FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1', 'FREQ=MONTHLY;BYDAY=1MO', monday],
    ['FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1', 'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1', begins('2027-03-31T10:00:00')],
    ['FREQ=MONTHLY;INTERVAL=3;BYDAY=-1SU', 'FREQ=MONTHLY;INTERVAL=3;BYDAY=-1SU', begins('2027-03-28T10:00:00')],
    ['FREQ=YEARLY', 'FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=1', monday],
    ['FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1', 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1', begins('2027-02-28T10:00:00')],
    ['FREQ=YEARLY;INTERVAL=2;BYMONTH=11;BYDAY=4TH', 'FREQ=YEARLY;INTERVAL=2;BYMONTH=11;BYDAY=4TH', begins('2027-11-25T10:00:00')],
    // The last occurrence is at 10:00 in Berlin, at 8:00 in UTC.
    ['FREQ=DAILY;UNTIL=20270401T080000Z', 'FREQ=DAILY;UNTIL=20270401T080000Z', monday],
    ['FREQ=DAILY;UNTIL=20270401T075959Z', 'FREQ=DAILY;UNTIL=20270331T080000Z', monday],
    ['FREQ=DAILY;UNTIL=20270401', 'FREQ=DAILY;UNTIL=20270401', begins('2027-03-01T00:00:00', null)],
    ['FREQ=DAILY;UNTIL=20270401T000000Z', 'FREQ=DAILY;UNTIL=20270401', begins('2027-03-01T00:00:00', null)],
  ])('%s is read from Graph as %s', (rule, read, start) => {
    expect(toRuleLine(toGraphRecurrence(rule, start), start)).toBe(`RRULE:${read}`);
  });

  it.each([
    ['HOURLY', 'FREQ=HOURLY', monday],
    ['a fifth weekday', 'FREQ=MONTHLY;BYDAY=5MO', begins('2027-03-29T10:00:00')],
    ['two weekdays of a month', 'FREQ=MONTHLY;BYDAY=1MO,3MO', monday],
    ['a day that some months do not have', 'FREQ=MONTHLY;BYMONTHDAY=31', begins('2027-03-31T10:00:00')],
    ['the same, as it follows from the beginning', 'FREQ=MONTHLY', begins('2027-03-30T10:00:00')],
    ['a day that some years do not have', 'FREQ=YEARLY', begins('2028-02-29T10:00:00')],
    ['a weekday of a year', 'FREQ=YEARLY;BYDAY=20MO', monday],
    ['a day of every month of a year', 'FREQ=YEARLY;BYMONTHDAY=1', monday],
    ['weeks of a year', 'FREQ=YEARLY;BYWEEKNO=9;BYDAY=MO', monday],
    ['several months', 'FREQ=YEARLY;BYMONTH=3,4;BYMONTHDAY=1', monday],
    ['hours', 'FREQ=DAILY;BYHOUR=10,14', monday],
    ['a part that nobody knows', 'FREQ=DAILY;X-MOON=FULL', monday],
    ['a part that is there twice', 'FREQ=DAILY;COUNT=2;COUNT=3', monday],
    ['two ends', 'FREQ=DAILY;COUNT=2;UNTIL=20270401T000000Z', monday],
    ['an end before its beginning', 'FREQ=DAILY;UNTIL=20270228T000000Z', monday],
    ['an end that is no time', 'FREQ=DAILY;UNTIL=20271399', monday],
    ['no interval', 'FREQ=DAILY;INTERVAL=0', monday],
    ['a beginning that it does not meet', 'FREQ=WEEKLY;BYDAY=TU', monday],
    ['a beginning that is no such weekday of its month', 'FREQ=MONTHLY;BYDAY=2MO', monday],
    ['no frequency', 'COUNT=3', monday],
  ])('with %s is refused', (_, rule, start) => {
    expect(reasonOf(() => toGraphRecurrence(rule, start))).toBe('invalid_request recurrence_unsupported');
  });

  it.each([
    ['FREQ=DAILY;INTERVAL=3', monday],
    ['FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE,SU;WKST=SU', monday],
    ['FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE,SU', monday],
    ['FREQ=MONTHLY;BYMONTHDAY=-1', begins('2027-02-28T10:00:00')],
    ['FREQ=MONTHLY;BYMONTHDAY=28,29;BYSETPOS=-1', begins('2027-03-29T10:00:00')],
    ['FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1', begins('2027-03-30T10:00:00')],
    ['FREQ=MONTHLY;INTERVAL=2;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1', monday],
    ['FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1', begins('2027-02-28T10:00:00')],
    ['FREQ=YEARLY;BYMONTH=11;BYDAY=-1TH', begins('2027-11-25T10:00:00')],
  ])('%s has the days in Graph that it has by RFC 5545', (rule, start) => {
    const window = { from: new Date('2027-01-01T00:00:00Z'), to: new Date('2036-01-01T00:00:00Z') };
    const event = {
      id: 'a',
      seriesId: null,
      originalStart: null,
      start: { dateTime: start.wall, timeZone: 'UTC' },
      end: { dateTime: start.wall, timeZone: 'UTC' },
      recurrence: [`RRULE:${rule}`],
      status: 'confirmed',
      isFree: false,
      response: null,
      title: '',
      htmlLink: null,
      key: null,
    } as const;

    const byRule = expandSeries({ events: [event], window, timeZone: 'UTC' }).map((one) => one.start.toISOString().slice(0, 10));

    expect([...daysOf(fakeRecurrence.parse(toGraphRecurrence(rule, start)), '2035-12-31')]).toEqual(byRule);
    expect(byRule.length).toBeGreaterThan(8);
  });
});

describe('outlook: a series that begins at another time', () => {
  const moved = (rule: string, [from, to]: readonly [string, string]) =>
    toRuleLine(movedRecurrence(toGraphRecurrence(rule, begins(from)), begins(from), begins(to)), begins(to));

  it.each([
    ['FREQ=DAILY;COUNT=3', ['2027-03-01T10:00:00', '2027-03-02T11:00:00'], 'FREQ=DAILY;COUNT=3'],
    ['FREQ=WEEKLY', ['2027-03-01T10:00:00', '2027-03-02T10:00:00'], 'FREQ=WEEKLY;BYDAY=TU'],
    ['FREQ=WEEKLY;BYDAY=MO,TU', ['2027-03-01T10:00:00', '2027-03-02T10:00:00'], 'FREQ=WEEKLY;BYDAY=MO,TU'],
    ['FREQ=MONTHLY', ['2027-03-01T10:00:00', '2027-03-15T10:00:00'], 'FREQ=MONTHLY;BYMONTHDAY=15'],
    ['FREQ=YEARLY', ['2027-03-01T10:00:00', '2027-04-30T10:00:00'], 'FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=30'],
    ['FREQ=DAILY;UNTIL=20270310T090000Z', ['2027-03-01T10:00:00', '2027-03-01T12:00:00'], 'FREQ=DAILY;UNTIL=20270310T110000Z'],
  ] as const)('%s, moved by %j, is %s', (rule, times, expected) => {
    expect(moved(rule, times)).toBe(`RRULE:${expected}`);
  });

  it.each([
    ['FREQ=WEEKLY;BYDAY=MO,TU', ['2027-03-01T10:00:00', '2027-03-03T10:00:00']],
    ['FREQ=MONTHLY;BYDAY=1MO', ['2027-03-01T10:00:00', '2027-03-08T10:00:00']],
    ['FREQ=MONTHLY', ['2027-03-01T10:00:00', '2027-03-31T10:00:00']],
  ] as const)('%s is not moved by %j, as its rule would not meet that', (rule, times) => {
    expect(reasonOf(() => moved(rule, times))).toBe('invalid_request recurrence_unsupported');
  });
});

describe('outlook: the lines of a series', () => {
  it('are its rule and what is left out, in the zone of their line', () => {
    const lines = ['rrule:FREQ=DAILY', 'EXDATE;TZID="(UTC+01:00) Berlin":20270301T100000,20270302T100000', 'EXDATE;VALUE=DATE:20270303'];

    expect(readRecurrenceLines(lines)).toEqual({
      rule: 'FREQ=DAILY',
      excepted: [
        { value: '20270301T100000', timeZone: '(UTC+01:00) Berlin' },
        { value: '20270302T100000', timeZone: '(UTC+01:00) Berlin' },
        { value: '20270303', timeZone: null },
      ],
    });
  });

  it.each([
    ['added dates', ['RRULE:FREQ=DAILY', 'RDATE:20270301T100000Z']],
    ['a rule of exceptions', ['RRULE:FREQ=DAILY', 'EXRULE:FREQ=WEEKLY']],
    ['exceptions of nothing', ['EXDATE:20270301T100000Z']],
    ['more exceptions than anybody writes down', ['RRULE:FREQ=DAILY', `EXDATE:${Array(51).fill('20270301T100000Z').join(',')}`]],
    ['no line', ['nonsense']],
    ['a line that goes on and on', [`A${';'.repeat(100_000)}`]],
  ])('are refused with %s', (_, lines) => {
    expect(reasonOf(() => readRecurrenceLines(lines))).toBe('invalid_request recurrence_unsupported');
  });
});
