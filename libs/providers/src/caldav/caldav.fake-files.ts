import { expandSeries, parseCalendar, readCalendarTree, withProperty, writeCalendarTree, type CalendarComponent } from '@patchbay/icalendar';
import type { FakeFile } from './caldav.fake-calendars.js';
import { guestsOf, organizerOf } from './caldav.guests.js';

/** Whether a file is asked for by a query, as far as ours go: by `UID` and by time. https://www.rfc-editor.org/rfc/rfc4791#section-9.7 */
export const isMatchedBy = (question: string, timeZone: string): ((file: FakeFile) => boolean) => {
  const uid = /<c:prop-filter name="UID"><c:text-match[^>]*>([^<]*)</
    .exec(question)?.[1]
    ?.replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
  const [, from = '', to = ''] = /<c:time-range start="(\d{8}T\d{6}Z)" end="(\d{8}T\d{6}Z)"/.exec(question) ?? [];
  return ({ text }) => {
    const { events } = parseCalendar(text);
    if (uid !== undefined) return events.some(({ id, seriesId }) => (seriesId ?? id).includes(uid));
    return expandSeries({ events, window: { from: dateOf(from), to: dateOf(to) }, timeZone }).length > 0;
  };
};

const dateOf = (text: string): Date => new Date(text.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'));

/** Why a file is not taken, in the words of RFC 4791 and RFC 6638; null when it is. */
export const refusalOf = (
  text: string,
  { name, email, others }: { readonly name: string; readonly email: string; readonly others: readonly FakeFile[] },
): string | null => {
  const events = eventsIn(text);
  if (events === null || events.length === 0) return 'valid-calendar-data';
  const uid = parseCalendar(text).events.map(({ id, seriesId }) => seriesId ?? id)[0];
  const isElsewhere = others.some(
    (file) =>
      file.name !== name && mayHave(file.text, uid ?? '') && parseCalendar(file.text).events.some(({ id, seriesId }) => (seriesId ?? id) === uid),
  );
  if (isElsewhere) return 'no-uid-conflict';
  // Who is invited may have a copy of somebody else's event.
  const isStrange = events.some((event) => {
    const organizer = organizerOf(event);
    if (organizer === null || organizer.email.toLowerCase() === email) return false;
    return guestsOf(event).every((guest) => guest.email.toLowerCase() !== email);
  });
  return isStrange ? 'allowed-organizer-scheduling-object-change' : null;
};

/** Parsing hundreds of files for every one that is written would take seconds. */
const mayHave = (text: string, uid: string): boolean => text.includes(uid) || text.replaceAll(/\r?\n[ \t]/g, '').includes(uid);

const eventsIn = (text: string): readonly CalendarComponent[] | null => {
  try {
    return readCalendarTree(text).components.filter(({ name }) => name === 'VEVENT');
  } catch {
    return null;
  }
};

/** As iCloud keeps it: with marks of its own, and with the organizer among the guests. */
export const rewritten = (text: string, email: string): string => {
  const calendar = readCalendarTree(text);
  const components = calendar.components.map((component) => {
    if (component.name !== 'VEVENT') return component;
    const marked = withProperty(component, 'X-APPLE-CREATOR-TEAM-IDENTITY', ['X-APPLE-CREATOR-TEAM-IDENTITY:0000000000']);
    const isHost = organizerOf(component)?.email.toLowerCase() === email;
    const isThere = component.lines.some((line) => line.startsWith('ATTENDEE') && line.toLowerCase().endsWith(`mailto:${email}`));
    return isHost && !isThere
      ? { ...marked, lines: [...marked.lines, `ATTENDEE;EMAIL=${email};PARTSTAT=ACCEPTED;ROLE=CHAIR:/1234567/principal/`] }
      : marked;
  });
  return writeCalendarTree({ ...calendar, components });
};
