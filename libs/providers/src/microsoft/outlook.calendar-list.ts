import type { AccessToken, RemoteCalendar } from '@patchbay/capabilities';
import { pagesOf } from '../_kit/pages.js';
import type { ProviderHttp } from '../_kit/provider-http.js';
import { queryOfLink } from './outlook.calendar-cursor.js';
import { graphCalendars, toRemoteCalendars } from './outlook.calendar-reading.mapping.js';

/** Sent with every request, for Graph does not keep them in its links. Ids that outlive a move to another folder, and times in one zone. */
export const outlookPreferences = ['IdType="ImmutableId"', 'outlook.timezone="UTC"', 'outlook.body-content-type="text"'].join(', ');

const calendarsPerPage = 100;

/** All calendars of an account, those that others have shared as well, the default one first. https://learn.microsoft.com/graph/api/user-list-calendars */
export const listOutlookCalendars = async (http: ProviderHttp, token: AccessToken): Promise<readonly RemoteCalendar[]> => {
  const calendars: RemoteCalendar[] = [];
  const load = (link: string | undefined) =>
    http.call({
      method: 'GET',
      operation: 'calendars.list',
      path: '/me/calendars',
      query: link === undefined ? { $top: String(calendarsPerPage), $select: 'id,name,isDefaultCalendar,canEdit' } : queryOfLink(link),
      headers: { prefer: outlookPreferences },
      token,
      schema: graphCalendars,
    });
  for await (const page of pagesOf({ provider: 'outlook', load, next: (found) => found['@odata.nextLink'] }))
    calendars.push(...toRemoteCalendars(page));
  return calendars.toSorted((one, other) => Number(other.isPrimary) - Number(one.isPrimary));
};
