import { ProviderError, type CalendarRole, type CalendarShare } from '@patchbay/capabilities';
import { z } from 'zod';

/** @see https://learn.microsoft.com/graph/api/resources/calendarpermission#properties */
export const graphPermission = z.object({
  id: z.string().min(1),
  role: z.string().nullish(),
  isRemovable: z.boolean().nullish(),
  emailAddress: z.object({ address: z.string().nullish(), name: z.string().nullish() }).nullish(),
});

/** Somebody who may use a calendar, as Graph tells it. */
export type GraphPermission = z.output<typeof graphPermission>;

/** @see https://learn.microsoft.com/graph/api/calendar-list-calendarpermissions */
export const graphPermissions = z.object({ value: z.array(graphPermission), '@odata.nextLink': z.string().optional() });

/** Whose a calendar is. */
export const outlookCalendarOwner = z.object({ owner: z.object({ address: z.string().nullish() }).nullish() });

/**
 * What Graph calls a role. Nobody but an owner gives permissions to others.
 *
 * @throws ProviderError `invalid_request` for another owner: Outlook's calendars have one
 */
export const graphRoleOf = (role: CalendarRole): string => {
  if (role === 'owner') throw new ProviderError('outlook', 'invalid_request', { reason: 'role_unsupported' });
  return graphRoles[role];
};

const graphRoles = { free_busy: 'freeBusyRead', reader: 'read', writer: 'write' } as const satisfies Readonly<Record<string, string>>;

/**
 * Titles and places are more than whether somebody is busy. A delegate answers invitations as well; a custom permission may be anything, and reads at
 * the least. https://learn.microsoft.com/graph/api/resources/calendarpermission#calendarroletype-values
 */
const roles: Readonly<Record<string, CalendarRole>> = {
  freeBusyRead: 'free_busy',
  limitedRead: 'reader',
  read: 'reader',
  custom: 'reader',
  write: 'writer',
  delegateWithoutPrivateEventAccess: 'writer',
  delegateWithPrivateEventAccess: 'writer',
};

/** The permission in our words; null for one that allows nothing. What everybody in the organisation may do bears no address: it is told by the owner's domain. */
export const toShare = ({ id, role, isRemovable, emailAddress }: GraphPermission, ownerAddress: string): CalendarShare | null => {
  const known = roles[role ?? 'none'];
  if (known === undefined) return null;
  const { address, name } = emailAddress ?? {};
  const shared = {
    id,
    name: typeof name === 'string' && name !== '' && name !== address ? name : null,
    role: known,
    isRemovable: isRemovable !== false,
  };
  if (typeof address === 'string' && address !== '') return { ...shared, kind: 'user', email: address };
  return { ...shared, kind: 'domain', email: ownerAddress.slice(ownerAddress.lastIndexOf('@') + 1) };
};
