import { isLongOver } from './long-over.js';
import { parseCalendar } from './parse-calendar.js';

const now = new Date('2026-11-21T12:00:00Z');

describe('an event that cannot be read', () => {
  it.each([
    [['DTSTART;TZID=Mars/Olympus:20110302T100000']],
    [['DTSTART:20110302T250000Z', 'DTEND:20110302']],
    [['DTSTART;VALUE=DATE:20110302', 'DURATION:P3D']],
    [['DTSTART:20110302', 'RRULE:FREQ=FORTNIGHTLY;UNTIL=20120101T000000Z']],
    [['RECURRENCE-ID:20110302', 'DTSTART;TZID=Mars/Olympus:20110302T100000']],
  ])('is long over: %j', (lines) => {
    expect(isLongOver(lines, now)).toBe(true);
  });

  it.each([
    [['SUMMARY:without a start']],
    [['DTSTART:tomorrow']],
    [['DTSTART;TZID=Mars/Olympus:20251201T100000']],
    [['DTSTART:20110302', 'DTEND:20270302']],
    [['DTSTART:20110302', 'DTEND:whenever']],
    [['DTSTART:20110302', 'DURATION:P9999D']],
    [['DTSTART:20110302', 'DURATION:long']],
    [['DTSTART:20110302', 'RRULE:FREQ=FORTNIGHTLY']],
    [['DTSTART:20110302', 'RRULE:FREQ=FORTNIGHTLY;COUNT=3']],
    [['DTSTART:20110302', 'RRULE:FREQ=FORTNIGHTLY;UNTIL=20270101']],
    [['DTSTART:20110302', 'RDATE:20270101']],
    [['RECURRENCE-ID:20270302', 'DTSTART;TZID=Mars/Olympus:20110302T100000']],
    [['RECURRENCE-ID;RANGE=THISANDFUTURE:20110302', 'DTSTART;TZID=Mars/Olympus:20110302T100000']],
  ])('may still matter: %j', (lines) => {
    expect(isLongOver(lines, now)).toBe(false);
  });

  it('may still matter when it has more lines than anybody writes', () => {
    expect(
      isLongOver(
        Array.from({ length: 200_000 }, () => 'DTSTART:20110302'),
        now,
      ),
    ).toBe(false);
  });

  it('counts as long as it may matter, and is left out afterwards', () => {
    const calendarOf = (start: string) =>
      ['BEGIN:VCALENDAR', 'BEGIN:VEVENT', 'UID:one', `DTSTART;TZID=Mars/Olympus:${start}`, 'END:VEVENT', 'END:VCALENDAR', ''].join('\r\n');
    const unreadable = ['20110302T100000', '20260302T100000'].map((start) => parseCalendar(calendarOf(start), { now }).unreadable.length);

    expect(unreadable).toEqual([0, 1]);
  });
});
