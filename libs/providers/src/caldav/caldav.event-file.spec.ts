import { openEventFile, withEvents } from './caldav.event-file.js';
import { calendarText } from './caldav.fake-people.js';

const times = (count: number, lines: (index: number) => readonly string[]): readonly string[] =>
  Array.from({ length: count }, (_, index) => lines(index)).flat();
const zone = (index: number): readonly string[] => [
  'BEGIN:VTIMEZONE',
  `TZID:Zone ${index}`,
  'BEGIN:STANDARD',
  'DTSTART:20000101T000000',
  'TZOFFSETFROM:+0100',
  'TZOFFSETTO:+0100',
  'END:STANDARD',
  'END:VTIMEZONE',
];
const exception = (index: number): readonly string[] => {
  const original = new Date(Date.UTC(2027, 0, 1) + index * 3_600_000).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  return ['BEGIN:VEVENT', 'UID:one', `RECURRENCE-ID:${original}`, `DTSTART;TZID=Zone 1:20270301T100000`, 'END:VEVENT'];
};
const unreadable = ['BEGIN:VEVENT', 'UID:one', 'RECURRENCE-ID:whenever', 'DTSTART:20270301T100000Z', 'END:VEVENT'];

describe('a file of a calendar', () => {
  it('is read whole but for the events that cannot be, however many others there are', async () => {
    const { uid, exceptions } = await openEventFile(calendarText(...times(3, zone), ...times(600, exception), ...unreadable));

    expect([uid, exceptions.length]).toEqual(['one', 600]);
    expect(exceptions[1]?.component.lines[1]).toBe('RECURRENCE-ID:20270101T010000Z');
    expect(exceptions[1]?.source.id).toBe('one#20270101T010000Z');
  });

  it('tells an event that stands there twice from the others', async () => {
    const { exceptions } = await openEventFile(calendarText(...times(2, zone), ...times(3, exception), ...exception(2)));

    expect(exceptions.map(({ source }) => source.id)).toEqual(['00', '01', '02', '02'].map((hour) => `one#20270101T${hour}0000Z`));
  });

  it('is read at once when it has thousands of zones, and events that cannot be read', async () => {
    const text = calendarText(...times(5_000, zone), ...times(490, exception), ...unreadable);
    const begunMs = performance.now();
    const { exceptions } = await openEventFile(text);

    expect(exceptions).toHaveLength(490);
    // It took half a minute when zones were read again for each event.
    expect(performance.now() - begunMs).toBeLessThan(5_000);
  });

  it('is not written again with hundreds of zones that somebody named and did not define', async () => {
    const named = Intl.supportedValuesOf('timeZone').flatMap((timeZone, index) => [
      ...exception(index).slice(0, -2),
      `DTSTART;TZID=${timeZone}:99990301T100000`,
      'END:VEVENT',
    ]);
    const few = await openEventFile(calendarText(...named.slice(0, 15 * 5)));
    const many = await openEventFile(calendarText(...named));
    const componentsOf = ({ exceptions }: typeof few) => exceptions.map(({ component }) => component);

    expect(withEvents(few, componentsOf(few)).calendar.components.filter(({ name }) => name === 'VTIMEZONE')).toHaveLength(15);
    expect(() => withEvents(many, componentsOf(many))).toThrow('too_large');
  });

  it.each([
    ['BEGIN:VCALENDAR\r\nEND:VEVENT\r\n', 'not_a_calendar'],
    [calendarText(`X-LONG:${'x'.repeat(2 ** 20)}`), 'too_large'],
  ])('is refused when it is none, or too large: %#', async (text, fault) => {
    await expect(openEventFile(text)).rejects.toThrow(fault);
  });
});
