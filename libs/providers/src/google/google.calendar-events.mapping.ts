import { ProviderError, type EventDetails, type EventReminder, type EventResponse, type RespondingGuest } from '@patchbay/capabilities';
import { z } from 'zod';
import { googleTime, toCalendarTime, toSeriesTime } from './google.calendar-time.js';

const person = z.object({ email: z.string().optional(), displayName: z.string().optional() });

/** @see https://developers.google.com/workspace/calendar/api/v3/reference/events#resource */
export const googleEventDetails = z.object({
  id: z.string().min(1),
  etag: z.string().optional(),
  status: z.string().default('confirmed'),
  htmlLink: z.string().optional(),
  summary: z.string().default(''),
  description: z.string().default(''),
  location: z.string().default(''),
  start: googleTime.optional(),
  end: googleTime.optional(),
  recurrence: z.array(z.string()).default([]),
  recurringEventId: z.string().optional(),
  originalStartTime: googleTime.optional(),
  transparency: z.string().default('opaque'),
  visibility: z.string().default('default'),
  attendees: z
    .array(
      person.extend({
        optional: z.boolean().default(false),
        responseStatus: z.string().optional(),
        comment: z.string().optional(),
        additionalGuests: z.number().optional(),
        resource: z.boolean().optional(),
      }),
    )
    .default([]),
  organizer: person.extend({ self: z.boolean().optional() }).optional(),
  reminders: z
    .object({ useDefault: z.boolean().default(false), overrides: z.array(z.object({ method: z.string(), minutes: z.number() })).default([]) })
    .default({ useDefault: true, overrides: [] }),
  hangoutLink: z.string().optional(),
  conferenceData: z
    .object({
      entryPoints: z.array(z.object({ entryPointType: z.string().optional(), uri: z.string().optional() })).default([]),
      conferenceSolution: z.object({ key: z.object({ type: z.string().optional() }).default({}) }).optional(),
    })
    .optional(),
  extendedProperties: z.object({ private: z.record(z.string(), z.string()).default({}) }).default({ private: {} }),
});

/** An event of Google with everything that people see. */
export type GoogleEventDetails = z.output<typeof googleEventDetails>;

/** One page of a list of occurrences. */
export const googleOccurrencePage = z.object({
  timeZone: z.string().default('UTC'),
  items: z.array(googleEventDetails).default([]),
  nextPageToken: z.string().optional(),
});

/** The event in our words; its times on the clock of the calendar where it has no zone of its own. */
export const toEventDetails = (event: GoogleEventDetails, calendarZone: string): EventDetails => {
  const { id, start, end, recurrence, recurringEventId, originalStartTime, status, organizer, htmlLink, etag } = event;
  if (start === undefined || end === undefined) throw new ProviderError('google', 'invalid_response', { reason: 'event_without_time' });
  const timeOf = recurrence.length > 0 ? toSeriesTime : toCalendarTime;
  return {
    id,
    seriesId: recurringEventId ?? null,
    originalStart: originalStartTime === undefined ? null : toCalendarTime(originalStartTime, calendarZone),
    title: event.summary,
    description: event.description,
    location: event.location,
    start: timeOf(start, calendarZone),
    end: timeOf(end, calendarZone),
    recurrence,
    attendees: event.attendees.flatMap(toGuest),
    reminders: event.reminders.useDefault ? null : event.reminders.overrides.map(toReminder),
    isFree: event.transparency === 'transparent',
    visibility: event.visibility === 'confidential' ? 'private' : (visibilities.find((word) => word === event.visibility) ?? 'default'),
    status: statuses.find((word) => word === status) ?? 'confirmed',
    organizer: organizer?.email === undefined ? null : { email: organizer.email, name: organizer.displayName ?? null },
    joinUrl: joinUrlOf(event),
    htmlLink: htmlLink ?? null,
    version: etag ?? null,
  };
};

/** Where an event takes place online. A link of Google's own stands beside the data as well, and stays for a moment when those are others. */
export const joinUrlOf = ({ conferenceData, hangoutLink }: GoogleEventDetails): string | null => {
  const entry = conferenceData?.entryPoints.find(({ entryPointType, uri }) => entryPointType === 'video' && uri !== undefined);
  return entry?.uri ?? hangoutLink ?? null;
};

/** Whether the meeting of an event is one of Google's. */
export const hasMeet = (event: GoogleEventDetails): boolean =>
  joinUrlOf(event) !== null && (event.conferenceData?.conferenceSolution?.key.type ?? 'hangoutsMeet') !== 'addOn';

const visibilities = ['default', 'public', 'private'] as const;
const statuses = ['confirmed', 'tentative', 'cancelled'] as const;

/** What guests said, in Google's words. */
const responses: Readonly<Record<string, EventResponse>> = {
  accepted: 'accepted',
  tentative: 'tentative',
  declined: 'declined',
  needsAction: 'unanswered',
};

const toGuest = ({ email, displayName, optional, responseStatus }: GoogleEventDetails['attendees'][number]): readonly RespondingGuest[] => {
  // Guests from Google's contacts may hide theirs; nobody can be told from another then.
  if (email === undefined) return [];
  return [{ email, name: displayName ?? null, isOptional: optional, response: responses[responseStatus ?? 'needsAction'] ?? 'unanswered' }];
};

const toReminder = ({ method, minutes }: { readonly method: string; readonly minutes: number }): EventReminder => ({
  method: method === 'email' ? 'email' : 'popup',
  minutesBefore: minutes,
});
