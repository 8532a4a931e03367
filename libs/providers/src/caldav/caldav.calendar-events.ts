import {
  ProviderError,
  type AccessToken,
  type CalendarEventsCapability,
  type EventDetails,
  type EventDraft,
  type EventWrite,
} from '@patchbay/capabilities';
import { afterWriting, unlessOvertaken } from '../_kit/unknown-outcome.js';
import { writeInTurn, type SingleWrites } from '../_kit/write-in-turn.js';
import type { OpenCaldavAccount } from './caldav.account.js';
import { detailsOf, namesIn, occurrenceDetails, type EventName } from './caldav.event-details.js';
import { occurrenceNamed, textOfFile } from './caldav.event-file.js';
import { listEvents } from './caldav.event-list.js';
import { openEventStore, type EventStore } from './caldav.event-store.js';
import { addEvent, editEvent, readable } from './caldav.event-writing.js';
import { withChangedMaster, withChangedOccurrence, withoutOccurrence } from './caldav.series-edits.js';
import type { StoredFile } from './caldav.stored-files.js';

/** All events of calendars over CalDAV. An event's id is its `UID`, that of an occurrence has the moment behind it: both as reading calendars tells them. */
export const caldavCalendarEvents = (open: OpenCaldavAccount, provider: string): CalendarEventsCapability => {
  const within = <Answer>(token: AccessToken, calendarId: string, work: (store: EventStore) => Promise<Answer>): Promise<Answer> =>
    readable(provider, async () => work(await openEventStore(open, token, calendarId)));
  return {
    listEvents: (token, calendarId, query) => within(token, calendarId, (store) => listEvents(store, query)),
    getEvent: (token, calendarId, id) => within(token, calendarId, (store) => getEvent(store, id)),
    createEvent: (token, calendarId, create) => within(token, calendarId, (store) => createEvent(store, create)),
    updateEvent: (token, calendarId, update) => within(token, calendarId, (store) => updateEvent(store, update)),
    deleteEvent: (token, calendarId, id) => within(token, calendarId, (store) => deleteEvent(store, id)),
    writeEvents: async (token, calendarId, writes) => {
      if (writes.length === 0) return [];
      try {
        return await within(token, calendarId, (store) => writeInTurn(writesTo(store), { token, calendarId, turnOf }, writes));
      } catch (error) {
        // Where the calendar is could not be found out.
        if (error instanceof ProviderError && error.code !== 'unauthorized') return writes.map(() => ({ error }));
        throw error;
      }
    },
  };
};

/** Writes to a calendar that was found already. */
const writesTo = (store: EventStore): SingleWrites => ({
  createEvent: (_token, _calendarId, create) => readable(store.provider, () => createEvent(store, create)),
  updateEvent: (_token, _calendarId, update) => readable(store.provider, () => updateEvent(store, update)),
  deleteEvent: (_token, _calendarId, id) => readable(store.provider, () => deleteEvent(store, id)),
});

const noSuchEvent = (provider: string): ProviderError => new ProviderError(provider, 'not_found', { reason: 'no_such_event' });

const getEvent = async (store: EventStore, id: string): Promise<EventDetails> => {
  for (const name of namesIn(id)) {
    const stored = await store.find(name.uid);
    if (stored !== null) return namedDetails(store, stored, name);
  }
  throw noSuchEvent(store.provider);
};

const namedDetails = ({ provider }: EventStore, stored: StoredFile, { recurrenceId }: EventName): EventDetails => {
  const { file } = stored;
  const occurrence = recurrenceId === null ? null : occurrenceNamed(file, recurrenceId);
  if (occurrence !== null) return occurrenceDetails(stored, occurrence);
  if (recurrenceId !== null || file.master === null) throw noSuchEvent(provider);
  return detailsOf(stored, file.master);
};

const refuseConference = (provider: string, conference: EventDraft['conference'] | undefined): void => {
  if (conference?.kind === 'new') throw new ProviderError(provider, 'invalid_request', { reason: 'conference_unsupported' });
};

const createEvent = async (store: EventStore, { key, draft }: { readonly key: string; readonly draft: EventDraft }): Promise<EventDetails> => {
  refuseConference(store.provider, draft.conference);
  const name = { uid: key, recurrenceId: null };
  try {
    return namedDetails(store, await addEvent(store, { uid: key, isBooking: false, change: draft }), name);
  } catch (error) {
    const existing = error instanceof ProviderError && error.code === 'conflict' ? await afterWriting(() => store.find(key)) : null;
    if (existing === null) throw error;
    return namedDetails(store, existing, name);
  }
};

type EventUpdate = Parameters<CalendarEventsCapability['updateEvent']>[2];

const updateEvent = async (store: EventStore, { id, change }: EventUpdate): Promise<EventDetails> => {
  refuseConference(store.provider, change.conference);
  return onFirst(store, id, async (name) => {
    const { uid, recurrenceId } = name;
    const stored = await editEvent(store, { uid, change }, (file, writing) =>
      recurrenceId === null ? withChangedMaster(file, change, writing) : withChangedOccurrence(file, recurrenceId, { ...change, writing }),
    );
    return namedDetails(store, stored, name);
  });
};

const deleteEvent = async (store: EventStore, id: string): Promise<void> => {
  try {
    await onFirst(store, id, async ({ uid, recurrenceId }) => {
      if (recurrenceId === null) await deleteFile(store, uid);
      else await deleteOccurrence(store, uid, recurrenceId);
    });
  } catch (error) {
    if (!(error instanceof ProviderError) || error.code !== 'not_found') throw error;
  }
};

/** Does it with what the id means: with the first meaning that there is an event for. */
const onFirst = async <Answer>(store: EventStore, id: string, work: (name: EventName) => Promise<Answer>): Promise<Answer> => {
  const [first, ...others] = namesIn(id);
  if (first === undefined) throw noSuchEvent(store.provider);
  try {
    return await work(first);
  } catch (error) {
    const [second] = others;
    const isNothing = error instanceof ProviderError && error.code === 'not_found' && error.reason === 'no_such_event';
    if (second === undefined || !isNothing) throw error;
    return work(second);
  }
};

const deleteFile = async (store: EventStore, uid: string): Promise<void> => {
  // Not by the name alone: another program may have called another event's file so.
  const stored = await store.find(uid);
  if (stored === null) throw noSuchEvent(store.provider);
  await store.remove({ url: stored.url, etag: null });
};

const attemptsMax = 5;

const deleteOccurrence = (store: EventStore, uid: string, recurrenceId: string): Promise<void> =>
  unlessOvertaken(attemptsMax, async () => {
    const stored = await store.find(uid);
    if (stored === null) throw noSuchEvent(store.provider);
    const left = withoutOccurrence(stored.file, recurrenceId, { provider: store.provider, now: store.now(), ownAddress: null });
    if (left === stored.file) return;
    if (left === null) await store.remove(stored);
    else await store.replace(stored, textOfFile(left));
  });

/** Those of one event come one after another, its creation and its occurrences among them. */
const turnOf = (write: EventWrite): string => (write.kind === 'create' ? write.key : (namesIn(write.id)[0]?.uid ?? write.id));
