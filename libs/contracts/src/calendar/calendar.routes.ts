import { disconnectConnection } from '../auth/auth.requests.js';
import { defineRoute, forEveryone, forPeople } from '../definitions/define-route.js';
import {
  forceCalendarSync,
  getBusyTimes,
  getCalendarAccount,
  getSyncTask,
  listCalendarAccounts,
  listSyncRuns,
  refreshCalendarAccount,
  updateCalendarAccount,
} from './calendar.requests.js';

const tag = 'Calendars';

/** Paths of calendar accounts. */
export const calendarRoutes = [
  defineRoute({
    method: 'GET',
    path: '/api/v1/integrations/calendar',
    request: listCalendarAccounts,
    access: forPeople,
    tag,
    summary: 'Calendar accounts',
  }),
  defineRoute({
    method: 'GET',
    path: '/api/v1/integrations/calendar/:id',
    request: getCalendarAccount,
    access: forPeople,
    tag,
    summary: 'A calendar account and its calendars',
  }),
  defineRoute({
    method: 'PATCH',
    path: '/api/v1/integrations/calendar/:id',
    request: updateCalendarAccount,
    access: forPeople,
    tag,
    summary: 'Choose the calendar that bookings are written to, which calendars are read and what they mean, or pause the account',
  }),
  defineRoute({
    method: 'DELETE',
    path: '/api/v1/integrations/calendar/:id',
    request: disconnectConnection,
    access: forPeople,
    status: 204,
    tag,
    summary: 'Disconnect a calendar account',
  }),
  defineRoute({
    method: 'GET',
    path: '/api/v1/integrations/calendar/busy',
    request: getBusyTimes,
    access: forEveryone,
    tag,
    summary: 'Busy times over all calendars of a user, or of several, and whether they can be booked on',
  }),
  defineRoute({
    method: 'POST',
    path: '/api/v1/integrations/calendar/:id/refresh',
    request: refreshCalendarAccount,
    access: forPeople,
    status: 202,
    tag,
    summary: 'Read now what has changed',
  }),
  defineRoute({
    method: 'POST',
    path: '/api/v1/integrations/calendar/:id/force-sync',
    request: forceCalendarSync,
    access: forPeople,
    status: 202,
    tag,
    summary: 'Read everything anew',
  }),
  defineRoute({
    method: 'GET',
    path: '/api/v1/integrations/calendar/:id/syncs',
    request: listSyncRuns,
    access: forPeople,
    tag,
    summary: 'Readings of the calendars of an account',
  }),
  defineRoute({
    method: 'GET',
    path: '/api/v1/integrations/tasks/:task_id',
    request: getSyncTask,
    access: forPeople,
    liveWhile: ['queued', 'running'],
    tag,
    summary: 'How far a task is',
  }),
] as const;
