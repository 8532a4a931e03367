import { createHash, randomUUID } from 'node:crypto';
import type { FakeAccount, FakeClient, FakeOptions, FakeResponse, ProviderFake } from '../_kit/fake.js';
import { jsonAnswer } from '../_kit/fake-http.js';
import { createOAuthFake, type OAuthFakeHabits } from '../_kit/fake-oauth-provider.js';
import { webexScopeMeanings } from './webex.oauth.js';

/** The app that is registered at a Webex fake unless a test says otherwise. */
export const webexFakeClient: FakeClient = { clientId: 'sandbox-webex-client', clientSecret: 'sandbox-webex-secret', name: 'Patchbay' };

/** A Webex in memory: consent, tokens for 14 days, a refresh token that stays the same, and the person who signed in. */
export const createWebexFake = (options: FakeOptions = {}): ProviderFake => createOAuthFake(habits, options);

const accessTokenSeconds = 14 * 86_400;
const refreshTokenSeconds = 90 * 86_400;

/** Webex says in sentences what went wrong, at its token endpoint as everywhere. @see https://developer.webex.com/docs/basics#api-errors */
const webexError = (status: number, message: string, headers: Readonly<Record<string, string>> = {}): FakeResponse =>
  jsonAnswer(status, { message, errors: [{ description: message }], trackingId: `ROUTERGW_${randomUUID()}` }, headers);

const refusals: Readonly<Record<Parameters<OAuthFakeHabits['refusal']>[0], () => FakeResponse>> = {
  code_invalid: () => webexError(400, 'The authorization code provided is expired, revoked, malformed, or invalid.'),
  redirect_uri_mismatch: () => webexError(400, 'The redirect_uri in the request does not match the one that was registered.'),
  verifier_missing: () => webexError(400, 'The code verifier is missing.'),
  verifier_invalid: () => webexError(400, 'The code verifier is invalid.'),
  refresh_token_invalid: () => webexError(400, 'The refresh token provided is expired, revoked, malformed, or invalid.'),
  invalid_client: () => webexError(401, 'The client_id or client_secret is invalid.'),
  unsupported_grant_type: () => webexError(400, 'The grant type is not supported.'),
};

const sudden: Readonly<Record<number, string>> = {
  401: 'The request requires a valid access token set in the Authorization request header.',
  403: 'The server understood the request, but refused to fulfill it because the access token is missing required scopes or the user is missing required roles or licenses.',
  404: 'The requested resource could not be found.',
  429: 'Too many requests have been sent in a given amount of time and the request has been rate limited.',
  503: 'Server is overloaded with requests. Try again later.',
};

const failure = (status: number, retryAfter: string | null): FakeResponse =>
  webexError(status, sudden[status] ?? 'Something went wrong on the server.', retryAfter === null ? {} : { 'retry-after': retryAfter });

const habits: OAuthFakeHabits = {
  id: 'webex',
  displayName: 'Webex',
  client: webexFakeClient,
  policy: {
    accessTokenSeconds,
    codeSeconds: 600,
    rotatesRefreshTokens: false,
    repeatsRefreshToken: true,
    refreshTokenSeconds: () => refreshTokenSeconds,
    prefixes: { code: '', access: '', refresh: '' },
  },
  paths: { authorize: /^\/v1\/authorize$/, token: /^\/v1\/access_token$/ },
  clientAuthentication: 'either',
  pkce: 'accepted',
  scopeMeanings: { ...webexScopeMeanings, 'spark:kms': 'open what is encrypted for you', 'spark:all': 'do everything you may do' },
  wantsRefreshToken: () => true,
  tokenAnswer: ({ accessToken, refreshToken, refreshTokenExpiresIn, scopes }) =>
    jsonAnswer(200, {
      scope: scopes.join(' '),
      expires_in: accessTokenSeconds,
      token_type: 'Bearer',
      refresh_token: refreshToken,
      refresh_token_expires_in: refreshTokenExpiresIn,
      access_token: accessToken,
    }),
  refusal: (reason) => refusals[reason](),
  unauthorized: () => failure(401, null),
  api: ({ request, account, scopes }) => {
    if (request.method !== 'GET' || request.path !== '/v1/people/me') return null;
    return scopes.includes('spark:people_read') || scopes.includes('spark:all') ? jsonAnswer(200, toPerson(account)) : failure(403, null);
  },
  notFound: () => failure(404, null),
  failure,
};

const toPerson = ({ email, givenName, familyName }: FakeAccount): object => ({
  id: idOf('PEOPLE', email),
  emails: [email],
  phoneNumbers: [],
  displayName: `${givenName} ${familyName}`,
  nickName: givenName,
  firstName: givenName,
  lastName: familyName,
  orgId: idOf('ORGANIZATION', 'sandbox'),
  roles: [],
  licenses: [],
  created: '2024-01-15T09:00:00.000Z',
  lastModified: '2026-01-15T09:00:00.000Z',
  timezone: 'Europe/Berlin',
  status: 'active',
  invitePending: 'false',
  loginEnabled: 'true',
  type: 'person',
});

/** Ids of Webex are addresses of their own in base64. */
const idOf = (kind: string, name: string): string => {
  const digest = createHash('sha256').update(name).digest('hex');
  const uuid = [digest.slice(0, 8), digest.slice(8, 12), digest.slice(12, 16), digest.slice(16, 20), digest.slice(20, 32)].join('-');
  return Buffer.from(`ciscospark://us/${kind}/${uuid}`).toString('base64url');
};
