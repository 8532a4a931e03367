import type { CalendarRole, CalendarShare } from '@patchbay/capabilities';
import { z } from 'zod';

/** @see https://developers.google.com/workspace/calendar/api/v3/reference/acl#resource */
export const googleAclRule = z.object({
  id: z.string().min(1),
  role: z.string(),
  scope: z.object({ type: z.string(), value: z.string().optional() }),
});

/** One page of the people who may use a calendar. */
export const googleAcl = z.object({ items: z.array(googleAclRule).default([]), nextPageToken: z.string().optional() });

/** Whose a calendar is: itself, and for one beside the main one the account that it was made by. */
export const googleCalendarOwner = z.object({ id: z.string().min(1), dataOwner: z.string().optional() });

/** What a role is called at Google. */
export const googleRoles: Readonly<Record<CalendarRole, string>> = {
  free_busy: 'freeBusyReader',
  reader: 'reader',
  writer: 'writer',
  owner: 'owner',
};

const roles: Readonly<Record<string, CalendarRole>> = {
  freeBusyReader: 'free_busy',
  reader: 'reader',
  writerWithoutPrivateAccess: 'writer',
  writer: 'writer',
  owner: 'owner',
};

const kinds: Readonly<Record<string, CalendarShare['kind']>> = { user: 'user', group: 'group', domain: 'domain', default: 'everyone' };

/** The permission in our words; null for a rule that gives none. */
export const toShare = (
  { id, role, scope }: z.output<typeof googleAclRule>,
  { id: calendarId, dataOwner }: z.output<typeof googleCalendarOwner>,
): CalendarShare | null => {
  const [known, kind] = [roles[role], kinds[scope.type]];
  if (known === undefined || kind === undefined) return null;
  const email = kind === 'everyone' ? null : (scope.value ?? null);
  const isOwn = known === 'owner' && email !== null && [calendarId, dataOwner].includes(email);
  return { id, kind, email, name: null, role: known, isRemovable: !isOwn };
};
