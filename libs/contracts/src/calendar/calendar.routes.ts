import { disconnectConnection } from '../auth/auth.requests.js';
import { defineRoute, forPeople } from '../definitions/define-route.js';
import { getCalendarAccount, listCalendarAccounts, updateCalendarAccount } from './calendar.requests.js';

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
    summary: 'Choose the calendar that bookings are written to, or pause the account',
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
] as const;
