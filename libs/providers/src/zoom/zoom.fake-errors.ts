import type { FakeResponse } from '../_kit/fake.js';
import { jsonAnswer } from '../_kit/fake-http.js';

/** The error body of Zoom's REST API. @see https://developers.zoom.us/docs/api/errors/ */
const zoomError = (status: number, code: number, message: string): FakeResponse => jsonAnswer(status, { code, message });

/** The error body of Zoom's token endpoint, which has a `reason` where the standard has a description. */
export const zoomOAuthError = (status: number, error: string, reason: string): FakeResponse => jsonAnswer(status, { reason, error });

/** The failures of the API that follow from its state. */
export const zoomFailures = {
  invalidToken: () => zoomError(401, 124, 'Invalid access token.'),
  expiredToken: () => zoomError(401, 124, 'Access token is expired.'),
  scopeMissing: (scopes: readonly string[]) => zoomError(400, 4711, `Invalid access token, does not contain scopes:[${scopes.join(', ')}].`),
  meetingMissing: (id: string) => zoomError(404, 3001, `Meeting does not exist: ${id}.`),
  userMissing: (id: string) => zoomError(404, 1001, `User does not exist: ${id}.`),
  notYourMeeting: () => zoomError(400, 3000, 'Cannot access meeting information.'),
  validation: (errors: readonly { readonly field: string; readonly message: string }[]) =>
    jsonAnswer(400, { code: 300, message: 'Validation Failed.', errors }),
  unrecognised: () => zoomError(404, 2300, 'This API endpoint is not recognized.'),
} as const;

/** 429 in both of Zoom's kinds. @see https://developers.zoom.us/docs/api/rate-limits/ */
export const zoomRateLimited = (kind: 'per_second' | 'daily', retryAfter: string | null): FakeResponse => {
  const isDaily = kind === 'daily';
  const message = isDaily
    ? 'You have exceeded the daily rate limit (100) of Meeting Create/Update API requests permitted for this particular user.'
    : 'You have reached the maximum per-second rate limit for this API. Try again later.';
  return jsonAnswer(
    429,
    { code: 429, message },
    {
      'x-ratelimit-category': 'Light',
      'x-ratelimit-type': isDaily ? 'Daily-limit' : 'Per-second-limit',
      'x-ratelimit-limit': isDaily ? '100' : '30',
      'x-ratelimit-remaining': '0',
      ...(retryAfter === null ? {} : { 'retry-after': retryAfter }),
    },
  );
};

/** A failure that comes over Zoom by itself. */
export const zoomSuddenFailure = (status: number, retryAfter: string | null): FakeResponse => {
  if (status === 401) return zoomFailures.invalidToken();
  if (status === 429) return zoomRateLimited('per_second', retryAfter);
  const answer = zoomError(status, sudden[status]?.code ?? status, sudden[status]?.message ?? 'Internal Server Error.');
  return retryAfter === null ? answer : { ...answer, headers: { ...answer.headers, 'retry-after': retryAfter } };
};

const sudden: Readonly<Record<number, { readonly code: number; readonly message: string }>> = {
  400: { code: 300, message: 'Bad Request.' },
  403: { code: 403, message: 'Forbidden.' },
  404: { code: 3001, message: 'Meeting does not exist.' },
  409: { code: 409, message: 'Conflict.' },
  410: { code: 410, message: 'Gone.' },
  500: { code: 500, message: 'Internal Server Error.' },
  503: { code: 503, message: 'Service Unavailable.' },
};
