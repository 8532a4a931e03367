import type { SourceEvent } from '@patchbay/capabilities';
import { parseCalendar } from '@patchbay/icalendar';

/**
 * The UIDs under which more stands in a feed than was read: an event, or of a series all that makes it one, or all of its exceptions.
 *
 * @param events what was read
 */
export const unreadableUids = (text: string, events: readonly SourceEvent[]): ReadonlySet<string> => {
  const read = new Set(events.map(partOf));
  return new Set(unknownEvents(text, read).flatMap((event) => (read.has(partOf(event)) ? [] : [uidOf(event)])));
};

/** What its resource is named by. */
export const uidOf = ({ id, seriesId }: SourceEvent): string => seriesId ?? id;

const partOf = (event: SourceEvent): string => partNamed(uidOf(event), event.seriesId !== null);

const partNamed = (uid: string, isException: boolean): string => `${isException ? 'exception' : 'event'} ${uid}`;

/** Events with the UIDs that those in the text would have if they could be read, and otherwise nothing of them. Some were read all the same. */
const unknownEvents = (text: string, read: ReadonlySet<string>): readonly SourceEvent[] => {
  const components = text
    .replace(/\r?\n[ \t]/g, '')
    .split(/^BEGIN:VEVENT/im)
    .slice(1);
  const lines = components.flatMap((component) => {
    const uid = /^UID[;:].*$/im.exec(component)?.[0];
    const isException = /^RECURRENCE-ID[;:]/im.test(component);
    // Most were read, and most UIDs are what they look like.
    if (uid === undefined || read.has(partNamed(uid.slice('UID:'.length).trim(), isException))) return [];
    return ['BEGIN:VEVENT', uid, ...(isException ? ['RECURRENCE-ID;VALUE=DATE:20000101'] : []), 'DTSTART;VALUE=DATE:20000101', 'END:VEVENT'];
  });
  return parseCalendar(['BEGIN:VCALENDAR', ...lines, 'END:VCALENDAR', ''].join('\r\n')).events;
};
