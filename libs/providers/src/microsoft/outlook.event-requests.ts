import { z } from 'zod';
import { noContent } from '../_kit/provider-http.js';
import { ProviderError } from '@patchbay/capabilities';
import { needsHtml, toGraphChange, type GraphEventChange, type GraphWrite } from './outlook.calendar-event-writes.js';
import { graphEventDetails, graphEventDetailsFields, graphEventDetailsPage, type GraphEventDetails } from './outlook.calendar-events.mapping.js';
import { outlookPreferences } from './outlook.calendar-list.js';
import type { CalendarPlace } from './outlook.event-place.js';

const eventsPath = '/me/calendars/{calendarId}/events';
const eventPath = `${eventsPath}/{eventId}`;
const headers = { prefer: outlookPreferences };

/** One event, also of a calendar that somebody else has shared: below `/me/events` those are not found. */
export const readOutlookEvent = ({ http, token, calendarId }: CalendarPlace, eventId: string): Promise<GraphEventDetails> =>
  http.call({
    method: 'GET',
    operation: 'events.read',
    path: eventPath,
    params: { calendarId, eventId },
    query: { $select: graphEventDetailsFields },
    headers,
    token,
    schema: graphEventDetails,
  });

/** The event that a filter finds. Null when there is none. */
export const findOutlookEvent = async ({ http, token, calendarId }: CalendarPlace, filter: string): Promise<GraphEventDetails | null> => {
  const { value } = await http.call({
    method: 'GET',
    operation: 'events.find',
    path: eventsPath,
    params: { calendarId },
    query: { $filter: filter, $select: graphEventDetailsFields },
    headers,
    token,
    schema: graphEventDetailsPage,
  });
  return value[0] ?? null;
};

/** Makes an event, which has a transaction id. */
export const postOutlookEvent = ({ http, token, calendarId }: CalendarPlace, body: GraphWrite): Promise<GraphEventDetails> =>
  http.call({
    method: 'POST',
    operation: 'events.create',
    path: eventsPath,
    params: { calendarId },
    headers,
    token,
    body,
    schema: graphEventDetails,
    // Repeating is safe: a transaction id makes one event only. https://learn.microsoft.com/graph/api/resources/event#properties
    idempotent: true,
  });

/**
 * Changes an event, and sends only what is different: guests are told of what is sent. `event` is null where a change can be made without knowing it.
 * The very same event is answered when all of it is so already.
 */
export const changeOutlookEvent = async (
  place: CalendarPlace,
  { id, event }: { readonly id: string; readonly event: GraphEventDetails | null },
  change: GraphEventChange,
): Promise<GraphEventDetails> => {
  const html = event !== null && needsHtml(change, event) ? await readHtml(place, id) : '';
  const body = toGraphChange(change, event === null ? null : { event, html });
  if (Object.keys(body).length > 0) return patchEvent(place, id, body);
  return event ?? readOutlookEvent(place, id);
};

const patchEvent = ({ http, token, calendarId }: CalendarPlace, eventId: string, body: GraphWrite): Promise<GraphEventDetails> =>
  http.call({
    method: 'PATCH',
    operation: 'events.update',
    path: eventPath,
    params: { calendarId, eventId },
    headers,
    token,
    body,
    schema: graphEventDetails,
  });

const htmlBody = z.object({ body: z.object({ content: z.string().nullish() }).nullish() });

const readHtml = async ({ http, token, calendarId }: CalendarPlace, eventId: string): Promise<string> => {
  const { body } = await http.call({
    method: 'GET',
    operation: 'events.read-body',
    path: eventPath,
    params: { calendarId, eventId },
    query: { $select: 'body' },
    headers: { prefer: 'IdType="ImmutableId", outlook.body-content-type="html"' },
    token,
    schema: htmlBody,
  });
  return body?.content ?? '';
};

/** Removes an event, an occurrence or a whole series; guests are told. False when it was gone, or its calendar is. */
export const deleteOutlookEvent = async ({ http, token, calendarId }: CalendarPlace, eventId: string): Promise<boolean> => {
  try {
    await http.call({
      method: 'DELETE',
      operation: 'events.delete',
      path: eventPath,
      params: { calendarId, eventId },
      headers,
      token,
      schema: noContent,
    });
    return true;
  } catch (error) {
    if (error instanceof ProviderError && error.code === 'not_found') return false;
    throw error;
  }
};
