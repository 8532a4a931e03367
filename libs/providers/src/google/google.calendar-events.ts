import {
  ProviderError,
  type AccessToken,
  type CalendarEventsCapability,
  type EventDetails,
  type EventPage,
  type EventQuery,
  type EventWrite,
} from '@patchbay/capabilities';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { noContent } from '../_kit/provider-http.js';
import { afterWriting, unlessOvertaken } from '../_kit/unknown-outcome.js';
import { writeInTurn } from '../_kit/write-in-turn.js';
import { floats, requestProperty, toEventChange, toNewEvent } from './google.calendar-draft.mapping.js';
import { googleEventDetails, googleOccurrencePage, toEventDetails, type GoogleEventDetails } from './google.calendar-events.mapping.js';
import { googleCalendarSdk, type GoogleCalendarSdk } from './google.calendar-sdk.js';
import { toGoogleEventId } from './google.calendar.mapping.js';
import type { GoogleApi } from './google.identity.js';

// Guests hear of every change that concerns them: an invitation that nobody gets is none.
const sendUpdates = 'all';
// Without it Google passes meetings over, in what it is sent and in what it tells.
const conferenceDataVersion = 1;
const listPath = '/calendar/v3/calendars/{calendarId}/events';
const eventPath = '/calendar/v3/calendars/{calendarId}/events/{eventId}';

/** Google Calendar v3: events one by one, series as their occurrences where they are listed. */
export const googleCalendarEvents = (api: GoogleApi): CalendarEventsCapability => {
  const sdk = googleCalendarSdk(api);
  const capability: Omit<CalendarEventsCapability, 'writeEvents'> = {
    listEvents: (token, calendarId, query) => listEvents(sdk, { token, calendarId }, query),
    getEvent: async (token, calendarId, id) => shown(await existingEvent(sdk, { token, calendarId }, id)),
    createEvent: async (token, calendarId, create) => shown(await createEvent(sdk, { token, calendarId }, create)),
    updateEvent: async (token, calendarId, update) => shown(await updateEvent(sdk, { token, calendarId }, update)),
    deleteEvent: (token, calendarId, id) => deleteEvent(sdk, { token, calendarId }, id),
  };
  return {
    ...capability,
    writeEvents: (token, calendarId, writes) => writeInTurn(capability, { token, calendarId, turnOf }, writes),
  };
};

/** Occurrences are named after their series, and changed in turn with it. */
const turnOf = (write: EventWrite): string => (write.kind === 'create' ? toGoogleEventId(write.key) : (write.id.split('_')[0] ?? write.id));

/** A calendar, and the token that opens it. */
interface Place {
  readonly token: AccessToken;
  readonly calendarId: string;
}

/** Google says the zone of every time that has one; which the calendar's is, it says in lists only. */
const shown = (event: GoogleEventDetails): EventDetails => toEventDetails(event, 'UTC');

// Those that a guest is looked for in before whoever asks hears of it.
const pagesPerAnswerMax = 5;
// Google's page of events is no longer. https://developers.google.com/workspace/calendar/api/v3/reference/events/list
const eventsPerPageMax = 2500;

const listEvents = async (sdk: GoogleCalendarSdk, place: Place, query: EventQuery): Promise<EventPage> => {
  let cursor = query.cursor;
  for (let count = 0; count < pagesPerAnswerMax; count += 1) {
    const { items, timeZone, nextPageToken = null } = await listPage(sdk, place, { ...query, cursor });
    const events = items.filter(({ status }) => status !== 'cancelled').map((event) => toEventDetails(event, timeZone));
    const found = query.attendee === null ? events : events.filter((event) => concerns(event, query.attendee ?? ''));
    cursor = nextPageToken;
    if (cursor === null || found.length > 0) return { events: found, cursor };
  }
  return { events: [], cursor };
};

const concerns = ({ attendees, organizer }: EventDetails, address: string): boolean =>
  [...attendees, ...(organizer === null ? [] : [organizer])].some(({ email }) => email.toLowerCase() === address.toLowerCase());

const listPage = (sdk: GoogleCalendarSdk, { token, calendarId }: Place, { from, to, text, attendee, cursor, limit }: EventQuery) => {
  // Google looks for words in guests' addresses, too: what it leaves out need not be fetched.
  const words = text ?? attendee;
  return sdk.call({ token, operation: 'calendar.events.list', path: listPath, schema: googleOccurrencePage }, (calendar, options) =>
    calendar.events.list(
      {
        calendarId,
        singleEvents: true,
        orderBy: 'startTime',
        timeMin: from.toISOString(),
        timeMax: to.toISOString(),
        maxResults: Math.min(limit, eventsPerPageMax),
        ...(words === null ? {} : { q: words }),
        ...(cursor === null ? {} : { pageToken: cursor }),
      },
      options,
    ),
  );
};

