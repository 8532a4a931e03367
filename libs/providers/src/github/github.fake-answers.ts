import { createHash } from 'node:crypto';
import type { FakeAccount, FakeRequest, FakeResponse } from '../_kit/fake.js';
import { jsonAnswer } from '../_kit/fake-http.js';

/** The error body of GitHub's REST API. @see https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api */
export const githubError = (status: number, message: string, headers: Readonly<Record<string, string>> = {}): FakeResponse =>
  jsonAnswer(status, { message, documentation_url: 'https://docs.github.com/rest', status: String(status) }, headers);

/** Form-encoded unless the caller asks for JSON. @see https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps */
export const githubTokenAnswer = ({ headers }: FakeRequest, body: Readonly<Record<string, string | number>>): FakeResponse => {
  if (/\bjson\b/.test(headers['accept'] ?? '')) return jsonAnswer(200, body);
  const form = new URLSearchParams(Object.entries(body).map(([name, value]): [string, string] => [name, String(value)])).toString();
  return { status: 200, headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8', 'cache-control': 'no-store' }, body: form };
};

const sentences = {
  bad_verification_code: 'The code passed is incorrect or expired.',
  bad_refresh_token: 'The refresh token passed is incorrect or expired.',
  incorrect_client_credentials: 'The client_id and/or client_secret passed are incorrect.',
  redirect_uri_mismatch: 'The redirect_uri MUST match the registered callback URL for this application.',
  unsupported_grant_type: 'The grant_type parameter is not supported.',
} as const;

/** Why the token endpoint refuses, which it does with status 200. */
export const githubTokenRefusal = (request: FakeRequest, error: keyof typeof sentences): FakeResponse =>
  githubTokenAnswer(request, {
    error,
    error_description: sentences[error],
    error_uri: `/apps/managing-oauth-apps/troubleshooting-oauth-app-access-token-request-errors/#${error.replaceAll('_', '-')}`,
  });

/** A failure that comes over GitHub by itself. Rate limits: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api */
export const githubSuddenFailure = (status: number, retryAfter: string | null): FakeResponse => {
  const headers = {
    ...(status === 429 && { 'x-ratelimit-limit': '5000', 'x-ratelimit-remaining': '0' }),
    ...(retryAfter !== null && { 'retry-after': retryAfter }),
  };
  return githubError(status, sudden[status] ?? 'Server Error', headers);
};

const sudden: Readonly<Record<number, string>> = {
  401: 'Bad credentials',
  403: 'Resource not accessible by integration',
  404: 'Not Found',
  422: 'Validation Failed',
  429: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
};

/** The number that the fake knows a person by. */
export const githubUserIdOf = (email: string): number => createHash('sha256').update(email).digest().readUInt32BE(0);

/** The profile of whoever signed in. The address is there only for people who show it to everybody. */
export const githubUserAnswer = ({ email, givenName, familyName }: FakeAccount, { baseUrl }: FakeRequest, publicEmail: string | null): object => {
  const login = `${givenName}-${familyName}`.toLowerCase();
  const url = `${baseUrl}/users/${login}`;
  return {
    login,
    id: githubUserIdOf(email),
    node_id: Buffer.from(`User:${login}`).toString('base64url'),
    avatar_url: `${baseUrl}/avatars/${login}`,
    gravatar_id: '',
    url,
    html_url: `${baseUrl}/${login}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: 'User',
    user_view_type: 'public',
    site_admin: false,
    name: `${givenName} ${familyName}`,
    company: null,
    blog: '',
    location: null,
    email: publicEmail,
    notification_email: publicEmail,
    hireable: null,
    bio: null,
    twitter_username: null,
    public_repos: 2,
    public_gists: 0,
    followers: 1,
    following: 1,
    created_at: '2020-01-15T09:00:00Z',
    updated_at: '2026-01-15T09:00:00Z',
  };
};

/** Every address of an account: one that is not the main one comes first, so that whoever takes the first is told apart. */
export const githubEmailsAnswer = ({ email }: FakeAccount): FakeResponse => ({
  ...jsonAnswer(200, {}),
  body: JSON.stringify([
    { email: `second.${email}`, primary: false, verified: true, visibility: null },
    { email, primary: true, verified: !email.startsWith('unverified'), visibility: 'private' },
  ]),
});
