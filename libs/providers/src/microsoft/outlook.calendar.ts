import { ProviderError, type AccessToken, type CalendarCapability, type CalendarEvent } from '@patchbay/capabilities';
import { noContent, type ProviderHttp } from '../_kit/provider-http.js';
import { afterWriting } from '../_kit/unknown-outcome.js';
import { listOutlookCalendars, outlookPreferences } from './outlook.calendar-list.js';
import {
  filterByKey,
  outlookEvent,
  outlookEventFields,
  outlookEvents,
  toOutlookEvent,
  toOutlookPatch,
  toRemoteEvent,
  type OutlookEvent,
} from './outlook.calendar.mapping.js';
import { makeOnce } from './outlook.make-once.js';

/** Events in Outlook's calendars. Graph invites guests by itself, and tells them of every change. */
export const outlookCalendar = (http: ProviderHttp, now: () => Date): CalendarCapability => {
  const at = (token: AccessToken, calendarId: string): Place => ({ http, token, calendarId, now });
  return {
    listCalendars: (token) => listOutlookCalendars(http, token),
    createEvent: async (token, calendarId, event) => toRemoteEvent(await createOrAdopt(at(token, calendarId), event)),
    updateEvent: async (token, calendarId, event) => {
      const existing = await findEvent(at(token, calendarId), event.key);
      if (existing === null) throw new ProviderError('outlook', 'not_found', { reason: 'no_event_with_this_key' });
      return toRemoteEvent(await bringTo(at(token, calendarId), existing, event));
    },
    deleteEvent: (token, calendarId, key) => deleteEvent(at(token, calendarId), key),
  };
};

/** A calendar, and the way to it. */
interface Place {
  readonly http: ProviderHttp;
  readonly token: AccessToken;
  readonly calendarId: string;
  readonly now: () => Date;
}

const eventsPath = '/me/calendars/{calendarId}/events';
const eventPath = `${eventsPath}/{eventId}`;
const headers = { prefer: outlookPreferences };

const createOrAdopt = async (place: Place, event: CalendarEvent): Promise<OutlookEvent> => {
  const { event: found, isNew } = await makeOnce({
    find: () => findEvent(place, event.key),
    make: (again) => post(place, toOutlookEvent(event, again)),
    now: place.now,
  });
  // It stands there, whatever becomes of the rest.
  return isNew ? found : afterWriting(() => bringTo(place, found, event));
};

const post = ({ http, token, calendarId }: Place, body: object): Promise<OutlookEvent> =>
  http.call({
    method: 'POST',
    operation: 'events.create',
    path: eventsPath,
    params: { calendarId },
    headers,
    token,
    body,
    schema: outlookEvent,
    // Repeating is safe: a transaction id makes one event only. https://learn.microsoft.com/graph/api/resources/event#properties
    idempotent: true,
  });

const findEvent = async ({ http, token, calendarId }: Place, key: string): Promise<OutlookEvent | null> => {
  const { value } = await http.call({
    method: 'GET',
    operation: 'events.find',
    path: eventsPath,
    params: { calendarId },
    query: { $filter: filterByKey(key), $select: outlookEventFields },
    headers,
    token,
    schema: outlookEvents,
  });
  return value[0] ?? null;
};

const bringTo = async ({ http, token, calendarId }: Place, existing: OutlookEvent, wanted: CalendarEvent): Promise<OutlookEvent> => {
  const body = toOutlookPatch(existing, wanted);
  if (body === null) return existing;
  const params = { calendarId, eventId: existing.id };
  return http.call({ method: 'PATCH', operation: 'events.update', path: eventPath, params, headers, token, body, schema: outlookEvent });
};

const deleteEvent = async (place: Place, key: string): Promise<void> => {
  const { http, token, calendarId } = place;
  try {
    const existing = await findEvent(place, key);
    if (existing === null) return;
    const params = { calendarId, eventId: existing.id };
    await http.call({ method: 'DELETE', operation: 'events.delete', path: eventPath, params, headers, token, schema: noContent });
  } catch (error) {
    // The event went meanwhile, or its calendar did.
    if (error instanceof ProviderError && error.code === 'not_found') return;
    throw error;
  }
};
