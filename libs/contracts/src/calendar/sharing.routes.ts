import { defineRoute, forPeople } from '../definitions/define-route.js';
import { listCalendarShares, revokeCalendarShare, shareCalendar } from './sharing.requests.js';

const tag = 'Calendars';
const acl = '/api/v1/integrations/calendar/:id/calendars/:calendar_id/acl';

/** Paths of who may use a calendar. */
export const sharingRoutes = [
  defineRoute({ method: 'GET', path: acl, request: listCalendarShares, access: forPeople, tag, summary: 'Who may use a calendar' }),
  defineRoute({ method: 'POST', path: acl, request: shareCalendar, access: forPeople, status: 201, tag, summary: 'Let somebody use a calendar' }),
  defineRoute({
    method: 'DELETE',
    path: `${acl}/:share_id`,
    request: revokeCalendarShare,
    access: forPeople,
    status: 204,
    tag,
    summary: 'No longer let somebody use a calendar',
  }),
] as const;
