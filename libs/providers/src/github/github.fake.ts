import { z } from 'zod';
import type { FakeClient, FakeOptions, FakeRequest, FakeResponse, ProviderFake } from '../_kit/fake.js';
import { basicCredentialsOf, emptyAnswer, formOf, jsonAnswer, jsonObjectOf } from '../_kit/fake-http.js';
import { createOAuthFake, type OAuthFakeHabits } from '../_kit/fake-oauth-provider.js';
import type { FakeOAuth } from '../_kit/fake-oauth.js';
import { accountInput, fakeSituation, type FakeSituation } from '../_kit/fake-situation.js';
import {
  githubEmailsAnswer,
  githubError,
  githubSuddenFailure,
  githubTokenAnswer,
  githubTokenRefusal,
  githubUserAnswer,
} from './github.fake-answers.js';
import { githubScopeMeanings } from './github.oauth.js';

/** The app that is registered at a GitHub fake unless a test says otherwise. */
export const githubFakeClient: FakeClient = { clientId: 'sandbox-github-client', clientSecret: 'sandbox-github-secret', name: 'Patchbay' };

/**
 * A GitHub in memory: consent, tokens, profiles and addresses. An address that begins with `unverified` was never verified.
 * Its app is an OAuth app, whose tokens do not end, until {@link GithubFake.expireUserTokens} makes it a GitHub App.
 */
export interface GithubFake extends ProviderFake {
  /** True: codes give tokens for eight hours and a rotating refresh token, as at a GitHub App. False, the default: tokens that do not end. */
  expireUserTokens(isOn: boolean): void;
  /** The person shows their address to everybody. */
  publishEmail(email: string): void;
}

/** @see https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/refreshing-user-access-tokens */
const accessTokenSeconds = 8 * 3_600;
const refreshTokenSeconds = 15_897_600;

/** What may be changed from outside. */
interface GithubState {
  isGithubApp: boolean;
  readonly publicEmails: Set<string>;
}

/** Creates a GitHub. `now` moves token lifetimes. */
export const createGithubFake = (options: FakeOptions = {}): GithubFake => {
  const state: GithubState = { isGithubApp: false, publicEmails: new Set() };
  const plain = createOAuthFake(habitsOf(state, options.clients ?? [githubFakeClient]), options);
  const fake: Omit<GithubFake, 'situations'> = {
    ...plain,
    expireUserTokens: (isOn) => {
      state.isGithubApp = isOn;
    },
    publishEmail: (email) => {
      state.publicEmails.add(email);
    },
    reset: () => {
      plain.reset();
      state.isGithubApp = false;
      state.publicEmails.clear();
    },
  };
  return { ...fake, situations: situationsOf(fake) };
};

const situationsOf = ({ expireUserTokens, publishEmail }: Pick<GithubFake, 'expireUserTokens' | 'publishEmail'>): readonly FakeSituation[] => [
  fakeSituation({
    name: 'expiring-tokens',
    input: z.strictObject({ enabled: z.boolean() }),
    buttons: [
      { label: 'Be a GitHub App: tokens end, refresh tokens rotate', input: { enabled: true } },
      { label: 'Be an OAuth app: tokens do not end', input: { enabled: false } },
    ],
    begin: ({ enabled }) => expireUserTokens(enabled),
  }),
  fakeSituation({
    name: 'publish-email',
    input: accountInput,
    accountButton: 'Show the address to everybody',
    begin: ({ email }) => publishEmail(email),
  }),
];

