import { randomUUID } from 'node:crypto';
import type { FakeResponse } from '../_kit/fake.js';
import { jsonAnswer } from '../_kit/fake-http.js';

/** What the token endpoint says when it refuses. */
export interface LoginRefusal {
  readonly status: number;
  readonly error: string;
  /** The number behind `AADSTS`. */
  readonly code: number;
  readonly message: string;
  readonly suberror?: string;
}

/** @see https://learn.microsoft.com/entra/identity-platform/reference-error-codes#handling-error-codes-in-your-application */
export const loginError = ({ status, error, code, message, suberror }: LoginRefusal, now: Date): FakeResponse => {
  const [traceId, correlationId] = [randomUUID(), randomUUID()];
  const timestamp = `${now.toISOString().slice(0, 19).replace('T', ' ')}Z`;
  return jsonAnswer(status, {
    error,
    error_description: `AADSTS${code}: ${message} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
    error_codes: [code],
    timestamp,
    trace_id: traceId,
    correlation_id: correlationId,
    error_uri: `https://login.microsoftonline.com/error?code=${code}`,
    ...(suberror === undefined ? {} : { suberror }),
  });
};

/** The refusals that follow from the state of codes, tokens and people. */
export const loginRefusals = {
  invalid_client: {
    status: 401,
    error: 'invalid_client',
    code: 7000215,
    message: 'Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID.',
  },
  code_invalid: {
    status: 400,
    error: 'invalid_grant',
    code: 70008,
    message: 'The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request.',
  },
  redirect_uri_mismatch: {
    status: 401,
    error: 'invalid_client',
    code: 500112,
    message: 'The reply address does not match the reply address provided when requesting Authorization code.',
  },
  verifier_missing: {
    status: 400,
    error: 'invalid_grant',
    code: 50148,
    message: 'The code_verifier does not match the code_challenge supplied in the authorization request for PKCE.',
  },
  verifier_invalid: {
    status: 400,
    error: 'invalid_grant',
    code: 501481,
    message: 'The Code_Verifier does not match the code_challenge supplied in the authorization request.',
  },
  refresh_token_invalid: {
    status: 400,
    error: 'invalid_grant',
    code: 50173,
    message:
      'The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password.',
    suberror: 'bad_token',
  },
  interaction_required: {
    status: 400,
    error: 'interaction_required',
    code: 50076,
    message: 'Due to a configuration change made by your administrator, you must use multi-factor authentication.',
    suberror: 'basic_action',
  },
  unsupported_grant_type: {
    status: 400,
    error: 'unsupported_grant_type',
    code: 70003,
    message: 'The app requested an unsupported grant type.',
  },
} as const satisfies Readonly<Record<string, LoginRefusal>>;

/** The error body of Microsoft Graph. @see https://learn.microsoft.com/graph/errors#error-resource-type */
export const graphError = (status: number, code: string, message: string): FakeResponse =>
  jsonAnswer(status, {
    error: {
      code,
      message,
      innerError: { date: new Date().toISOString().slice(0, 19), 'request-id': randomUUID(), 'client-request-id': randomUUID() },
    },
  });

/** More than Outlook takes of one app for one mailbox. https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits */
export const graphThrottled = (waitSeconds: number): FakeResponse => {
  const answer = graphError(429, 'ApplicationThrottled', 'Application is over its MailboxConcurrency limit.');
  return { ...answer, headers: { ...answer.headers, 'retry-after': String(waitSeconds) } };
};

/** A token that is expired, revoked or none of Microsoft's. */
export const graphUnauthorized = (status: 'expired' | 'unknown'): FakeResponse => {
  const message = status === 'expired' ? 'Access token has expired or is not yet valid.' : 'CompactToken parsing failed with error code: 80049217';
  const answer = graphError(401, 'InvalidAuthenticationToken', message);
  const challenge = 'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize"';
  return { ...answer, headers: { ...answer.headers, 'www-authenticate': challenge } };
};

/** A failure that comes over Microsoft by itself. @see https://learn.microsoft.com/graph/throttling#sample-response */
export const graphSuddenFailure = (status: number, retryAfter: string | null): FakeResponse => {
  const answer = status === 401 ? graphUnauthorized('unknown') : graphError(status, codes[status] ?? 'generalException', 'Please retry again later.');
  return retryAfter === null ? answer : { ...answer, headers: { ...answer.headers, 'retry-after': retryAfter } };
};

const codes: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  403: 'accessDenied',
  404: 'ResourceNotFound',
  409: 'nameAlreadyExists',
  410: 'resyncRequired',
  429: 'TooManyRequests',
  503: 'serviceNotAvailable',
};