/** @throws ProviderError `not_found` also for what is deleted: Google keeps those for a while. */
const existingEvent = async (sdk: GoogleCalendarSdk, place: Place, id: string): Promise<GoogleEventDetails> => {
  const event = await eventOf(sdk, place, id);
  if (event.status === 'cancelled') throw new ProviderError('google', 'not_found', { reason: 'deleted' });
  return event;
};

const eventOf = (sdk: GoogleCalendarSdk, { token, calendarId }: Place, id: string): Promise<GoogleEventDetails> =>
  sdk.call({ token, operation: 'calendar.events.get', path: eventPath, schema: googleEventDetails }, (calendar, options) =>
    calendar.events.get({ calendarId, eventId: id }, options),
  );

const createEvent = async (
  sdk: GoogleCalendarSdk,
  place: Place,
  { key, draft }: Parameters<CalendarEventsCapability['createEvent']>[2],
): Promise<GoogleEventDetails> => {
  const { token, calendarId } = place;
  const calendarZone = floats(draft) ? await zoneOf(sdk, place) : null;
  const requestBody = toNewEvent(key, draft, { calendarZone, meetingKey: key });
  try {
    return await sdk.call(
      // Repeating is safe: the id in the body is taken after the first time.
      { token, operation: 'calendar.events.insert', path: listPath, schema: googleEventDetails },
      (calendar, options) => calendar.events.insert({ calendarId, sendUpdates, conferenceDataVersion, requestBody }, options),
    );
  } catch (error) {
    if (!(error instanceof ProviderError) || error.code !== 'conflict') throw error;
    // An id stays taken when its event is deleted, and another app could have chosen the same one.
    const existing = await afterWriting(() => eventOf(sdk, place, toGoogleEventId(key)));
    if (existing.status === 'cancelled' || existing.extendedProperties.private[requestProperty] !== key) throw error;
    return existing;
  }
};

// Guests answer at any time; three in a row while one change is written are none.
const attemptsMax = 3;

/** Changes an event as it is read just before: a change in between is seen by its etag and taken in. */
const updateEvent = async (
  sdk: GoogleCalendarSdk,
  place: Place,
  { id, change }: Parameters<CalendarEventsCapability['updateEvent']>[2],
): Promise<GoogleEventDetails> => {
  const { token, calendarId } = place;
  const calendarZone = floats(change) ? await zoneOf(sdk, place) : null;
  const meetingKey = randomUUID();
  return unlessOvertaken(attemptsMax, async () => {
    const existing = await existingEvent(sdk, place, id);
    const requestBody = toEventChange(change, existing, { calendarZone, meetingKey });
    const headers = existing.etag === undefined ? {} : { 'if-match': existing.etag };
    return sdk.call({ token, operation: 'calendar.events.patch', path: eventPath, schema: googleEventDetails }, (calendar, options) =>
      calendar.events.patch(
        { calendarId, eventId: id, sendUpdates, conferenceDataVersion, requestBody },
        { ...options, headers: { ...options.headers, ...headers } },
      ),
    );
  });
};

const deleteEvent = async (sdk: GoogleCalendarSdk, { token, calendarId }: Place, id: string): Promise<void> => {
  try {
    await sdk.call({ token, operation: 'calendar.events.delete', path: eventPath, schema: noContent }, (calendar, options) =>
      calendar.events.delete({ calendarId, eventId: id, sendUpdates }, options),
    );
  } catch (error) {
    // 404 for an event (or calendar) that is unknown, 410 for one that was deleted before.
    if (error instanceof ProviderError && error.code === 'not_found') return;
    throw error;
  }
};

const googleCalendarZone = z.object({ timeZone: z.string().default('UTC') });

/** Google has no floating times: those are meant in the calendar's zone. */
const zoneOf = async (sdk: GoogleCalendarSdk, { token, calendarId }: Place): Promise<string> => {
  const { timeZone } = await sdk.call(
    { token, operation: 'calendar.calendars.get', path: '/calendar/v3/calendars/{calendarId}', schema: googleCalendarZone },
    (calendar, options) => calendar.calendars.get({ calendarId }, options),
  );
  return timeZone;
};
