import { basicTime, propertyNamed, readProperty, textLine, textNamed, timeLine, valueLine, withProperty } from './calendar-properties.js';
import { readCalendarTree, writeCalendarTree, type CalendarComponent } from './calendar-tree.js';
import { parseCalendar } from './parse-calendar.js';
import { momentOf, movedWith, recurrenceIdOf, timeLike } from './written-times.js';
import { defineZone } from './zone-definition.js';
import { zoneOf } from './zone.js';

const calendarOf = (...components: readonly CalendarComponent[]): CalendarComponent => ({ name: 'VCALENDAR', lines: ['VERSION:2.0'], components });
const eventOf = (...lines: readonly string[]): CalendarComponent => ({ name: 'VEVENT', lines: ['UID:one', ...lines], components: [] });
const start = 'DTSTART:20270301T100000Z';

describe('calendar text that is written again', () => {
  it('has everything in it that it had, also what nobody knows', () => {
    const text = [
      'BEGIN:VCALENDAR',
      'X-WR-CALNAME:Mine',
      'BEGIN:VEVENT',
      'UID:one',
      'X-APPLE-STRUCTURED-LOCATION;X-TITLE="A: B; C":geo:1,2',
      'BEGIN:VALARM',
      'TRIGGER:-PT15M',
      'END:VALARM',
      'END:VEVENT',
      'BEGIN:X-OTHER',
      'X-A:1',
      'END:X-OTHER',
      'END:VCALENDAR',
      '',
    ].join('\r\n');

    expect(writeCalendarTree(readCalendarTree(text))).toBe(text);
  });

  it.each(['BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR\r\n', 'BEGIN:VCALENDAR\r\n', 'hello', '', 'BEGIN:X\r\n'.repeat(1_000)])(
    'is not half a text or none at all: %#',
    (text) => {
      expect(() => readCalendarTree(text)).toThrow('not_a_calendar');
    },
  );

  it('is folded after 75 octets, never within a character', () => {
    const title = 'Süß 日本語 🗓️, '.repeat(40);
    const text = writeCalendarTree(calendarOf(eventOf(start, textLine('SUMMARY', title))));

    expect(Math.max(...text.split('\r\n').map((line) => Buffer.byteLength(line)))).toBeLessThanOrEqual(75);
    expect(text).not.toContain('\uFFFD');
    expect(textNamed(readCalendarTree(text).components[0] ?? eventOf(), 'SUMMARY')).toBe(title);
  });
});

describe('what people type', () => {
  const attempts = [
    'Lunch\r\nATTENDEE:mailto:eve@example.com',
    'Lunch\nEND:VEVENT\nBEGIN:VEVENT',
    'Lunch\rX-A:1',
    'a\\n;b,c:d"e',
    'bell\u0007 \uD800',
  ];

  it.each(attempts)('stays within the text it was typed into: %j', (title) => {
    const [event, ...others] = readCalendarTree(writeCalendarTree(calendarOf(eventOf(start, textLine('SUMMARY', title))))).components;

    expect(others).toEqual([]);
    expect(event?.lines).toHaveLength(3);
    expect(textNamed(event ?? eventOf(), 'SUMMARY')).toBe(title.replaceAll(/\r\n?/g, '\n').replace('\u0007', '').replace('\uD800', '\uFFFD'));
  });

  it.each(attempts)('stays within the parameter and the value of a line: %j', (typed) => {
    const line = valueLine('ATTENDEE', `mailto:${typed}`, { CN: typed });

    expect(line).not.toMatch(/[\r\n\u0007]/);
    expect(readProperty(line).name).toBe('ATTENDEE');
    expect(readProperty(line).parameters['CN']).toBe(typed.replaceAll(/\r\n?/g, '\n').replace('\u0007', '').replace('\uD800', '\uFFFD'));
    expect(readProperty(line).value).toMatch(/^mailto:/);
  });
});

describe('properties of a component', () => {
  it('are replaced where they stood, added at its end, and taken away', () => {
    const event = eventOf('SUMMARY:A', start);

    expect(withProperty(event, 'SUMMARY', ['SUMMARY:B']).lines).toEqual(['UID:one', 'SUMMARY:B', start]);
    expect(withProperty(event, 'CLASS', ['CLASS:PRIVATE']).lines).toEqual(['UID:one', 'SUMMARY:A', start, 'CLASS:PRIVATE']);
    expect(withProperty(event, 'SUMMARY', []).lines).toEqual(['UID:one', start]);
    expect(propertyNamed(event, 'DTSTART')).toEqual({ name: 'DTSTART', parameters: {}, value: '20270301T100000Z' });
  });

  it('that are times are written as they are meant', () => {
    expect(
      [
        { date: '2027-03-01' },
        { dateTime: '2027-03-01T10:00:00', timeZone: 'Europe/Berlin' },
        { dateTime: '2027-03-01T10:00:00', timeZone: 'UTC' },
        { dateTime: '2027-03-01T10:00:00', timeZone: null },
      ].map((time) => timeLine('DTSTART', time)),
    ).toEqual(['DTSTART;VALUE=DATE:20270301', 'DTSTART;TZID=Europe/Berlin:20270301T100000', start, 'DTSTART:20270301T100000']);
  });
});

