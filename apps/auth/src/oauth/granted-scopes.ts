/** Scopes that were needed and not granted: on some consent pages a user can untick single ones. */
export const missingScopes = (needed: readonly string[], granted: readonly string[]): readonly string[] =>
  needed.filter((scope) => !granted.includes(scope));
