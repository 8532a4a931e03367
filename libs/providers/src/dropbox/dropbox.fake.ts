import { createHash } from 'node:crypto';
import type { FakeAccount, FakeClient, FakeOptions, FakeRequest, FakeResponse, ProviderFake } from '../_kit/fake.js';
import { bearerOf, jsonAnswer } from '../_kit/fake-http.js';
import { createOAuthFake, type OAuthFakeHabits } from '../_kit/fake-oauth-provider.js';
import type { FakeOAuth } from '../_kit/fake-oauth.js';
import { dropboxScopeMeanings } from './dropbox.oauth.js';

/** The app that is registered at a Dropbox fake unless a test says otherwise. */
export const dropboxFakeClient: FakeClient = { clientId: 'sandbox-dropbox-client', clientSecret: 'sandbox-dropbox-secret', name: 'Patchbay' };

/**
 * A Dropbox in memory: consent, tokens for four hours, refresh tokens that do not end, and the account of whoever signed in.
 * An address that begins with `unverified` was never verified.
 */
export const createDropboxFake = (options: FakeOptions = {}): ProviderFake => createOAuthFake(habits, options);

const accessTokenSeconds = 4 * 3_600;

/** @see https://www.dropbox.com/developers/documentation/http/documentation#error-handling */
const dropboxError = (status: number, error: { readonly '.tag': string } & Readonly<Record<string, string>>): FakeResponse =>
  jsonAnswer(status, { error_summary: `${error['.tag']}/..`, error });

/** Mistakes in a call itself are told in plain text. */
const badCall = (text: string): FakeResponse => ({ status: 400, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: text });

const oauthError = (error: string, description: string): FakeResponse => jsonAnswer(400, { error, error_description: description });

const refusals: Readonly<Record<Parameters<OAuthFakeHabits['refusal']>[0], () => FakeResponse>> = {
  code_invalid: () => oauthError('invalid_grant', "code doesn't exist or has expired"),
  redirect_uri_mismatch: () => oauthError('invalid_grant', 'redirect_uri mismatch'),
  verifier_missing: () => oauthError('invalid_grant', 'code_verifier required'),
  verifier_invalid: () => oauthError('invalid_grant', 'invalid code verifier'),
  refresh_token_invalid: () => oauthError('invalid_grant', 'refresh token is invalid or revoked'),
  invalid_client: () => oauthError('invalid_client', 'Invalid client_id or client_secret'),
  unsupported_grant_type: () => oauthError('unsupported_grant_type', 'grant_type must be authorization_code or refresh_token'),
};

/** A rate limit in Dropbox's words: `RateLimitError` has its reason one level deeper than other errors have their tag. */
const rateLimited = (retryAfter: string | null): FakeResponse =>
  jsonAnswer(
    429,
    { error_summary: 'too_many_requests/.', error: { reason: { '.tag': 'too_many_requests' }, retry_after: Number(retryAfter ?? 1) || 1 } },
    retryAfter === null ? {} : { 'retry-after': retryAfter },
  );

const failure = (status: number, retryAfter: string | null): FakeResponse => {
  if (status === 429) return rateLimited(retryAfter);
  if (status === 401) return dropboxError(401, { '.tag': 'invalid_access_token' });
  if (status === 403) return dropboxError(403, { '.tag': 'invalid_account_type' });
  if (status === 409) return dropboxError(409, { '.tag': 'other' });
  const headers = { 'content-type': 'text/plain; charset=utf-8', ...(retryAfter !== null && { 'retry-after': retryAfter }) };
  return { status, headers, body: status >= 500 ? 'Internal Server Error' : 'Error in call' };
};

