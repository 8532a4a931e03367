import type { AnswerCookie } from '../definitions/define-route.js';

/** Holds the access token. */
export const accessCookie = { name: 'patchbay_access', path: '/' } as const;
/** Holds the refresh token; travels to the paths of sessions only. */
export const refreshCookie = { name: 'patchbay_refresh', path: '/api/v1/auth' } as const;
/** Ties a sign-in that is under way to the browser that began it. https://www.rfc-editor.org/rfc/rfc9700#section-4.7 */
export const flowCookie = { name: 'patchbay_flow', path: '/api' } as const;

/** What a sign-in or a refresh leaves with the browser. */
export const sessionCookies: readonly AnswerCookie[] = [
  { ...accessCookie, key: 'access_token', maxAge: 'expires_in' },
  { ...refreshCookie, key: 'refresh_token', maxAge: 'refresh_expires_in' },
];
