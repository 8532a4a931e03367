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
