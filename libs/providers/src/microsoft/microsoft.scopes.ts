/** What each permission of Microsoft Graph that we ask for allows. https://learn.microsoft.com/graph/permissions-reference */
export const microsoftScopeMeanings = {
  openid: 'know who you are',
  profile: 'see your name',
  email: 'see your e-mail address',
  offline_access: 'keep this access while you are away',
  'User.Read': 'see your name and e-mail address',
  'Calendars.ReadWrite': 'see and change events in your calendars',
  'OnlineMeetings.ReadWrite': 'make, see and change your Teams meetings',
  'Files.Read': 'see and read your files',
} as const satisfies Readonly<Record<string, string>>;

/** Why nobody is told that one of these is missing: they change what else is answered, not what the access token may do. */
export const unlistedScopes = ['openid', 'profile', 'email', 'offline_access'] as const;

/**
 * A permission without the resource it belongs to: `https://graph.microsoft.com/User.Read` and `User.Read` are the same one.
 * https://learn.microsoft.com/entra/identity-platform/scopes-oidc
 */
export const withoutResource = (scope: string): string => scope.replace(/^https:\/\/[a-z.-]*graph[a-z.-]*\//, '');
