import { expandSeries } from './expand-series.js';
import { anEvent } from './testing/source-events.js';

interface Example {
  readonly start: string;
  readonly rule: string;
  readonly lines?: readonly string[];
  /** Where the printed list is cut off, for rules without an end. */
  readonly before?: string;
  /** `1997-09: 2 3 4`: days of a month at the time of the start. */
  readonly days?: readonly string[];
  readonly times?: readonly string[];
}

/** Every example that https://www.rfc-editor.org/rfc/rfc5545#section-3.8.5.3 prints, in New York at nine. */
const examples: readonly Example[] = [
  { start: '1997-09-02', rule: 'FREQ=DAILY;COUNT=10', days: ['1997-09: 2 3 4 5 6 7 8 9 10 11'] },
  {
    start: '1997-09-02',
    rule: 'FREQ=DAILY;UNTIL=19971224T000000Z',
    days: ['1997-09: 2-30', '1997-10: 1-31', '1997-11: 1-30', '1997-12: 1-23'],
  },
  {
    start: '1997-09-02',
    rule: 'FREQ=DAILY;INTERVAL=2',
    before: '1997-10-08',
    days: ['1997-09: 2 4 6 8 10 12 14 16 18 20 22 24 26 28 30', '1997-10: 2 4 6'],
  },
  { start: '1997-09-02', rule: 'FREQ=DAILY;INTERVAL=10;COUNT=5', days: ['1997-09: 2 12 22', '1997-10: 2 12'] },
  {
    start: '1998-01-01',
    rule: 'FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA',
    days: ['1998-01: 1-31', '1999-01: 1-31', '2000-01: 1-31'],
  },
  { start: '1998-01-01', rule: 'FREQ=DAILY;UNTIL=20000131T140000Z;BYMONTH=1', days: ['1998-01: 1-31', '1999-01: 1-31', '2000-01: 1-31'] },
  { start: '1997-09-02', rule: 'FREQ=WEEKLY;COUNT=10', days: ['1997-09: 2 9 16 23 30', '1997-10: 7 14 21 28', '1997-11: 4'] },
  {
    start: '1997-09-02',
    rule: 'FREQ=WEEKLY;UNTIL=19971224T000000Z',
    days: ['1997-09: 2 9 16 23 30', '1997-10: 7 14 21 28', '1997-11: 4 11 18 25', '1997-12: 2 9 16 23'],
  },
  {
    start: '1997-09-02',
    rule: 'FREQ=WEEKLY;INTERVAL=2;WKST=SU',
    before: '1998-02-20',
    days: ['1997-09: 2 16 30', '1997-10: 14 28', '1997-11: 11 25', '1997-12: 9 23', '1998-01: 6 20', '1998-02: 3 17'],
  },
  {
    start: '1997-09-02',
    rule: 'FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH',
    days: ['1997-09: 2 4 9 11 16 18 23 25 30', '1997-10: 2'],
  },
  { start: '1997-09-02', rule: 'FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH', days: ['1997-09: 2 4 9 11 16 18 23 25 30', '1997-10: 2'] },
  {
    start: '1997-09-01',
    rule: 'FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR',
    days: ['1997-09: 1 3 5 15 17 19 29', '1997-10: 1 3 13 15 17 27 29 31', '1997-11: 10 12 14 24 26 28', '1997-12: 8 10 12 22'],
  },
  { start: '1997-09-02', rule: 'FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH', days: ['1997-09: 2 4 16 18 30', '1997-10: 2 14 16'] },
  {
    start: '1997-09-05',
    rule: 'FREQ=MONTHLY;COUNT=10;BYDAY=1FR',
    days: [
      '1997-09: 5',
      '1997-10: 3',
      '1997-11: 7',
      '1997-12: 5',
      '1998-01: 2',
      '1998-02: 6',
      '1998-03: 6',
      '1998-04: 3',
      '1998-05: 1',
      '1998-06: 5',
    ],
  },
  {
    start: '1997-09-05',
    rule: 'FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR',
    days: ['1997-09: 5', '1997-10: 3', '1997-11: 7', '1997-12: 5'],
  },
  {
    start: '1997-09-07',
    rule: 'FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU',
    days: ['1997-09: 7 28', '1997-11: 2 30', '1998-01: 4 25', '1998-03: 1 29', '1998-05: 3 31'],
  },
  {
    start: '1997-09-22',
    rule: 'FREQ=MONTHLY;COUNT=6;BYDAY=-2MO',
    days: ['1997-09: 22', '1997-10: 20', '1997-11: 17', '1997-12: 22', '1998-01: 19', '1998-02: 16'],
  },
  {
    start: '1997-09-28',
    rule: 'FREQ=MONTHLY;BYMONTHDAY=-3',
    before: '1998-03-01',
    days: ['1997-09: 28', '1997-10: 29', '1997-11: 28', '1997-12: 29', '1998-01: 29', '1998-02: 26'],
  },
  {
    start: '1997-09-02',
    rule: 'FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15',
    days: ['1997-09: 2 15', '1997-10: 2 15', '1997-11: 2 15', '1997-12: 2 15', '1998-01: 2 15'],
  },
  {
    start: '1997-09-30',
    rule: 'FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1',
    days: ['1997-09: 30', '1997-10: 1 31', '1997-11: 1 30', '1997-12: 1 31', '1998-01: 1 31', '1998-02: 1'],
  },
  {
    start: '1997-09-10',
    rule: 'FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15',
    days: ['1997-09: 10-15', '1999-03: 10-13'],
  },
  {
    start: '1997-09-02',
    rule: 'FREQ=MONTHLY;INTERVAL=2;BYDAY=TU',
    before: '1998-04-01',
    days: ['1997-09: 2 9 16 23 30', '1997-11: 4 11 18 25', '1998-01: 6 13 20 27', '1998-03: 3 10 17 24 31'],
  },
  {
    start: '1997-06-10',
    rule: 'FREQ=YEARLY;COUNT=10;BYMONTH=6,7',
    days: [1997, 1998, 1999, 2000, 2001].flatMap((year) => [`${year}-06: 10`, `${year}-07: 10`]),
  },
  {
    start: '1997-03-10',
    rule: 'FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3',
    days: ['1997-03: 10', ...[1999, 2001, 2003].flatMap((year) => [`${year}-01: 10`, `${year}-02: 10`, `${year}-03: 10`])],
  },
  {
    start: '1997-01-01',
    rule: 'FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200',
    days: [
      '1997-01: 1',
      '1997-04: 10',
      '1997-07: 19',
      '2000-01: 1',
      '2000-04: 9',
      '2000-07: 18',
      '2003-01: 1',
      '2003-04: 10',
      '2003-07: 19',
      '2006-01: 1',
    ],
  },
  { start: '1997-05-19', rule: 'FREQ=YEARLY;BYDAY=20MO', before: '2000-01-01', days: ['1997-05: 19', '1998-05: 18', '1999-05: 17'] },
  { start: '1997-05-12', rule: 'FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO', before: '2000-01-01', days: ['1997-05: 12', '1998-05: 11', '1999-05: 17'] },
  {
    start: '1997-03-13',
    rule: 'FREQ=YEARLY;BYMONTH=3;BYDAY=TH',
    before: '2000-01-01',
    days: ['1997-03: 13 20 27', '1998-03: 5 12 19 26', '1999-03: 4 11 18 25'],
  },
  {
    start: '1997-06-05',
    rule: 'FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8',
    before: '2000-01-01',
    days: [
      '1997-06: 5 12 19 26',
      '1997-07: 3 10 17 24 31',
      '1997-08: 7 14 21 28',
      '1998-06: 4 11 18 25',
      '1998-07: 2 9 16 23 30',
      '1998-08: 6 13 20 27',
      '1999-06: 3 10 17 24',
      '1999-07: 1 8 15 22 29',
      '1999-08: 5 12 19 26',
    ],
  },
  {
    start: '1997-09-02',
    rule: 'FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13',
    lines: ['EXDATE;TZID=America/New_York:19970902T090000'],
    before: '2001-01-01',
    days: ['1998-02: 13', '1998-03: 13', '1998-11: 13', '1999-08: 13', '2000-10: 13'],
  },
  {
    start: '1997-09-13',
    rule: 'FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13',
    before: '1998-07-01',
    days: [
      '1997-09: 13',
      '1997-10: 11',
      '1997-11: 8',
      '1997-12: 13',
      '1998-01: 10',
      '1998-02: 7',
      '1998-03: 7',
      '1998-04: 11',
      '1998-05: 9',
      '1998-06: 13',
    ],
  },
  {
    start: '1996-11-05',
    rule: 'FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8',
    before: '2005-01-01',
    days: ['1996-11: 5', '2000-11: 7', '2004-11: 2'],
  },
  { start: '1997-09-04', rule: 'FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3', days: ['1997-09: 4', '1997-10: 7', '1997-11: 6'] },
  {
    start: '1997-09-29',
    rule: 'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2',
    before: '1998-04-01',
    days: ['1997-09: 29', '1997-10: 30', '1997-11: 27', '1997-12: 30', '1998-01: 29', '1998-02: 26', '1998-03: 30'],
  },
  // The list printed there goes on to 15:00, which is 19:00 UTC and past its UNTIL.
  { start: '1997-09-02', rule: 'FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T170000Z', times: ['1997-09-02: 09:00 12:00'] },
  { start: '1997-09-02', rule: 'FREQ=MINUTELY;INTERVAL=15;COUNT=6', times: ['1997-09-02: 09:00 09:15 09:30 09:45 10:00 10:15'] },
  { start: '1997-09-02', rule: 'FREQ=MINUTELY;INTERVAL=90;COUNT=4', times: ['1997-09-02: 09:00 10:30 12:00 13:30'] },
  ...['FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40', 'FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10,11,12,13,14,15,16'].map((rule) => ({
    start: '1997-09-02',
    rule,
    before: '1997-09-04',
    times: ['1997-09-02', '1997-09-03'].map(
      (day) =>
        `${day}: ${[9, 10, 11, 12, 13, 14, 15, 16].flatMap((hour) => ['00', '20', '40'].map((minute) => `${String(hour).padStart(2, '0')}:${minute}`)).join(' ')}`,
    ),
  })),
  { start: '1997-08-05', rule: 'FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO', days: ['1997-08: 5 10 19 24'] },
  { start: '1997-08-05', rule: 'FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU', days: ['1997-08: 5 17 19 31'] },
  { start: '2007-01-15', rule: 'FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5', days: ['2007-01: 15 30', '2007-02: 15', '2007-03: 15 30'] },
];

