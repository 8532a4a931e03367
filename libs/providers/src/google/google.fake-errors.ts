import type { FakeResponse } from '../_kit/fake.js';
import { jsonAnswer } from '../_kit/fake-http.js';

interface GoogleFailure {
  readonly status: number;
  readonly reason: string;
  readonly message: string;
  readonly domain?: string;
  readonly location?: { readonly location: string; readonly locationType: 'header' | 'parameter' };
}

/** The error body of Google's Calendar API. @see https://developers.google.com/workspace/calendar/api/guides/errors */
const googleError = ({
  status,
  reason,
  message,
  domain = 'global',
  location = undefined,
}: GoogleFailure & { location?: GoogleFailure['location'] | undefined }): FakeResponse =>
  jsonAnswer(status, { error: { errors: [{ domain, reason, message, ...location }], code: status, message } });

/** The error body of Google's token endpoint, RFC 6749 section 5.2. */
export const googleOAuthError = (status: number, error: string, description: string): FakeResponse =>
  jsonAnswer(status, { error, error_description: description });

const credentialsHint =
  'Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.';

/** No token, an expired one or one of a revoked grant: Google does not say which. */
export const googleUnauthorized = (): FakeResponse =>
  jsonAnswer(
    401,
    {
      error: {
        code: 401,
        message: `Request had invalid authentication credentials. ${credentialsHint}`,
        errors: [{ message: 'Invalid Credentials', domain: 'global', reason: 'authError', location: 'Authorization', locationType: 'header' }],
        status: 'UNAUTHENTICATED',
      },
    },
    { 'www-authenticate': 'Bearer realm="https://accounts.google.com/", error="invalid_token"' },
  );

/** The same at the user info of OpenID Connect, which speaks its own way. */
export const googleUserInfoRefusal = (): FakeResponse => googleOAuthError(401, 'invalid_request', 'Invalid Credentials');

/** The grant does not cover this call. */
export const googleScopeMissing = (): FakeResponse =>
  jsonAnswer(
    403,
    {
      error: {
        code: 403,
        message: 'Request had insufficient authentication scopes.',
        errors: [{ message: 'Insufficient Permission', domain: 'global', reason: 'insufficientPermissions' }],
        status: 'PERMISSION_DENIED',
        details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT', domain: 'googleapis.com' }],
      },
    },
    { 'www-authenticate': 'Bearer realm="https://accounts.google.com/", error="insufficient_scope"' },
  );

/** The failures of Google's APIs that follow from its state. */
export const googleFailures = {
  notFound: () => googleError({ status: 404, reason: 'notFound', message: 'Not Found' }),
  duplicate: () => googleError({ status: 409, reason: 'duplicate', message: 'The requested identifier already exists.' }),
  deleted: () => googleError({ status: 410, reason: 'deleted', message: 'Resource has been deleted' }),
  fullSyncRequired: () =>
    googleError({
      status: 410,
      reason: 'fullSyncRequired',
      message: 'Sync token is no longer valid, a full sync is required.',
      location: { location: 'syncToken', locationType: 'parameter' },
    }),
  invalid: (message: string) => googleError({ status: 400, reason: 'invalid', message }),
  required: (message: string) => googleError({ status: 400, reason: 'required', message }),
  missingParameter: (message: string) => googleError({ status: 400, reason: 'missingRequiredParameter', message, domain: 'youtube.parameter' }),
  parseError: () => googleError({ status: 400, reason: 'parseError', message: 'Parse Error' }),
  timeRangeEmpty: () => googleError({ status: 400, reason: 'timeRangeEmpty', message: 'The specified time range is empty.', domain: 'calendar' }),
  conditionNotMet: () =>
    googleError({
      status: 412,
      reason: 'conditionNotMet',
      message: 'Precondition Failed',
      location: { location: 'If-Match', locationType: 'header' },
    }),
  notWatchable: () =>
    googleError({
      status: 400,
      reason: 'pushNotSupportedForRequestedResource',
      message: 'Push notifications are not supported by this resource.',
      domain: 'calendar',
    }),
  notHttps: (address: string) =>
    googleError({ status: 400, reason: 'push.webhookUrlNotHttps', message: `WebHook callback must be HTTPS: ${address}` }),
  // Although nothing is wrong with the token. https://stackoverflow.com/questions/40156523
  addressRefused: (address: string) =>
    googleError({ status: 401, reason: 'push.webhookUrlUnauthorized', message: `Unauthorized WebHook callback channel: ${address}` }),
  channelIdNotUnique: (id: string) => googleError({ status: 400, reason: 'channelIdNotUnique', message: `Channel id ${id} not unique` }),
  channelNotFound: (id: string) => googleError({ status: 404, reason: 'notFound', message: `Channel '${id}' not found for project '1014160490159'` }),
  quotaExceeded: () => googleError({ status: 403, reason: 'rateLimitExceeded', message: 'Rate Limit Exceeded', domain: 'usageLimits' }),
  ownAcl: () => googleError({ status: 403, reason: 'cannotChangeOwnAcl', message: 'Cannot change your own access level.', domain: 'calendar' }),
  readOnly: () =>
    googleError({ status: 403, reason: 'requiredAccessLevel', message: 'You need to have writer access to this calendar.', domain: 'calendar' }),
} as const;

const sudden: Readonly<Record<number, Omit<GoogleFailure, 'status'>>> = {
  400: { reason: 'badRequest', message: 'Bad Request' },
  403: { reason: 'rateLimitExceeded', message: 'Rate Limit Exceeded', domain: 'usageLimits' },
  404: { reason: 'notFound', message: 'Not Found' },
  409: { reason: 'duplicate', message: 'The requested identifier already exists.' },
  410: { reason: 'deleted', message: 'Resource has been deleted' },
  412: { reason: 'conditionNotMet', message: 'Precondition Failed' },
  429: { reason: 'rateLimitExceeded', message: 'Rate Limit Exceeded', domain: 'usageLimits' },
  500: { reason: 'backendError', message: 'Backend Error' },
  503: { reason: 'backendError', message: 'Service Unavailable' },
};

/** A failure that comes over Google by itself. */
export const googleSuddenFailure = (status: number, retryAfter: string | null): FakeResponse => {
  if (status === 401) return googleUnauthorized();
  const answer = googleError({ status, ...(sudden[status] ?? { reason: 'backendError', message: 'Backend Error' }) });
  return retryAfter === null ? answer : { ...answer, headers: { ...answer.headers, 'retry-after': retryAfter } };
};
