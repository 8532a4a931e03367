import { z } from 'zod';
import { defineEvent } from '../definitions/define-event.js';

const data = z.object({
  user_id: z.uuid(),
  booking_id: z.string(),
  connection_id: z.uuid(),
  provider: z.string(),
  calendar_id: z.string(),
  /** The event's id at the provider. */
  event_id: z.string(),
});
const example = {
  user_id: '0198f2a4-0000-7000-8000-000000000001',
  booking_id: 'bk_1042',
  connection_id: '0198f2a4-0000-7000-8000-0000000000c1',
  provider: 'google',
  calendar_id: 'primary',
  event_id: '0698f2a4000070008000000000000001',
};
const ownedByUser = (event: { user_id: string }): string => event.user_id;

/** A booking now stands in the organiser's calendar. */
export const calendarEventCreated = defineEvent({
  type: 'calendar_event_created',
  version: 1,
  audience: 'public',
  producer: 'calendar',
  consumers: [],
  summary: "A booking now stands in the organiser's calendar.",
  data: data.extend({ html_link: z.string().nullable(), join_url: z.string().nullable() }),
  owner: ownedByUser,
  examples: [{ ...example, html_link: 'https://calendar.google.com/event?eid=abc', join_url: 'https://zoom.us/j/85746065' }],
});

/** The calendar event of a booking follows a change: a new time, or a link that came later. */
export const calendarEventUpdated = defineEvent({
  type: 'calendar_event_updated',
  version: 1,
  audience: 'public',
  producer: 'calendar',
  consumers: [],
  summary: 'The calendar event of a booking follows a change: a new time, or a link that came later.',
  data: data.extend({ html_link: z.string().nullable(), join_url: z.string().nullable() }),
  owner: ownedByUser,
  examples: [{ ...example, html_link: null, join_url: 'https://zoom.us/j/85746065' }],
});

/** The calendar event of a cancelled booking is gone. */
export const calendarEventDeleted = defineEvent({
  type: 'calendar_event_deleted',
  version: 1,
  audience: 'public',
  producer: 'calendar',
  consumers: [],
  summary: 'The calendar event of a cancelled booking is gone.',
  data,
  owner: ownedByUser,
  examples: [example],
});

const calendarIds = data.omit({ booking_id: true, event_id: true });
const { booking_id: _booking, event_id: _event, ...calendarExample } = example;

/** What stands in a calendar is not what it was: busy times may be others. */
export const calendarEventsChanged = defineEvent({
  type: 'calendar_events_changed',
  version: 1,
  audience: 'public',
  producer: 'calendar',
  consumers: [],
  summary: 'What stands in a calendar is not what it was: busy times may be others. Told once for each reading that found something.',
  data: calendarIds.extend({
    /** Events that are new or different. */
    changed: z.int(),
    /** Events that are gone. */
    removed: z.int(),
    /** Everything was read: for the first time, or again because the provider could not tell what had changed. */
    is_full: z.boolean(),
  }),
  owner: ownedByUser,
  examples: [{ ...calendarExample, changed: 2, removed: 1, is_full: false }],
});

/** A calendar is no longer read: it failed too often in a row. */
export const calendarSyncDisabled = defineEvent({
  type: 'calendar_sync_disabled',
  version: 1,
  audience: 'public',
  producer: 'calendar',
  consumers: [],
  summary: 'A calendar is no longer read: it failed too often in a row. Its user switches it on again.',
  data: calendarIds.extend({ reason: z.string(), error_count: z.int() }),
  owner: ownedByUser,
  examples: [{ ...calendarExample, reason: 'invalid_response', error_count: 5 }],
});
