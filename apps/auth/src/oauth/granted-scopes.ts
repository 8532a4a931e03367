/** Scopes that were asked for and not granted: on some consent pages a user can untick single ones. */
export const missingScopes = (asked: readonly string[], granted: readonly string[]): readonly string[] =>
  asked.filter((scope) => !granted.includes(scope));

/** A scope as people would say it: `https://www.googleapis.com/auth/calendar.events` is `calendar events`, `meeting:write` is `meeting write`. */
export const scopeInWords = (scope: string): string => (scope.split('/').at(-1) ?? scope).replaceAll(/[.:_-]+/g, ' ').trim();