describe('the examples of RFC 5545', () => {
  it.each(examples)('$start $rule', ({ start, rule, lines = [], before = '2010-01-01', days, times = [] }) => {
    const event = anEvent({
      start: { dateTime: `${start}T09:00:00`, timeZone: 'America/New_York' },
      end: { dateTime: `${start}T09:05:00`, timeZone: 'America/New_York' },
      recurrence: [`RRULE:${rule}`, ...lines],
    });

    const found = expandSeries({ events: [event], window: { from: new Date('1990-01-01'), to: new Date(before) }, timeZone: 'UTC' });

    expect(found.map(({ originalStart }) => originalStart)).toEqual(
      [...(days?.flatMap(daysOf) ?? []), ...times.flatMap(timesOf)].map((dateTime) => ({ dateTime, timeZone: 'America/New_York' })),
    );
  });
});

/** `1997-09: 2 4-6` */
function daysOf(line: string): readonly string[] {
  const [month = '', list = ''] = line.split(': ');
  return list.split(' ').flatMap((entry) => {
    const [first = 0, last = first] = entry.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => `${month}-${String(first + index).padStart(2, '0')}T09:00:00`);
  });
}

function timesOf(line: string): readonly string[] {
  const [day = '', list = ''] = line.split(': ');
  return list.split(' ').map((time) => `${day}T${time}:00`);
}
