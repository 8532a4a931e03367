import { ProviderError, type CalendarCapability, type CalendarEvent, type RemoteEvent } from '@patchbay/capabilities';
import { keyProperty, propertyNamed, timeLike, toIanaZone, withProperty } from '@patchbay/icalendar';
import { afterWriting } from '../_kit/unknown-outcome.js';
import type { OpenCaldavAccount } from './caldav.account.js';
import { listCaldavCalendars } from './caldav.calendars.js';
import { withEvents, type EventFile } from './caldav.event-file.js';
import type { EventChange, Writing } from './caldav.event-lines.js';
import { openEventStore, type EventStore } from './caldav.event-store.js';
import { addEvent, editEvent, readable } from './caldav.event-writing.js';
import { addressKey, organizerOf } from './caldav.guests.js';
import { withChangedMaster } from './caldav.series-edits.js';

/** Bookings in calendars over CalDAV: one file each, called by its key, so that one key never makes two. */
export const caldavCalendar = (open: OpenCaldavAccount, provider: string): CalendarCapability => ({
  listCalendars: async (token) => listCaldavCalendars(open(token)),
  createEvent: (token, calendarId, event) =>
    readable(provider, async () => {
      const store = await openEventStore(open, token, calendarId);
      try {
        await addEvent(store, { uid: event.key, isBooking: true, change: toChange(event) });
      } catch (error) {
        if (!(error instanceof ProviderError) || error.code !== 'conflict') throw error;
        const existing = await afterWriting(() => store.find(event.key));
        if (existing === null || !isOurs(existing.file, event.key)) throw error;
        await afterWriting(() => bringTo(store, event, takingPlace));
      }
      return toRemoteEvent(event);
    }),
  updateEvent: (token, calendarId, event) =>
    readable(provider, async () => {
      const store = await openEventStore(open, token, calendarId);
      await bringTo(store, event, event.keepsTimes === true ? standing : takingPlace);
      return toRemoteEvent(event);
    }),
  deleteEvent: async (token, calendarId, key) => {
    try {
      const store = await openEventStore(open, token, calendarId);
      if (await store.removeNamed(key)) return true;
      const moved = await store.find(key);
      if (moved !== null) await store.remove({ url: moved.url, etag: null });
      return moved !== null;
    } catch (error) {
      return falseIfNotFound(error);
    }
  },
  holdsEvent: async (token, calendarId, key) => {
    try {
      const store = await openEventStore(open, token, calendarId);
      const stored = await store.find(key);
      return stored !== null && isOurs(stored.file, key) && !isCalledOff(stored.file) && (await isOrganizedHere(store, stored.file));
    } catch (error) {
      return falseIfNotFound(error);
    }
  },
});

const falseIfNotFound = (error: unknown): false => {
  if (!(error instanceof ProviderError) || error.code !== 'not_found') throw error;
  return false;
};

const toRemoteEvent = ({ key }: CalendarEvent): RemoteEvent => ({ id: key, htmlLink: null });

type Preparation = (file: EventFile, writing: Writing) => EventFile;

const bringTo = (store: EventStore, event: CalendarEvent, before: Preparation): Promise<unknown> => {
  const { start, end, ...rest } = toChange(event);
  const change = event.keepsTimes === true ? rest : { ...rest, start, end };
  return editEvent(store, { uid: event.key, change }, (file, writing) => withChangedMaster(before(file, writing), change, writing));
};

const isOurs = ({ master }: EventFile, key: string): boolean => master !== null && propertyNamed(master.component, keyProperty)?.value.trim() === key;

/**
 * Whether it is the calendar's own event, and no copy of a guest: servers put those into their calendars with everything that it bears.
 * https://www.rfc-editor.org/rfc/rfc6638#section-4.1
 */
const isOrganizedHere = async (store: EventStore, { master }: EventFile): Promise<boolean> => {
  const organizer = master === null ? null : organizerOf(master.component);
  if (organizer === null) return true;
  return (await store.ownersAddresses()).some((address) => addressKey(address) === addressKey(organizer.email));
};

/** Programs keep what was called off, and show it struck through: it is gone until it is said when it takes place. */
const isCalledOff = ({ master }: EventFile): boolean => master?.source.status === 'cancelled';

const takingPlace: Preparation = (file) =>
  file.master !== null && isCalledOff(file)
    ? withEvents(file, [withProperty(file.master.component, 'STATUS', ['STATUS:CONFIRMED']), ...file.exceptions.map(({ component }) => component)])
    : file;

const standing: Preparation = (file, { provider }) => {
  if (isCalledOff(file)) throw new ProviderError(provider, 'not_found', { reason: 'called_off' });
  return file;
};

const toChange = ({ title, description = '', location, startTime, endTime, timeZone, attendees, meetingUrl }: CalendarEvent) => {
  // The clock that the organiser reads; where it shows the time twice, the moment counts.
  const clock = { dateTime: '1970-01-01T00:00:00', timeZone: toIanaZone(timeZone) ?? 'UTC' };
  const onTheClock = (time: string) => timeLike(clock, Date.parse(time), 'UTC');
  return {
    title,
    description: meetingUrl === undefined ? description : [description, `Join: ${meetingUrl}`].filter((part) => part !== '').join('\n\n'),
    // Calendars on phones offer to open a link that stands as the location; a real place keeps its line.
    location: location ?? meetingUrl ?? '',
    start: onTheClock(startTime),
    end: onTheClock(endTime),
    attendees: attendees.map(({ email, name }) => ({ email, name: name ?? null })),
    conference: meetingUrl === undefined ? null : { kind: 'elsewhere', joinUrl: meetingUrl },
  } satisfies EventChange;
};
