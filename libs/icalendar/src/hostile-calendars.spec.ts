import type { SourceEvent } from '@patchbay/capabilities';
import { expandSeries } from './expand-series.js';
import { parseCalendar } from './parse-calendar.js';
import { anEvent, anException } from './testing/source-events.js';
import { thisAndFuture } from './recurrence-lines.js';
import { defineZone } from './zone-definition.js';
import { zoneOf } from './zone.js';

/** Most of these took from ten seconds to minutes, and gigabytes, before they were bounded; now it is some hundred milliseconds. */
const patienceMs = 5_000;

const tookMs = (work: () => unknown): number => {
  const begunMs = performance.now();
  work();
  return performance.now() - begunMs;
};
const times = <Part>(count: number, part: (index: number) => Part): readonly Part[] => Array.from({ length: count }, (_, index) => part(index));
const numbers = (count: number): string => times(count, String).join(',');
const year = { from: new Date('2026-01-01T00:00:00Z'), to: new Date('2027-01-01T00:00:00Z') };
const expand = (events: readonly SourceEvent[]): string => {
  try {
    return String(expandSeries({ events, window: year, timeZone: 'UTC' }).length);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

describe('a series that is made to be as much work as can be', () => {
  const cases: readonly [string, readonly SourceEvent[]][] = [
    [
      'names every second of days that there are none of, again and again',
      [
        anEvent({
          recurrence: times(10_000, () => `RRULE:FREQ=DAILY;BYMONTH=13;BYHOUR=${numbers(24)};BYMINUTE=${numbers(60)};BYSECOND=${numbers(60)}`),
        }),
      ],
    ],
    [
      'counts through two thousand years without a month, again and again',
      [
        anEvent({
          start: { date: '0001-03-01' },
          end: { date: '0001-03-02' },
          recurrence: times(30_000, () => 'RRULE:FREQ=YEARLY;BYMONTH=13;COUNT=9'),
        }),
      ],
    ],
    [
      'picks a hundred thousand places out of one time a day',
      [
        anEvent({
          start: { date: '1800-01-01' },
          end: { date: '1800-01-02' },
          recurrence: [`RRULE:FREQ=DAILY;COUNT=99999;BYSETPOS=${numbers(100_000)}`],
        }),
      ],
    ],
    [
      'names the same weekday of a month a hundred thousand times',
      [
        anEvent({
          start: { date: '1800-01-01' },
          end: { date: '1800-01-02' },
          recurrence: [`RRULE:FREQ=MONTHLY;COUNT=9999;BYDAY=${times(100_000, () => '9MO').join(',')}`],
        }),
      ],
    ],
    [
      'is moved by thousands of exceptions for all that follow',
      [
        anEvent({ recurrence: ['RRULE:FREQ=MINUTELY;INTERVAL=3'] }),
        ...times(20_000, (index) => ({
          ...anException({
            dateTime: new Date(index === 0 ? Date.UTC(2026, 2, 2) : Date.UTC(2027, 0, 1) + index * 60_000).toISOString().slice(0, 19),
            timeZone: 'Europe/Berlin',
          }),
          id: String(index),
          status: 'cancelled' as const,
          recurrence: [thisAndFuture],
        })),
      ],
    ],
    [
      'is added to in every year that there is',
      [anEvent({ recurrence: times(60_000, (index) => `RDATE:${String(1 + ((index * 397) % 9_998)).padStart(4, '0')}0701T100000`) })],
    ],
    ['is thousands of others', times(20_000, (index) => anEvent({ id: String(index), recurrence: ['RRULE:FREQ=HOURLY'] }))],
  ];

  it.each(cases)('holds nobody up when it %s', (_what, events) => {
    let outcome = '';
    expect(tookMs(() => (outcome = expand(events)))).toBeLessThan(patienceMs);
    expect(outcome).toMatch(/^\d+$|too_many_occurrences/);
  });
});

describe('an event that is made to be as much work as can be', () => {
  const textOf = (...lines: readonly string[]): string =>
    ['BEGIN:VCALENDAR', 'BEGIN:VEVENT', 'UID:one', 'DTSTART:20270301T100000Z', ...lines, 'END:VEVENT', 'END:VCALENDAR', ''].join('\r\n');

  it('is told as one that cannot be read when it has more rules than anybody follows', () => {
    const { events, unreadable } = parseCalendar(textOf(...times(20_000, () => 'RRULE:FREQ=DAILY')));

    expect([events, unreadable.map(({ uid, fault }) => [uid, fault])]).toEqual([[], [['one', 'too_many_occurrences']]]);
  });

  it('is read with all days of twenty years that it leaves out', () => {
    const days = times(20 * 365, (index) => new Date(Date.UTC(2027, 2, 2) + index * 86_400_000).toISOString().slice(0, 10).replaceAll('-', ''));
    const { events } = parseCalendar(textOf('RRULE:FREQ=DAILY', ...days.map((day) => `EXDATE:${day}T100000Z`)));

    expect(events.map(({ recurrence }) => recurrence.length)).toEqual([1 + days.length]);
  });

  it('has its owner found among a hundred thousand who are invited', () => {
    const everybody = times(100_000, (index) => `ATTENDEE;CN="Guest ${index}";PARTSTAT=NEEDS-ACTION:mailto:guest-${index}@example.com`);
    const { events } = parseCalendar(textOf(...everybody, 'ATTENDEE;PARTSTAT=ACCEPTED:MAILTO:Ada@Example.com'), {
      ownAddresses: ['ada@example.com'],
    });

    expect(events.map(({ response }) => response)).toEqual(['accepted']);
  });
});

describe('a time zone that is made to be as much work as can be', () => {
  it('holds nobody up when thousands of rules are written of it', () => {
    const rules = times(500, () => [
      'BEGIN:STANDARD',
      'DTSTART:20000101T000000',
      'TZOFFSETFROM:+0100',
      'TZOFFSETTO:+0100',
      'RRULE:FREQ=HOURLY',
      'END:STANDARD',
    ]);
    const event = ['BEGIN:VEVENT', 'UID:one', 'DTSTART;TZID=Theirs:20270301T100000', 'END:VEVENT'];
    const text = ['BEGIN:VCALENDAR', 'BEGIN:VTIMEZONE', 'TZID:Theirs', ...rules.flat(), 'END:VTIMEZONE', ...event, 'END:VCALENDAR', ''].join('\r\n');

    let faults: readonly string[] = [];
    expect(tookMs(() => (faults = parseCalendar(text).unreadable.map(({ fault }) => fault)))).toBeLessThan(patienceMs);
    expect(faults).toEqual(['unknown_zone']);
  });

  it('is defined until its rules are all there is to say, be it for ten thousand years', () => {
    let lines = 0;
    const define = (): number => (lines = JSON.stringify(defineZone('Africa/Casablanca', { from: 1, to: 9_999 })).length);

    expect(tookMs(() => define())).toBeLessThan(patienceMs);
    expect(lines).toBeLessThan(20_000);
  });

  it.each([
    ['Europe/Berlin', 2_899, 7],
    ['America/New_York', 9_998, 7],
    ['Australia/Sydney', 2_500, 1],
    ['Europe/Berlin', 2_500, 1],
  ])('shows the same as Intl in %s in the year %d', (zone, inYear, month) => {
    const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
    const moment = Date.UTC(inYear, month - 1, 15, 12);

    expect(new Date(zoneOf(zone).wallOf(moment)).toISOString().slice(0, 16).replace('T', ' ')).toBe(format.format(moment));
  });
});
