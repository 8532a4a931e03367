import { ProviderError, type AccessToken, type CalendarCapability, type CalendarEvent } from '@patchbay/capabilities';
import type { ProviderHttp } from '../_kit/provider-http.js';
import { afterWriting } from '../_kit/unknown-outcome.js';
import { filterByKey, toBookingChange, toOutlookEvent, toRemoteEvent } from './outlook.booking.mapping.js';
import type { GraphEventDetails } from './outlook.calendar-events.mapping.js';
import { listOutlookCalendars } from './outlook.calendar-list.js';
import type { CalendarPlace } from './outlook.event-place.js';
import { bringFirstTime } from './outlook.first-time.js';
import { changeOutlookEvent, deleteOutlookEvent, findOutlookEvent, postOutlookEvent } from './outlook.event-requests.js';
import { makeOnce } from './outlook.make-once.js';

/** The events of bookings in Outlook's calendars. Graph invites guests by itself, and tells them of every change. */
export const outlookCalendar = (http: ProviderHttp, now: () => Date): CalendarCapability => {
  const at = (token: AccessToken, calendarId: string): CalendarPlace => ({ http, token, calendarId, now });
  return {
    listCalendars: (token) => listOutlookCalendars(http, token),
    createEvent: async (token, calendarId, event) => toRemoteEvent(await createOrAdopt(at(token, calendarId), event)),
    updateEvent: async (token, calendarId, event) => {
      const existing = await findEvent(at(token, calendarId), event.key);
      if (existing === null) throw new ProviderError('outlook', 'not_found', { reason: 'no_event_with_this_key' });
      return toRemoteEvent(await bringTo(at(token, calendarId), existing, event));
    },
    deleteEvent: (token, calendarId, key) => deleteEvent(at(token, calendarId), key),
    holdsEvent: async (token, calendarId, key) => {
      const event = await findEvent(at(token, calendarId), key).catch(nullIfNotFound);
      // Exchange copies an event to its guests, and says nothing of what it leaves out.
      return event !== null && event.isOrganizer !== false;
    },
  };
};

const createOrAdopt = async (place: CalendarPlace, event: CalendarEvent): Promise<GraphEventDetails> => {
  const { event: found, isNew } = await makeOnce({
    find: () => findEvent(place, event.key),
    make: (again) => inKnownZone(event, (wanted) => postOutlookEvent(place, toOutlookEvent(wanted, again))),
    now: place.now,
  });
  // It stands there, whatever becomes of the rest.
  return isNew ? found : afterWriting(() => bringTo(place, found, event));
};

const findEvent = (place: CalendarPlace, key: string): Promise<GraphEventDetails | null> => findOutlookEvent(place, filterByKey(key));

const bringTo = (place: CalendarPlace, existing: GraphEventDetails, wanted: CalendarEvent): Promise<GraphEventDetails> =>
  inKnownZone(wanted, async (event) => {
    const changed = await changeOutlookEvent(place, { id: existing.id, event: existing }, toBookingChange(existing, event));
    if (existing.type === 'seriesMaster' && event.keepsTimes !== true) await bringFirstTime(place, changed, event);
    return changed;
  });

/**
 * Graph knows most names of time zones, and says of the others no sooner than they are used. The moments are the same in UTC.
 * https://learn.microsoft.com/graph/api/resources/datetimetimezone#additional-time-zones
 */
const inKnownZone = async (event: CalendarEvent, write: (event: CalendarEvent) => Promise<GraphEventDetails>): Promise<GraphEventDetails> => {
  try {
    return await write(event);
  } catch (error) {
    if (!(error instanceof ProviderError) || error.reason !== 'TimeZoneNotSupportedException') throw error;
    return write({ ...event, timeZone: 'UTC' });
  }
};

const deleteEvent = async (place: CalendarPlace, key: string): Promise<boolean> => {
  const existing = await findEvent(place, key).catch(nullIfNotFound);
  return existing !== null && (await deleteOutlookEvent(place, existing.id));
};

/** Its calendar is gone. */
const nullIfNotFound = (error: unknown): null => {
  if (error instanceof ProviderError && error.code === 'not_found') return null;
  throw error;
};
