import { toIanaZone } from '@patchbay/icalendar';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { FakeRequest } from '../../_kit/fake.js';
import { jsonObjectOf } from '../../_kit/fake-http.js';
import { hasInvitation, withInvitation } from './outlook.fake-bodies.js';
import { emptyFields, writtenEvent, type EventFields, type WrittenEvent } from './outlook.fake-events.js';
import { wallToMs } from './outlook.fake-time.js';

/** What a request writes of an event; null for what is none. */
export const writtenFields = (request: FakeRequest): Partial<WrittenEvent> | null => {
  const parsed = writtenEvent.partial().safeParse(jsonObjectOf(request));
  return parsed.success
    ? (Object.fromEntries(Object.entries(parsed.data).filter(([, value]) => value !== undefined)) as Partial<WrittenEvent>)
    : null;
};

const zones = z.object({ start: z.object({ timeZone: z.string() }).optional(), end: z.object({ timeZone: z.string() }).optional() });

/** Whether a time is of a zone that Outlook has never heard of. It knows those of Windows, and not all of the others. */
export const namesUnknownZone = (request: FakeRequest): boolean => {
  const { start, end } = zones.safeParse(jsonObjectOf(request)).data ?? {};
  return [start, end].some((time) => time !== undefined && (toIanaZone(time.timeZone) === null || newerNames.has(time.timeZone)));
};

/** Not among those that it is said to know. https://learn.microsoft.com/graph/api/resources/datetimetimezone#additional-time-zones */
const newerNames = new Set(['Europe/Kyiv', 'America/Nuuk', 'America/Ciudad_Juarez']);

/** Where an event is written, as far as its meetings depend on it. */
export interface WritingHabits {
  readonly hasTeams: boolean;
}

/** The fields of an event after something was written to it; `before` is null for a new one. Null when Outlook takes no such event. */
export const fieldsAfter = (before: EventFields | null, change: Partial<WrittenEvent>, { hasTeams }: WritingHabits): Partial<EventFields> | null => {
  const whole = { ...(before ?? emptyFields), ...change };
  if (!areTimesRight(whole) || !isRecurrenceRight(whole, change)) return null;
  const attendees = change.attendees?.map((attendee) => ({ ...attendee, response: responseOf(before, attendee.emailAddress.address) }));
  return { ...change, ...(attendees === undefined ? {} : { attendees }), ...meetingAfter(before, change, hasTeams) };
};

/** Whoever was asked before has answered already, or has not. */
const responseOf = (before: EventFields | null, address: string): string =>
  before?.attendees.find(({ emailAddress }) => emailAddress.address.toLowerCase() === address.toLowerCase())?.response ?? 'none';

/** Whole days are from midnight to midnight, in one zone. https://learn.microsoft.com/graph/api/resources/event#properties */
const areTimesRight = ({ start, end, isAllDay }: Partial<EventFields>): boolean => {
  if (start === undefined || end === undefined) return false;
  const [startMs, endMs] = [wallToMs(start.dateTime, start.timeZone), wallToMs(end.dateTime, end.timeZone)];
  if (isAllDay !== true) return startMs <= endMs;
  const areMidnights = [start, end].every(({ dateTime }) => dateTime.slice('yyyy-mm-dd'.length).startsWith('T00:00:00'));
  return areMidnights && start.timeZone === end.timeZone && startMs < endMs;
};

const isRecurrenceRight = ({ start }: Partial<EventFields>, { recurrence }: Partial<WrittenEvent>): boolean =>
  recurrence === null || recurrence === undefined || start?.dateTime.slice(0, 'yyyy-mm-dd'.length) === recurrence.range.startDate;

/**
 * A meeting begins when it is asked for, and ends when its invitation goes out of the body; nothing else ends it.
 * https://learn.microsoft.com/graph/api/resources/event#properties
 */
const meetingAfter = (before: EventFields | null, change: Partial<WrittenEvent>, hasTeams: boolean): Partial<EventFields> => {
  const body = change.body ?? before?.body ?? emptyFields.body;
  if (before?.isOnlineMeeting === true) {
    return change.body === undefined || hasInvitation(change.body)
      ? { isOnlineMeeting: true, onlineMeetingProvider: 'teamsForBusiness' }
      : { isOnlineMeeting: false, onlineMeetingProvider: 'unknown', joinUrl: null };
  }
  if (change.isOnlineMeeting !== true || !hasTeams) return { isOnlineMeeting: false, onlineMeetingProvider: 'unknown' };
  const id = createHash('sha256')
    .update(JSON.stringify([change, before]))
    .digest('base64url');
  const joinUrl = `https://teams.microsoft.com/l/meetup-join/19%3ameeting_${id}%40thread.v2/0`;
  return { isOnlineMeeting: true, onlineMeetingProvider: 'teamsForBusiness', joinUrl, body: withInvitation(body, joinUrl) };
};
