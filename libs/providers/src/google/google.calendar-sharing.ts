import { ProviderError, type AccessToken, type CalendarShare, type CalendarSharingCapability } from '@patchbay/capabilities';
import { pagesOf } from '../_kit/pages.js';
import { noContent } from '../_kit/provider-http.js';
import { googleCalendarSdk, type GoogleCalendarSdk } from './google.calendar-sdk.js';
import { googleAcl, googleAclRule, googleCalendarOwner, googleRoles, toShare } from './google.calendar-sharing.mapping.js';
import type { GoogleApi } from './google.identity.js';

// Google's most. https://developers.google.com/workspace/calendar/api/v3/reference/acl/list
const rulesPerPage = 250;
const listPath = '/calendar/v3/calendars/{calendarId}/acl';

/** Google Calendar v3: who may use calendars. */
export const googleCalendarSharing = (api: GoogleApi): CalendarSharingCapability => {
  const sdk = googleCalendarSdk(api);
  return {
    listShares: (token, calendarId) => listShares(sdk, token, calendarId),
    grant: async (token, calendarId, { email, role }) => {
      const owner = await ownerOf(sdk, token, calendarId);
      // Google writes addresses small, and names the rule after them: one person has one, however often it is inserted.
      const requestBody = { role: googleRoles[role], scope: { type: 'user', value: email.toLowerCase() } };
      const rule = await sdk.call({ token, operation: 'calendar.acl.insert', path: listPath, schema: googleAclRule }, (calendar, options) =>
        calendar.acl.insert({ calendarId, requestBody }, options),
      );
      const share = toShare(rule, owner);
      if (share === null) throw new ProviderError('google', 'invalid_response', { reason: 'unknown_role', outcomeUnknown: true });
      return share;
    },
    revoke: async (token, calendarId, shareId) => {
      try {
        await sdk.call({ token, operation: 'calendar.acl.delete', path: `${listPath}/{ruleId}`, schema: noContent }, (calendar, options) =>
          calendar.acl.delete({ calendarId, ruleId: shareId }, options),
        );
      } catch (error) {
        if (error instanceof ProviderError && error.code === 'not_found') return;
        throw error;
      }
    },
  };
};

const listShares = async (sdk: GoogleCalendarSdk, token: AccessToken, calendarId: string): Promise<readonly CalendarShare[]> => {
  const owner = await ownerOf(sdk, token, calendarId);
  const shares: CalendarShare[] = [];
  const load = (pageToken: string | undefined) =>
    sdk.call({ token, operation: 'calendar.acl.list', path: listPath, schema: googleAcl }, (calendar, options) =>
      calendar.acl.list({ calendarId, maxResults: rulesPerPage, ...(pageToken === undefined ? {} : { pageToken }) }, options),
    );
  for await (const { items } of pagesOf({ provider: 'google', load, next: ({ nextPageToken }) => nextPageToken }))
    shares.push(...items.map((rule) => toShare(rule, owner)).filter((share) => share !== null));
  return shares;
};

const ownerOf = (sdk: GoogleCalendarSdk, token: AccessToken, calendarId: string) =>
  sdk.call(
    { token, operation: 'calendar.calendars.get', path: '/calendar/v3/calendars/{calendarId}', schema: googleCalendarOwner },
    (calendar, options) => calendar.calendars.get({ calendarId }, options),
  );
