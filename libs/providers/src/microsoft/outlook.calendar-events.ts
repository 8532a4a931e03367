import { ProviderError, type AccessToken, type CalendarEventsCapability, type EventWrite, type EventWriteOutcome } from '@patchbay/capabilities';
import type { ProviderHttp } from '../_kit/provider-http.js';
import { batchedGraphHttp } from './outlook.calendar-batch.js';
import { createOutlookEvent, updateOutlookEvent } from './outlook.calendar-event-calls.js';
import { listOutlookEvents } from './outlook.calendar-event-list.js';
import { toEventDetails } from './outlook.calendar-events.mapping.js';
import type { EventPlace } from './outlook.event-place.js';
import { deleteOutlookEvent, readOutlookEvent } from './outlook.event-requests.js';

/** All events of Outlook's calendars. Graph invites guests by itself, and tells them of every change. */
export const outlookCalendarEvents = (http: ProviderHttp, now: () => Date): CalendarEventsCapability => {
  const at = (token: AccessToken, calendarId: string): EventPlace => ({ http, together: batchedGraphHttp(http, token), token, calendarId, now });
  const together = (place: EventPlace): EventPlace => ({ ...place, http: place.together });
  return {
    listEvents: (token, calendarId, query) => listOutlookEvents(at(token, calendarId), query),
    getEvent: async (token, calendarId, id) => toEventDetails(await readOutlookEvent(at(token, calendarId), id)),
    createEvent: (token, calendarId, create) => createOutlookEvent(at(token, calendarId), create),
    updateEvent: (token, calendarId, update) => updateOutlookEvent(at(token, calendarId), update),
    deleteEvent: async (token, calendarId, id) => void (await deleteOutlookEvent(at(token, calendarId), id)),
    writeEvents: (token, calendarId, writes) => writeAll(together(at(token, calendarId)), writes),
  };
};

/** All at once, but for those that concern one event: each of them waits for the one before it. */
const writeAll = async (place: EventPlace, writes: readonly EventWrite[]): Promise<readonly EventWriteOutcome[]> => {
  const lastOf = new Map<string, Promise<unknown>>();
  const outcomes = writes.map((write) => {
    const subject = write.kind === 'create' ? `key ${write.key}` : `id ${write.id}`;
    const outcome = (lastOf.get(subject) ?? Promise.resolve()).then(() => outcomeOf(place, write));
    lastOf.set(subject, outcome);
    return outcome;
  });
  const settled = await Promise.all(outcomes);
  // With another token all can be written again: what has taken effect does so once.
  const refusal = settled.find((outcome) => 'error' in outcome && outcome.error.code === 'unauthorized');
  if (refusal !== undefined && 'error' in refusal) throw refusal.error;
  return settled;
};

const outcomeOf = async (place: EventPlace, write: EventWrite): Promise<EventWriteOutcome> => {
  try {
    if (write.kind === 'create') return { event: await createOutlookEvent(place, write) };
    if (write.kind === 'update') return { event: await updateOutlookEvent(place, write) };
    await deleteOutlookEvent(place, write.id);
    return { event: null };
  } catch (error) {
    if (error instanceof ProviderError) return { error };
    throw error;
  }
};
