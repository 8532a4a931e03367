import { z } from 'zod';
import { defineRequest } from '../definitions/define-request.js';
import { remoteId } from './remote-id.models.js';
import { calendarRoles, calendarShare } from './sharing.models.js';

const place = { id: z.uuid(), calendar_id: remoteId };
const deadlineMs = 25_000;

const errors = [
  'calendar_not_found',
  'calendar_unknown',
  'sharing_unsupported',
  'calendar_access_denied',
  'connection_needs_reauth',
  'rate_limited',
  'provider_unavailable',
  'deadline_exceeded',
] as const;

/** Everybody who may use a calendar. `primary` is the account's main one. */
export const listCalendarShares = defineRequest({
  name: 'calendar.list-shares',
  version: 1,
  input: z.strictObject(place),
  output: z.object({ items: z.array(calendarShare) }),
  errors,
  deadlineMs,
});

/** Lets somebody use a calendar; whoever may already has this role from now on. */
export const shareCalendar = defineRequest({
  name: 'calendar.share',
  version: 1,
  input: z.strictObject({ ...place, email: z.email().max(320), role: z.enum(calendarRoles) }),
  output: calendarShare,
  errors: [...errors, 'calendar_share_refused'],
  deadlineMs,
});

/** No longer lets somebody use a calendar. What is gone already is revoked. */
export const revokeCalendarShare = defineRequest({
  name: 'calendar.revoke-share',
  version: 1,
  input: z.strictObject({ ...place, share_id: remoteId }),
  output: z.null(),
  errors,
  deadlineMs,
});
