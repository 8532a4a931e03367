import { ProviderError } from '@patchbay/capabilities';
import { CalendarTextError, keyProperty, SeriesError, withProperty, type CalendarComponent } from '@patchbay/icalendar';
import { unlessOvertaken } from '../_kit/unknown-outcome.js';
import { fileOf, textOfFile, withEvents, type EventFile } from './caldav.event-file.js';
import { changedEvent, type EventChange, type Writing } from './caldav.event-lines.js';
import type { EventStore } from './caldav.event-store.js';
import { organizerOf } from './caldav.guests.js';
import type { StoredFile } from './caldav.stored-files.js';

/** Somebody else is faster so many times in a row only when something is wrong. */
const attemptsMax = 5;

/** A file that is to be written for the first time. */
export interface NewEvent {
  /** Its `UID`, and what the file is called. */
  readonly uid: string;
  /** Marks it as the event of a booking. */
  readonly isBooking: boolean;
  readonly change: EventChange;
}

/** Writes an event that is not there yet. @throws ProviderError `conflict` when it is */
export const addEvent = (store: EventStore, event: NewEvent): Promise<StoredFile> =>
  withOrganizer(store, { change: event.change, before: null }, (writing) => store.add(event.uid, textOfFile(newFile(event, writing))));

/**
 * Brings the file with this `UID` to what `edit` makes of it, whoever else writes it at the same time. Not written at all when that is the same object.
 *
 * @throws ProviderError `not_found` when there is none
 */
export const editEvent = (
  store: EventStore,
  { uid, change }: { readonly uid: string; readonly change: EventChange },
  edit: (file: EventFile, writing: Writing) => EventFile,
): Promise<StoredFile> =>
  unlessOvertaken(attemptsMax, async () => {
    const stored = await store.find(uid);
    if (stored === null) throw new ProviderError(store.provider, 'not_found', { reason: 'no_such_event' });
    return withOrganizer(store, { change, before: stored.file }, async (writing) => {
      const edited = edit(stored.file, writing);
      return edited === stored.file ? stored : store.replace(stored, textOfFile(edited));
    });
  });

/** What a change could not be made of, in words of ours. */
export const readable = async <Answer>(provider: string, work: () => Promise<Answer>): Promise<Answer> => {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SeriesError) throw new ProviderError(provider, 'invalid_request', { reason: error.fault });
    if (error instanceof CalendarTextError) throw new ProviderError(provider, 'invalid_response', { reason: error.fault });
    throw error;
  }
};

/**
 * A server that refuses the owner as organizer of a meeting keeps it as a plain event with guests, whom it invites to nothing: better than none.
 * https://www.rfc-editor.org/rfc/rfc6638#section-3.2.4
 */
const withOrganizer = async (
  store: EventStore,
  { change, before }: { readonly change: EventChange; readonly before: EventFile | null },
  write: (writing: Writing) => Promise<StoredFile>,
): Promise<StoredFile> => {
  const { provider } = store;
  const now = store.now();
  const ownAddress = needsAddress(change, before) ? await store.ownAddress() : null;
  try {
    return await write({ provider, now, ownAddress });
  } catch (error) {
    const isRefused = error instanceof ProviderError && !error.retryable && /organizer|attendee|schedul/i.test(error.reason ?? '');
    if (!isRefused || ownAddress === null) throw error;
    return write({ provider, now, ownAddress: null });
  }
};

const needsAddress = ({ attendees, reminders }: EventChange, before: EventFile | null): boolean => {
  if (reminders?.some(({ method }) => method === 'email') === true) return true;
  if (attendees === undefined) return false;
  return attendees.length > 0 || (before?.calendar.components.some((component) => organizerOf(component) !== null) ?? false);
};

const emptyCalendar: CalendarComponent = {
  name: 'VCALENDAR',
  lines: ['VERSION:2.0', 'PRODID:-//Patchbay//Patchbay//EN', 'CALSCALE:GREGORIAN'],
  components: [],
};

const nothingYet = {
  id: '',
  seriesId: null,
  originalStart: null,
  start: { date: '1970-01-01' },
  end: { date: '1970-01-01' },
  recurrence: [],
  status: 'confirmed',
  isFree: false,
  response: null,
  title: '',
  htmlLink: null,
  key: null,
} as const;

const newFile = ({ uid, isBooking, change }: NewEvent, writing: Writing): EventFile => {
  const mark = isBooking ? [`${keyProperty}:${uid}`] : [];
  const bare: CalendarComponent = { name: 'VEVENT', lines: [`UID:${uid}`, ...mark], components: [] };
  const event = changedEvent({ component: bare, source: nothingYet }, change, writing);
  return withEvents(fileOf(emptyCalendar), [withProperty(event, 'SEQUENCE', ['SEQUENCE:0'])]);
};