describe('the definition of a time zone', () => {
  const years = { from: 2026, to: 2028 };

  it('is a rule where the clocks follow one', () => {
    expect(writeCalendarTree(defineZone('Europe/Berlin', years)).split('\r\n')).toEqual(
      expect.arrayContaining(['DTSTART:20250330T020000', 'TZOFFSETFROM:+0100', 'TZOFFSETTO:+0200', 'RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU']),
    );
    expect(writeCalendarTree(defineZone('America/New_York', years))).toContain('RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU');
    expect(writeCalendarTree(defineZone('Africa/Casablanca', years))).toContain('RDATE:');
    expect(writeCalendarTree(defineZone('Asia/Tokyo', years))).not.toMatch(/RRULE|RDATE|DAYLIGHT/);
  });

  // By the definition alone: it goes by a name that says nothing.
  const readBack = (timeZone: string, dateTime: string): number => {
    const definition = defineZone(timeZone, years);
    const zone = { ...definition, lines: ['TZID:Ours'] };
    const text = writeCalendarTree(calendarOf(zone, eventOf(`DTSTART;TZID=Ours:${dateTime}`)));
    const [event] = parseCalendar(text).events;
    return momentOf(event?.start ?? { date: '1970-01-01' }, 'UTC');
  };

  it.each([
    'Europe/Berlin',
    'America/New_York',
    'America/St_Johns',
    'Africa/Casablanca',
    'Africa/Cairo',
    'Asia/Jerusalem',
    'Asia/Kathmandu',
    'Asia/Tehran',
    'Australia/Lord_Howe',
    'Antarctica/Troll',
    'America/Scoresbysund',
    'America/Santiago',
    'Asia/Gaza',
    'Pacific/Chatham',
    'Europe/Dublin',
  ])('says of every week in %s what its clocks show', (timeZone) => {
    const zone = zoneOf(timeZone);
    const differing: string[] = [];
    for (let day = Date.UTC(2026, 0, 3, 12); day < Date.UTC(2029, 0, 1); day += 7 * 86_400_000) {
      const dateTime = basicTime({ dateTime: new Date(day).toISOString().slice(0, 19), timeZone: null });
      if (readBack(timeZone, dateTime) !== zone.instantOf(day)) differing.push(dateTime);
    }

    expect(differing).toEqual([]);
  });
});

describe('times of a series', () => {
  const berlin = (dateTime: string) => ({ dateTime, timeZone: 'Europe/Berlin' });

  it('are called the same in every zone', () => {
    expect([berlin('2027-03-01T10:00:00'), { dateTime: '2027-03-01T09:00:00', timeZone: 'UTC' }].map(recurrenceIdOf)).toEqual([
      '20270301T090000Z',
      '20270301T090000Z',
    ]);
    expect([{ date: '2027-03-01' }, { dateTime: '2027-03-01T10:00:00', timeZone: null }].map(recurrenceIdOf)).toEqual([
      '20270301',
      '20270301T100000',
    ]);
  });

  it('are told on the clock of their zone, and in UTC where it shows them twice', () => {
    const told = (moment: string) => timeLike(berlin('2027-01-01T00:00:00'), Date.parse(moment), 'UTC');

    expect(told('2027-10-31T00:30:00Z')).toEqual(berlin('2027-10-31T02:30:00'));
    expect(told('2027-10-31T01:30:00Z')).toEqual({ dateTime: '2027-10-31T01:30:00', timeZone: 'UTC' });
    expect(timeLike({ date: '2027-01-01' }, Date.parse('2027-03-01T23:00:00Z'), 'Europe/Berlin')).toEqual({ date: '2027-03-02' });
  });

  it('go with it when it is moved', () => {
    const onTheClock = { from: berlin('2027-03-01T10:00:00'), to: berlin('2027-03-01T11:30:00') };
    expect(movedWith(berlin('2027-03-29T10:00:00'), onTheClock)).toEqual(berlin('2027-03-29T11:30:00'));
    expect(movedWith({ dateTime: '2027-03-29T08:00:00', timeZone: 'UTC' }, onTheClock)).toEqual(berlin('2027-03-29T11:30:00'));

    const toDays = { from: berlin('2027-03-01T10:00:00'), to: { date: '2027-03-02' } };
    expect(movedWith(berlin('2027-03-08T10:00:00'), toDays)).toEqual({ date: '2027-03-09' });
  });
});

describe('an event that we wrote', () => {
  const keyOf = (...lines: readonly string[]) =>
    parseCalendar(writeCalendarTree(calendarOf(eventOf(start, 'URL:https://meet.example.com/j/1', ...lines)))).events.map(({ key, htmlLink }) => [
      key,
      htmlLink,
    ]);

  it('is known by our mark, which names it; copies and exceptions of it are not ours', () => {
    expect(keyOf('X-PATCHBAY-KEY:one')).toEqual([['one', null]]);
    expect(keyOf('X-PATCHBAY-KEY:another')).toEqual([[null, 'https://meet.example.com/j/1']]);
    expect(keyOf('X-PATCHBAY-KEY:one', 'RECURRENCE-ID:20270301T100000Z')).toEqual([[null, 'https://meet.example.com/j/1']]);
    expect(keyOf()).toEqual([[null, 'https://meet.example.com/j/1']]);
  });
});
