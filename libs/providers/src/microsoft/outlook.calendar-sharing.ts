import { ProviderError, type AccessToken, type CalendarRole, type CalendarShare, type CalendarSharingCapability } from '@patchbay/capabilities';
import { pagesOf } from '../_kit/pages.js';
import { noContent, type ProviderHttp } from '../_kit/provider-http.js';
import { queryOfLink } from './outlook.calendar-cursor.js';
import { outlookPreferences } from './outlook.calendar-list.js';
import {
  graphPermission,
  graphPermissions,
  graphRoleOf,
  outlookCalendarOwner,
  toShare,
  type GraphPermission,
} from './outlook.calendar-sharing.mapping.js';

/** Who may use Outlook's calendars. https://learn.microsoft.com/graph/api/resources/calendarpermission */
export const outlookCalendarSharing = (http: ProviderHttp): CalendarSharingCapability => ({
  listShares: async (token, calendarId) => {
    const place = { http, token, calendarId };
    const [owner, permissions] = [await readOwner(place), await readPermissions(place)];
    return permissions.flatMap((permission) => toShare(permission, owner) ?? []);
  },
  grant: (token, calendarId, share) => grant({ http, token, calendarId }, share),
  revoke: async (token, calendarId, permissionId) => {
    const params = { calendarId, permissionId };
    try {
      await http.call({ method: 'DELETE', operation: 'calendarPermissions.delete', path: permissionPath, params, headers, token, schema: noContent });
    } catch (error) {
      if (error instanceof ProviderError && error.code === 'not_found') return;
      throw error;
    }
  },
});

interface SharingPlace {
  readonly http: ProviderHttp;
  readonly token: AccessToken;
  readonly calendarId: string;
}

const permissionsPath = '/me/calendars/{calendarId}/calendarPermissions';
const permissionPath = `${permissionsPath}/{permissionId}`;
const permissionsPerPage = 100;
const headers = { prefer: outlookPreferences };

/** The address of whoever the calendar belongs to: colleagues are in the same domain. */
const readOwner = async ({ http, token, calendarId }: SharingPlace): Promise<string> => {
  const { owner } = await http.call({
    method: 'GET',
    operation: 'calendars.read',
    path: '/me/calendars/{calendarId}',
    params: { calendarId },
    query: { $select: 'owner' },
    headers,
    token,
    schema: outlookCalendarOwner,
  });
  return owner?.address ?? '';
};

const readPermissions = async ({ http, token, calendarId }: SharingPlace): Promise<readonly GraphPermission[]> => {
  const permissions: GraphPermission[] = [];
  const load = (link: string | undefined) =>
    http.call({
      method: 'GET',
      operation: 'calendarPermissions.list',
      path: permissionsPath,
      params: { calendarId },
      query: link === undefined ? { $top: String(permissionsPerPage) } : queryOfLink(link),
      headers,
      token,
      schema: graphPermissions,
    });
  for await (const page of pagesOf({ provider: 'outlook', load, next: (found) => found['@odata.nextLink'] })) permissions.push(...page.value);
  return permissions;
};

interface WantedShare {
  readonly email: string;
  readonly role: CalendarRole;
}

/** Graph refuses somebody a second permission, also when the first was given a moment ago and its answer lost. */
const grant = async (place: SharingPlace, wanted: WantedShare): Promise<CalendarShare> => {
  const owner = await readOwner(place);
  const known = await findPermission(place, wanted.email);
  if (known !== null) return toGranted(await bringTo(place, known, wanted), owner);
  try {
    return toGranted(await post(place, wanted, owner), owner);
  } catch (error) {
    if (!(error instanceof ProviderError) || (error.code !== 'invalid_request' && error.code !== 'conflict')) throw error;
    const made = await findPermission(place, wanted.email);
    if (made === null) throw error;
    return toGranted(await bringTo(place, made, wanted), owner);
  }
};

const toGranted = (permission: GraphPermission, owner: string): CalendarShare => {
  const share = toShare(permission, owner);
  if (share === null) throw new ProviderError('outlook', 'invalid_response', { reason: 'no_role_given', outcomeUnknown: true });
  return share;
};

const findPermission = async (place: SharingPlace, email: string): Promise<GraphPermission | null> =>
  (await readPermissions(place)).find(({ emailAddress }) => emailAddress?.address?.toLowerCase() === email.toLowerCase()) ?? null;

const bringTo = async ({ http, token, calendarId }: SharingPlace, known: GraphPermission, { role }: WantedShare): Promise<GraphPermission> => {
  const graphRole = graphRoleOf(role);
  if (known.role === graphRole) return known;
  return http.call({
    method: 'PATCH',
    operation: 'calendarPermissions.update',
    path: permissionPath,
    params: { calendarId, permissionId: known.id },
    headers,
    token,
    body: { role: graphRole },
    schema: graphPermission,
  });
};

const post = ({ http, token, calendarId }: SharingPlace, { email, role }: WantedShare, owner: string): Promise<GraphPermission> => {
  const isInsideOrganization = domainOf(email) === domainOf(owner);
  return http.call({
    method: 'POST',
    operation: 'calendarPermissions.create',
    path: permissionsPath,
    params: { calendarId },
    headers,
    token,
    body: { emailAddress: { address: email, name: email }, role: graphRoleOf(role), isInsideOrganization, isRemovable: true },
    schema: graphPermission,
    // A second one is refused, and the first one found.
    idempotent: true,
  });
};

const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1).toLowerCase();
