import { createHash } from 'node:crypto';
import type { StoredCalendar } from './outlook.fake-calendars.js';

/** What others may do, in Graph's words. https://learn.microsoft.com/graph/api/resources/calendarpermission#calendarroletype-values */
export const calendarRoles = [
  'none',
  'freeBusyRead',
  'limitedRead',
  'read',
  'write',
  'delegateWithoutPrivateEventAccess',
  'delegateWithPrivateEventAccess',
] as const;

/** Somebody who may use a calendar. */
export interface StoredPermission {
  readonly id: string;
  /** Null for everybody in the organisation. */
  readonly address: string | null;
  readonly name: string;
  readonly role: (typeof calendarRoles)[number];
  readonly isInsideOrganization: boolean;
}

/** What everybody in the organisation may do, which nobody can take away but make less of. */
export const organization = (isDefault: boolean): [string, StoredPermission] => {
  const id = 'RGVmYXVsdA==';
  return [id, { id, address: null, name: 'My Organization', role: isDefault ? 'freeBusyRead' : 'none', isInsideOrganization: true }];
};

const readers: readonly string[] = ['read', 'write', 'delegateWithoutPrivateEventAccess', 'delegateWithPrivateEventAccess'];

/** A calendar as the account lists it that it was shared with: under another id, with the same events. */
export const sharedWith = (calendar: StoredCalendar, email: string): readonly StoredCalendar[] => {
  const permission = [...calendar.permissions.values()].find(({ address }) => address?.toLowerCase() === email.toLowerCase());
  if (permission === undefined || !readers.includes(permission.role)) return [];
  return [
    {
      ...calendar,
      id: `AAMkShr${createHash('sha256').update(`${calendar.id} ${email}`).digest('base64url')}=`,
      email,
      name: calendar.owner.name,
      isDefault: false,
      canEdit: permission.role !== 'read',
      get revision() {
        return calendar.revision;
      },
      set revision(value) {
        calendar.revision = value;
      },
    },
  ];
};
