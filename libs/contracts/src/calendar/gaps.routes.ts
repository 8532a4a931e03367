import { defineRoute, forPeople } from '../definitions/define-route.js';
import { getCalendarGap, listCalendarGaps } from './gaps.requests.js';

const tag = 'Calendars';

/** Paths of gap reports. */
export const gapRoutes = [
  defineRoute({
    method: 'GET',
    path: '/api/v1/integrations/calendar/:id/gaps',
    request: listCalendarGaps,
    access: forPeople,
    tag,
    summary: 'Times in which calendars of an account were not read',
  }),
  defineRoute({
    method: 'GET',
    path: '/api/v1/integrations/calendar/:id/gaps/:gap_id',
    request: getCalendarGap,
    access: forPeople,
    tag,
    summary: 'What changed while a calendar was not read, and which bookings collide with it',
  }),
] as const;
