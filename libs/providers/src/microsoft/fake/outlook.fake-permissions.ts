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
