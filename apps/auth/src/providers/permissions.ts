import type { OAuthCapability } from '@patchbay/capabilities';

interface Described {
  readonly capabilities: { readonly oauth?: Pick<OAuthCapability, 'scopeMeanings'> };
}

/** Scopes as people would say them, each once. A scope that nobody described is spelled out. */
export function permissionsInWords(provider: Described | undefined, scopes: readonly string[]): readonly string[] {
  const meanings = provider?.capabilities.oauth?.scopeMeanings ?? {};
  return [...new Set(scopes.map((scope) => meanings[scope] ?? scopeSpelledOut(scope)))];
}

/** `https://www.googleapis.com/auth/calendar.events` is `calendar events`, `meeting:write` is `meeting write`. */
export const scopeSpelledOut = (scope: string): string => (scope.split('/').at(-1) ?? scope).replaceAll(/[.:_-]+/g, ' ').trim();