const habits: OAuthFakeHabits = {
  id: 'dropbox',
  displayName: 'Dropbox',
  client: dropboxFakeClient,
  policy: { accessTokenSeconds, codeSeconds: 600, rotatesRefreshTokens: false, prefixes: { code: '', access: 'sl.', refresh: '' } },
  paths: { authorize: /^\/oauth2\/authorize$/, token: /^\/oauth2\/token$/ },
  clientAuthentication: 'either',
  pkce: 'accepted',
  scopeMeanings: { ...dropboxScopeMeanings, 'files.content.write': 'change your files', 'files.metadata.write': 'rename your files' },
  wantsRefreshToken: (query) => query.get('token_access_type') === 'offline',
  tokenAnswer: ({ accessToken, refreshToken, scopes }, request, account) => {
    const answer = { access_token: accessToken, token_type: 'bearer', expires_in: accessTokenSeconds };
    if (isRefresh(request)) return jsonAnswer(200, answer);
    const about = { scope: scopes.join(' '), uid: account.id, account_id: accountIdOf(account.email) };
    return jsonAnswer(200, { ...answer, ...(refreshToken !== null && { refresh_token: refreshToken }), ...about });
  },
  refusal: (reason) => refusals[reason](),
  unauthorized: (status) => dropboxError(401, { '.tag': status === 'expired' ? 'expired_access_token' : 'invalid_access_token' }),
  extra: revoke,
  api: ({ request, account, scopes }) => {
    if (request.method !== 'POST' || request.path !== '/2/users/get_current_account') return null;
    const problem = argumentProblem(request, 'users/get_current_account');
    if (problem !== null) return problem;
    if (scopes.includes('account_info.read')) return jsonAnswer(200, toAccount(account));
    return dropboxError(401, { '.tag': 'missing_scope', required_scope: 'account_info.read' });
  },
  notFound: () => badCall('Unknown API function'),
  failure,
};

const isRefresh = (request: FakeRequest): boolean => new URLSearchParams(request.body.toString('utf8')).get('grant_type') === 'refresh_token';

/** `POST /2/auth/token/revoke`: the token ends itself and everything it came from. */
function revoke(request: FakeRequest, oauth: FakeOAuth): FakeResponse | null {
  if (request.method !== 'POST' || request.path !== '/2/auth/token/revoke') return null;
  const token = bearerOf(request);
  const { status } = oauth.identify(token);
  if (token === null || status !== 'valid') return habits.unauthorized(status === 'expired' ? 'expired' : 'unknown');
  const problem = argumentProblem(request, 'auth/token/revoke');
  if (problem !== null) return problem;
  oauth.revokeToken(token);
  return { ...jsonAnswer(200, {}), body: 'null' };
}

/** A call without arguments has no body, or `null` as JSON. */
const argumentProblem = ({ body, headers }: FakeRequest, name: string): FakeResponse | null => {
  const text = body.toString('utf8').trim();
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
  if (text === '' && type === '') return null;
  if (type !== 'application/json') return badCall(`Error in call to API function "${name}": Bad HTTP "Content-Type" header: "${type}".`);
  return text === 'null'
    ? null
    : badCall(`Error in call to API function "${name}": request body: expected null, got ${text === '' ? 'nothing' : 'value'}`);
};

/** Account ids have forty characters. */
const accountIdOf = (email: string): string => `dbid:${createHash('sha256').update(email).digest('base64url').slice(0, 35)}`;

const toAccount = ({ email, givenName, familyName }: FakeAccount): object => ({
  account_id: accountIdOf(email),
  name: {
    given_name: givenName,
    surname: familyName,
    familiar_name: givenName,
    display_name: `${givenName} ${familyName}`,
    abbreviated_name: `${givenName.charAt(0)}${familyName.charAt(0)}`,
  },
  email,
  email_verified: !email.startsWith('unverified'),
  disabled: false,
  country: 'DE',
  locale: 'en',
  referral_link: 'https://www.dropbox.com/referrals/sandbox',
  is_paired: false,
  account_type: { '.tag': 'basic' },
  root_info: { '.tag': 'user', root_namespace_id: '3235641', home_namespace_id: '3235641' },
});
