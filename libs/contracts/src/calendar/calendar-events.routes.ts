import { defineRoute, forPeople } from '../definitions/define-route.js';
import {
  createCalendarEvent,
  deleteCalendarEvent,
  getCalendarEvent,
  listCalendarEvents,
  updateCalendarEvent,
  writeCalendarEvents,
} from './calendar-events.requests.js';

const tag = 'Calendars';
const events = '/api/v1/integrations/calendar/:id/events';

/** Paths of the events in the calendars of an account. */
export const calendarEventsRoutes = [
  defineRoute({
    method: 'GET',
    path: events,
    request: listCalendarEvents,
    access: forPeople,
    tag,
    summary: 'Events of a calendar between two moments, as they stand at the provider',
  }),
  defineRoute({
    method: 'POST',
    path: events,
    request: createCalendarEvent,
    access: forPeople,
    status: 201,
    headers: { 'idempotency-key': 'idempotency_key' },
    tag,
    summary: 'Put an event, or a series, into a calendar',
  }),
  defineRoute({
    method: 'POST',
    path: `${events}/batch`,
    request: writeCalendarEvents,
    access: forPeople,
    tag,
    summary: 'Create, change and delete several events of a calendar',
  }),
  defineRoute({
    method: 'GET',
    path: `${events}/:event_id`,
    request: getCalendarEvent,
    access: forPeople,
    tag,
    summary: 'An event, a series, or an occurrence',
  }),
  defineRoute({
    method: 'PATCH',
    path: `${events}/:event_id`,
    request: updateCalendarEvent,
    access: forPeople,
    readOnlyKeys: ['id', 'status', 'organizer', 'series_id', 'original_start', 'html_link', 'version'],
    tag,
    summary: 'Change an event, a series, or one occurrence of it',
  }),
  defineRoute({
    method: 'DELETE',
    path: `${events}/:event_id`,
    request: deleteCalendarEvent,
    access: forPeople,
    status: 204,
    tag,
    summary: 'Delete an event, a series, or one occurrence of it',
  }),
] as const;
