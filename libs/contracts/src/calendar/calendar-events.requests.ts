import { z } from 'zod';
import { defineRequest } from '../definitions/define-request.js';
import { pageOf, pageQuery } from '../page.js';
import { checkEventTimes, eventChange, eventChangeFields, eventDraft, eventDraftFields } from './calendar-event-drafts.models.js';
import { calendarEvent, calendarEventOutcome } from './calendar-events.models.js';
import { remoteId } from './remote-id.models.js';

// A provider has twelve seconds for a call, and a change is a reading and a writing.
const deadlineMs = 25_000;
const batchDeadlineMs = 60_000;

const id = z.uuid();
const calendar_id = remoteId.default('primary').describe("`primary`, which is the account's main calendar, or the id of any of its calendars.");
const event_id = remoteId;
const idempotency_key = z
  .string()
  .min(1)
  .max(200)
  .optional()
  .describe('The same key never makes two events: the one that is there already is answered as it is. Also the header `Idempotency-Key`.');
const moment = z.iso.datetime({ offset: true });

const dayMs = 24 * 60 * 60_000;
/** The longest time that can be asked for at once. Days. */
const rangeDaysMax = 400;
/** As many as Google takes at once; twenty at a time go to Microsoft. */
const operationsMax = 50;

const always = [
  'calendar_not_found',
  'calendar_unknown',
  'calendar_events_unsupported',
  'calendar_access_denied',
  'connection_needs_reauth',
] as const;
const ofProviders = ['rate_limited', 'provider_unavailable', 'deadline_exceeded'] as const;
const ofWriting = ['calendar_read_only', 'calendar_event_refused', 'calendar_event_conflict', 'conference_unsupported'] as const;

/** Events of a calendar that touch a time, as they stand at the provider, in the order in which they begin; series as their occurrences. */
export const listCalendarEvents = defineRequest({
  name: 'calendar.list-events',
  version: 1,
  input: z
    .strictObject({
      id,
      calendar_id,
      from: moment,
      to: moment.describe(`Before this moment; at most ${rangeDaysMax} days after \`from\`.`),
      q: z
        .string()
        .trim()
        .min(1)
        .max(500)
        .regex(/^[^\p{Cc}]*$/u, 'must not contain control characters')
        .optional()
        .describe('Words of the title, the description or the location.'),
      attendee: z.email().max(320).optional().describe('Events that this address is invited to, or organises.'),
      limit: pageQuery.limit,
      cursor: z
        .string()
        .max(8_000)
        .optional()
        .describe('What the previous page of the same question gave as `next_cursor`. A page may be empty and not the last one.'),
    })
    .refine(({ from, to }) => Date.parse(from) < Date.parse(to), { path: ['to'], message: 'must be after from' })
    .refine(({ from, to }) => Date.parse(to) - Date.parse(from) <= rangeDaysMax * dayMs, {
      path: ['to'],
      message: `must be at most ${rangeDaysMax} days after from`,
    }),
  output: pageOf(calendarEvent),
  errors: [...always, ...ofProviders],
  deadlineMs: batchDeadlineMs,
});

/** One event: a single one, a whole series, or an occurrence of one. */
export const getCalendarEvent = defineRequest({
  name: 'calendar.get-event',
  version: 1,
  input: z.strictObject({ id, event_id, calendar_id }),
  output: calendarEvent,
  errors: [...always, 'calendar_event_not_found', ...ofProviders],
  deadlineMs,
});

/** Puts an event into a calendar and invites its guests. */
export const createCalendarEvent = defineRequest({
  name: 'calendar.create-event',
  version: 1,
  input: z.strictObject({ ...eventDraftFields, id, calendar_id, idempotency_key }).check(checkEventTimes),
  output: calendarEvent,
  errors: [...always, ...ofWriting, ...ofProviders],
  deadlineMs,
});

/** Changes the fields that are sent. An occurrence becomes an exception of its series; a series changes in all occurrences that are none. */
export const updateCalendarEvent = defineRequest({
  name: 'calendar.update-event',
  version: 1,
  input: z.strictObject({ ...eventChangeFields, id, event_id, calendar_id }).check(checkEventTimes),
  output: calendarEvent,
  errors: [...always, ...ofWriting, 'calendar_event_not_found', ...ofProviders],
  deadlineMs,
});

/** Deletes an event and tells its guests. An occurrence is taken out of its series; a series goes whole. What is gone already is deleted. */
export const deleteCalendarEvent = defineRequest({
  name: 'calendar.delete-event',
  version: 1,
  input: z.strictObject({ id, event_id, calendar_id }),
  output: z.null(),
  errors: [...always, 'calendar_read_only', ...ofProviders],
  deadlineMs,
});

/** Several writes to one calendar. One that fails takes nothing from the others; `items` are in the order of `operations`. */
export const writeCalendarEvents = defineRequest({
  name: 'calendar.write-events',
  version: 1,
  input: z.strictObject({
    id,
    calendar_id,
    operations: z
      .array(
        z.discriminatedUnion('operation', [
          z.strictObject({ operation: z.literal('create'), idempotency_key, event: eventDraft }),
          z.strictObject({ operation: z.literal('update'), event_id, event: eventChange }),
          z.strictObject({ operation: z.literal('delete'), event_id }),
        ]),
      )
      .min(1)
      .max(operationsMax),
  }),
  output: z.object({ items: z.array(calendarEventOutcome) }),
  errors: [...always, 'calendar_read_only', ...ofProviders],
  deadlineMs: batchDeadlineMs,
});
