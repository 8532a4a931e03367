import { randomBytes } from 'node:crypto';
import type { FakeResponse } from '../_kit/fake.js';
import { jsonAnswer } from '../_kit/fake-http.js';

interface GraphFailure {
  readonly message: string;
  readonly type?: string;
  readonly code: number;
  readonly error_subcode?: number;
}

/** The error body of graph.instagram.com. @see https://developers.facebook.com/docs/graph-api/guides/error-handling/ */
const graphError = (status: number, failure: GraphFailure): FakeResponse =>
  jsonAnswer(status, { error: { type: 'OAuthException', ...failure, fbtrace_id: `A${randomBytes(16).toString('base64url')}` } });

/** The error body of api.instagram.com, which is older. */
export const loginError = (message: string): FakeResponse => jsonAnswer(400, { error_type: 'OAuthException', code: 400, error_message: message });

/** The failures of the Graph API that follow from its state. */
export const graphFailures = {
  expired: () => graphError(400, { message: 'Error validating access token: Session has expired.', code: 190, error_subcode: 463 }),
  unknown: () => graphError(400, { message: 'Invalid OAuth access token - Cannot parse access token', code: 190 }),
  wrongSecret: () => graphError(400, { message: 'Error validating client secret.', code: 1 }),
  notShortLived: () =>
    graphError(400, {
      message: 'Session key invalid. This could be because the session key has an incorrect format, or because the user has revoked this session',
      code: 452,
    }),
  tooYoung: () => graphError(400, { message: 'The access token is less than 24 hours old', type: 'IGApiException', code: 100 }),
  notLongLived: () => graphError(400, { message: 'The access token is not a long-lived one', type: 'IGApiException', code: 100 }),
  wrongGrantType: () => graphError(400, { message: 'Invalid parameter: grant_type', type: 'IGApiException', code: 100 }),
  wrongMethod: (method: string) =>
    graphError(400, { message: `Unsupported request - method type: ${method.toLowerCase()}`, type: 'IGApiException', code: 100 }),
  noSuchField: (field: string) =>
    graphError(400, { message: `(#100) Tried accessing nonexisting field (${field}) on node type (IGUser)`, code: 100 }),
  notAllowed: () => graphError(403, { message: '(#10) Application does not have permission for this action', code: 10 }),
  notFound: () =>
    graphError(400, { message: 'Unsupported get request. Object does not exist', type: 'IGApiException', code: 100, error_subcode: 33 }),
} as const;

/** A failure that comes over Instagram by itself. */
export const instagramSuddenFailure = (status: number, retryAfter: string | null): FakeResponse => {
  const answer = sudden(status);
  return retryAfter === null ? answer : { ...answer, headers: { ...answer.headers, 'retry-after': retryAfter } };
};

const sudden = (status: number): FakeResponse => {
  if (status === 401) return graphFailures.unknown();
  if (status === 403) return graphFailures.notAllowed();
  if (status === 429) return graphError(429, { message: '(#4) Application request limit reached', code: 4 });
  if (status >= 500) return graphError(status, { message: 'An unexpected error has occurred. Please retry your request later.', code: 2 });
  return graphError(status, { message: '(#100) Invalid parameter', code: 100 });
};
