import { monitorEventLoopDelay } from 'node:perf_hooks';
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

/** How long timers were late at worst, and how many milliseconds it took in all. */
const latenessDuring = async (work: () => Promise<unknown>) => {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  const begunMs = performance.now();
  delay.enable();
  // Without a turn in between it would not even have begun to count.
  await new Promise(setImmediate);
  await work();
  await new Promise((resolve) => setTimeout(resolve, 10));
  delay.disable();
  return { worstMs: delay.max / 1_000_000, tookMs: performance.now() - begunMs };
};

describe('a large calendar text that is read in turns', () => {
  it('lets other work go on in between', async () => {
    const atOnce = await latenessDuring(async () => parseCalendar(text));
    const inBetween = await latenessDuring(() => inTurns(calendarSteps(text)));

    // However quick the machine is: far from all of it at once.
    expect(inBetween.worstMs).toBeLessThan(atOnce.tookMs / 3);
  });

  it('is read as it is at once', async () => {
    const now = new Date('2026-03-01T00:00:00Z');

    expect(await inTurns(calendarSteps(text, { now }))).toEqual(parseCalendar(text, { now }));
  });
});
