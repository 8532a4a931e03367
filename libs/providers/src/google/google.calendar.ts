import { ProviderError, type AccessToken, type CalendarCapability, type CalendarEvent, type RemoteCalendar } from '@patchbay/capabilities';
import { pagesOf } from '../_kit/pages.js';
import { noContent } from '../_kit/provider-http.js';
import { afterWriting } from '../_kit/unknown-outcome.js';
import { isOrganizedHere, isWrittenFor, toGoogleEvent, toGooglePatch, toRemoteEvent } from './google.booking.mapping.js';
import { googleEventDetails, type GoogleEventDetails } from './google.calendar-events.mapping.js';
import { googleCalendarSdk, type GoogleCalendarSdk } from './google.calendar-sdk.js';
import { googleCalendarList, toGoogleEventId, toRemoteCalendars } from './google.calendar.mapping.js';
import type { GoogleApi } from './google.identity.js';

// Google caps a page of calendars at 250. https://developers.google.com/workspace/calendar/api/v3/reference/calendarList/list
const calendarsPerPage = 250;

// Guests hear of every change that concerns them: an invitation that nobody gets is none. Writes that change nothing are not made at all.
const sendUpdates = 'all';

/** Google Calendar v3. */
export const googleCalendar = (api: GoogleApi): CalendarCapability => {
  const sdk = googleCalendarSdk(api);
  return {
    listCalendars: (token) => listGoogleCalendars(sdk, token),
    createEvent: async (token, calendarId, event) => toRemoteEvent(await createOrAdopt(sdk, { token, calendarId }, event)),
    updateEvent: async (token, calendarId, event) => {
      const place = { token, calendarId };
      const existing = await getEvent(sdk, place, event.key);
      if (existing.status === 'cancelled') throw new ProviderError('google', 'not_found', { reason: 'deleted' });
      return toRemoteEvent(await bringTo(sdk, { place, existing }, event));
    },
    deleteEvent: async (token, calendarId, key) => deleteEvent(sdk, { token, calendarId }, key),
    holdsEvent: async (token, calendarId, key) => {
      const event = await getEvent(sdk, { token, calendarId }, key).catch(nullIfNotFound);
      return event !== null && event.status !== 'cancelled' && isWrittenFor(event, key) && isOrganizedHere(event);
    },
  };
};

/** A calendar, and the token that opens it. */
interface Place {
  readonly token: AccessToken;
  readonly calendarId: string;
}

/** All calendars of an account, through all pages, the primary one first. */
export const listGoogleCalendars = async (sdk: GoogleCalendarSdk, token: AccessToken): Promise<readonly RemoteCalendar[]> => {
  const calendars: RemoteCalendar[] = [];
  const load = (pageToken: string | undefined) =>
    sdk.call(
      { token, operation: 'calendar.calendarList.list', path: '/calendar/v3/users/me/calendarList', schema: googleCalendarList },
      // What is hidden in the list of Google's page is there all the same, with its events.
      (calendar, options) =>
        calendar.calendarList.list({ maxResults: calendarsPerPage, showHidden: true, ...(pageToken === undefined ? {} : { pageToken }) }, options),
    );
  for await (const page of pagesOf({ provider: 'google', load, next: ({ nextPageToken }) => nextPageToken }))
    calendars.push(...toRemoteCalendars(page));
  return calendars.toSorted((one, other) => Number(other.isPrimary) - Number(one.isPrimary));
};

const createOrAdopt = async (sdk: GoogleCalendarSdk, place: Place, event: CalendarEvent): Promise<GoogleEventDetails> => {
  const { token, calendarId } = place;
  try {
    return await sdk.call(
      // Repeating is safe: the id in the body is taken after the first time.
      { token, operation: 'calendar.events.insert', path: '/calendar/v3/calendars/{calendarId}/events', schema: googleEventDetails },
      (calendar, options) => calendar.events.insert({ calendarId, sendUpdates, requestBody: toGoogleEvent(event) }, options),
    );
  } catch (error) {
    if (!(error instanceof ProviderError) || error.code !== 'conflict') throw error;
    const existing = await afterWriting(() => getEvent(sdk, place, event.key));
    if (!isWrittenFor(existing, event.key)) throw error;
    return afterWriting(() => bringTo(sdk, { place, existing }, event));
  }
};

const eventPath = '/calendar/v3/calendars/{calendarId}/events/{eventId}';

const getEvent = (sdk: GoogleCalendarSdk, { token, calendarId }: Place, key: string): Promise<GoogleEventDetails> =>
  sdk.call({ token, operation: 'calendar.events.get', path: eventPath, schema: googleEventDetails }, (calendar, options) =>
    calendar.events.get({ calendarId, eventId: toGoogleEventId(key) }, options),
  );

/** 404 for an event (or calendar) that is unknown; deleting answers 410 for one that was deleted before. */
const nullIfNotFound = (error: unknown): null => {
  if (error instanceof ProviderError && error.code === 'not_found') return null;
  throw error;
};

const bringTo = async (
  sdk: GoogleCalendarSdk,
  { place, existing }: { readonly place: Place; readonly existing: GoogleEventDetails },
  wanted: CalendarEvent,
): Promise<GoogleEventDetails> => {
  const patch = toGooglePatch(existing, wanted);
  if (patch === null) return existing;
  const { token, calendarId } = place;
  return sdk.call({ token, operation: 'calendar.events.patch', path: eventPath, schema: googleEventDetails }, (calendar, options) =>
    calendar.events.patch({ calendarId, eventId: existing.id, sendUpdates, requestBody: patch }, options),
  );
};

const deleteEvent = async (sdk: GoogleCalendarSdk, { token, calendarId }: Place, key: string): Promise<boolean> => {
  const deletion = sdk.call({ token, operation: 'calendar.events.delete', path: eventPath, schema: noContent }, (calendar, options) =>
    calendar.events.delete({ calendarId, eventId: toGoogleEventId(key), sendUpdates }, options),
  );
  return (await deletion.then(() => true).catch(nullIfNotFound)) ?? false;
};
