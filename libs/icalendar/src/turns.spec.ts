import { longestTurnOf } from '@patchbay/capabilities/testing';
import { calendarSteps, parseCalendar } from './parse-calendar.js';
import { inTurns } from './turns.js';

const event = (index: number) =>
  [
    'BEGIN:VEVENT',
    `UID:${index}@example.com`,
    'DTSTART;TZID=Europe/Berlin:20260302T100000',
    'RRULE:FREQ=WEEKLY;BYDAY=MO',
    `SUMMARY:Event ${index}`,
    'END:VEVENT',
  ].join('\r\n');
const text = ['BEGIN:VCALENDAR', ...Array.from({ length: 20_000 }, (_, index) => event(index)), 'END:VCALENDAR', ''].join('\r\n');

describe('a large calendar text that is read in turns', () => {
  it('lets other work go on in between', async () => {
    const atOnce = await longestTurnOf(() => parseCalendar(text));
    const inBetween = await longestTurnOf(() => inTurns(calendarSteps(text)));

    // However quick the machine is: far from all of it at once.
    expect(inBetween.longestMs).toBeLessThan(atOnce.longestMs / 3);
  });

  it('is read as it is at once', async () => {
    const now = new Date('2026-03-01T00:00:00Z');

    expect(await inTurns(calendarSteps(text, { now }))).toEqual(parseCalendar(text, { now }));
  });
});