const habitsOf = (state: GithubState, clients: readonly FakeClient[]): OAuthFakeHabits => ({
  id: 'github',
  displayName: 'GitHub',
  client: githubFakeClient,
  policy: {
    accessTokenSeconds: () => (state.isGithubApp ? accessTokenSeconds : Infinity),
    codeSeconds: 600,
    rotatesRefreshTokens: true,
    refreshEndsAccessTokens: true,
    refreshTokenSeconds: () => refreshTokenSeconds,
    revokesWholeApp: true,
    prefixes: {
      code: '',
      get access() {
        return state.isGithubApp ? 'ghu_' : 'gho_';
      },
      refresh: 'ghr_',
    },
  },
  paths: { authorize: /^\/login\/oauth\/authorize$/, token: /^\/login\/oauth\/access_token$/ },
  clientAuthentication: 'either',
  pkce: 'accepted',
  // Its documents say spaces; passport-github2 sends commas, and has always been understood.
  scopeSeparator: /[ ,]+/,
  tokenParameters,
  scopeMeanings: { ...githubScopeMeanings, user: 'see and change your profile' },
  wantsRefreshToken: () => state.isGithubApp,
  tokenAnswer: ({ accessToken, refreshToken, refreshTokenExpiresIn, scopes }, request) => {
    const answer = { access_token: accessToken, token_type: 'bearer' };
    if (refreshToken === null) return githubTokenAnswer(request, { ...answer, scope: scopes.join(',') });
    const refreshing = { refresh_token: refreshToken, refresh_token_expires_in: refreshTokenExpiresIn ?? refreshTokenSeconds };
    return githubTokenAnswer(request, { ...answer, expires_in: accessTokenSeconds, ...refreshing, scope: '' });
  },
  refusal: (reason, request) => githubTokenRefusal(request, refusals[reason]),
  unauthorized: () => githubSuddenFailure(401, null),
  extra: (request, oauth) => namelessCaller(request) ?? revoke(request, { oauth, clients }),
  api: ({ request, account, scopes }) => {
    if (request.method !== 'GET') return null;
    if (request.path === '/user') return jsonAnswer(200, githubUserAnswer(account, request, publicEmailOf(state, account.email)));
    if (request.path !== '/user/emails') return null;
    return scopes.some((scope) => scope === 'user' || scope === 'user:email') ? githubEmailsAnswer(account) : githubSuddenFailure(404, null);
  },
  notFound: () => githubSuddenFailure(404, null),
  failure: githubSuddenFailure,
});

const refusals = {
  code_invalid: 'bad_verification_code',
  redirect_uri_mismatch: 'redirect_uri_mismatch',
  verifier_missing: 'bad_verification_code',
  verifier_invalid: 'bad_verification_code',
  refresh_token_invalid: 'bad_refresh_token',
  invalid_client: 'incorrect_client_credentials',
  unsupported_grant_type: 'unsupported_grant_type',
} as const;

const publicEmailOf = ({ publicEmails }: GithubState, email: string): string | null => (publicEmails.has(email) ? email : null);

/** A form, JSON, or the query. */
const tokenParameters = (request: FakeRequest): URLSearchParams => {
  const json = jsonObjectOf(request);
  const inBody =
    json === null ? formOf(request) : new URLSearchParams(Object.entries(json).map(([name, value]): [string, string] => [name, String(value)]));
  return new URLSearchParams([...request.query, ...inBody]);
};

/** @see https://docs.github.com/en/rest/using-the-rest-api/getting-started-with-the-rest-api#user-agent */
const namelessCaller = ({ path, headers }: FakeRequest): FakeResponse | null =>
  path.startsWith('/login/') || (headers['user-agent'] ?? '') !== ''
    ? null
    : {
        status: 403,
        headers: { 'content-type': 'text/plain' },
        body: 'Request forbidden by administrative rules. Please make sure your request has a User-Agent header.',
      };

/** `DELETE /applications/{client_id}/grant`: the app proves itself, and names a token of the person. */
const revoke = (
  request: FakeRequest,
  { oauth, clients }: { readonly oauth: FakeOAuth; readonly clients: readonly FakeClient[] },
): FakeResponse | null => {
  const clientId = /^\/applications\/([^/]+)\/grant$/.exec(request.path)?.[1];
  if (clientId === undefined || request.method !== 'DELETE') return null;
  const shown = basicCredentialsOf(request);
  const isKnown = clients.some((client) => client.clientId === shown?.clientId && client.clientSecret === shown.clientSecret);
  if (!isKnown || shown?.clientId !== clientId) return githubError(401, 'Requires authentication');
  const token = jsonObjectOf(request)?.['access_token'];
  if (typeof token !== 'string') return githubSuddenFailure(422, null);
  const who = oauth.identify(token);
  if (who.status !== 'valid' || who.clientId !== clientId) return githubSuddenFailure(404, null);
  oauth.revokeToken(token);
  return emptyAnswer();
};
