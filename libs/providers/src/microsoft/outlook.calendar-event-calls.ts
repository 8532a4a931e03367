import { ProviderError, type CalendarTime, type EventDetails, type EventDraft } from '@patchbay/capabilities';
import { z } from 'zod';
import { afterWriting } from '../_kit/unknown-outcome.js';
import { exceptedStarts, needsExisting, recursAsMade, toGraphDraft, type ExceptedStart } from './outlook.calendar-event-writes.js';
import { graphEventDetailsFields, graphEventDetailsPage, toEventDetails, type GraphEventDetails } from './outlook.calendar-events.mapping.js';
import { outlookPreferences } from './outlook.calendar-list.js';
import { momentOf } from './outlook.calendar-time.js';
import type { EventPlace } from './outlook.event-place.js';
import { changeOutlookEvent, deleteOutlookEvent, findOutlookEvent, postOutlookEvent, readOutlookEvent } from './outlook.event-requests.js';
import { extendedProperty, filterByProperty } from './outlook.extended-property.js';
import { landed } from './outlook.mailbox-zone.js';
import { makeOnce } from './outlook.make-once.js';

const eventPath = '/me/calendars/{calendarId}/events/{eventId}';
const headers = { prefer: outlookPreferences };

/** Marks of their own: an event that somebody writes here is no booking. */
const keyProperty = extendedProperty('patchbay_event_key');

/** Makes an event under a key, once. What is left out of a new series is taken out again when it was made and its answer lost. */
export const createOutlookEvent = async (
  place: EventPlace,
  { key, draft: wanted }: { readonly key: string; readonly draft: EventDraft },
): Promise<EventDetails> => {
  const draft = await landed(place, wanted);
  const body = toGraphDraft(draft);
  const excepted = exceptedStarts(draft.recurrence, draft.start);
  const { event, isNew } = await makeOnce({
    find: () => findOutlookEvent(place, filterByProperty(keyProperty, key)),
    make: async (again) => {
      // Made under this key before, and deleted: another event would be a second one of the same key.
      if (again !== undefined) throw new ProviderError('outlook', 'conflict', { reason: 'key_of_deleted_event' });
      if (draft.conference?.kind === 'new') await expectMeetings(place);
      return postOutlookEvent(place, {
        ...body,
        transactionId: `patchbay_event-${key}`,
        singleValueExtendedProperties: [{ id: keyProperty, value: key }],
      });
    },
    now: place.now,
  });
  return toEventDetails(isNew || recursAsMade(draft, event) ? await afterWriting(() => without(place, event, excepted)) : event);
};

const meetingProviders = z.object({ allowedOnlineMeetingProviders: z.array(z.string().nullable()).nullish() });

/** Where a calendar has no Teams, as that of a personal account, Graph would pass over the wish without a word. */
const expectMeetings = async ({ http, token, calendarId }: EventPlace): Promise<void> => {
  const { allowedOnlineMeetingProviders: allowed } = await http.call({
    method: 'GET',
    operation: 'calendars.read',
    path: '/me/calendars/{calendarId}',
    params: { calendarId },
    query: { $select: 'allowedOnlineMeetingProviders' },
    headers,
    token,
    schema: meetingProviders,
  });
  if (allowed?.includes('teamsForBusiness') !== true) throw new ProviderError('outlook', 'invalid_request', { reason: 'conference_unsupported' });
};

/** Changes an event, a series, or an occurrence of one, and sends only what is different: guests are told of what is sent. */
export const updateOutlookEvent = async (
  place: EventPlace,
  { id, change: wanted }: { readonly id: string; readonly change: Partial<EventDraft> },
): Promise<EventDetails> => {
  const asked = await landed(place, wanted);
  const existing = needsExisting(asked) ? await readOutlookEvent(place, id) : null;
  const change = existing === null ? asked : keepingItsMeeting(asked, existing);
  if (existing !== null && change.conference?.kind === 'new' && existing.isOnlineMeeting !== true) await expectMeetings(place);
  const start = change.start ?? (existing === null ? undefined : toEventDetails(existing).start);
  const excepted = change.recurrence === undefined || start === undefined ? [] : exceptedStarts(change.recurrence, start);
  const event = await changeOutlookEvent(place, { id, event: existing }, change);
  const isChanged = event !== existing;
  const rest = () => without(place, event, excepted);
  return toEventDetails(await (isChanged ? afterWriting(rest) : rest()));
};

/** Whoever sends an event back as it was read names its meeting by the address: that one shall stay, and not a link to one that has ended. */
const keepingItsMeeting = (change: Partial<EventDraft>, existing: GraphEventDetails): Partial<EventDraft> => {
  const { conference } = change;
  const isItsOwn = existing.isOnlineMeeting === true && conference?.kind === 'elsewhere' && conference.joinUrl === toEventDetails(existing).joinUrl;
  return isItsOwn ? { ...change, conference: { kind: 'new' } } : change;
};

const dayMs = 86_400_000;

/** The series without these occurrences: Graph has no `EXDATE`. Those that somebody has changed since, or taken out, stay as they are. */
const without = async (place: EventPlace, series: GraphEventDetails, excepted: readonly ExceptedStart[]): Promise<GraphEventDetails> => {
  if (excepted.length === 0 || typeof series.seriesMasterId === 'string') return series;
  const found = await Promise.all(excepted.map((start) => findOccurrence({ ...place, http: place.together }, series.id, start)));
  // One after the other: all of them are changes of one series.
  for (const occurrence of found) if (occurrence !== undefined) await deleteOutlookEvent(place, occurrence.id);
  return readOutlookEvent(place, series.id);
};

const findOccurrence = async (place: EventPlace, seriesId: string, start: ExceptedStart): Promise<GraphEventDetails | undefined> => {
  const around = 'date' in start ? Date.parse(start.date) : start.ms;
  const instances = await instancesBetween(place, seriesId, { from: new Date(around - dayMs), to: new Date(around + 2 * dayMs) });
  return instances.find((instance) => instance.type === 'occurrence' && isAt(toEventDetails(instance).originalStart, start));
};

const isAt = (time: CalendarTime | null, start: ExceptedStart): boolean => {
  if (time === null) return false;
  if ('date' in time) return 'date' in start && time.date === start.date;
  return 'ms' in start && momentOf(time.dateTime, time.timeZone ?? 'UTC') === start.ms;
};

const instancesBetween = async (
  { http, token, calendarId }: EventPlace,
  eventId: string,
  { from, to }: { readonly from: Date; readonly to: Date },
): Promise<readonly GraphEventDetails[]> => {
  const { value } = await http.call({
    method: 'GET',
    operation: 'events.instances',
    path: `${eventPath}/instances`,
    params: { calendarId, eventId },
    query: { startDateTime: from.toISOString(), endDateTime: to.toISOString(), $top: '50', $select: graphEventDetailsFields },
    headers,
    token,
    schema: graphEventDetailsPage,
  });
  return value;
};
