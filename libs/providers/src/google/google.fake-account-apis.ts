import { createHash } from 'node:crypto';
import type { FakeAccount, FakeRequest, FakeResponse } from '../_kit/fake.js';
import { bearerOf, jsonAnswer } from '../_kit/fake-http.js';
import type { FakeAccounts } from '../_kit/fake-accounts.js';
import type { FakeOAuth } from '../_kit/fake-oauth.js';
import { googleFailures, googleScopeMissing, googleUnauthorized, googleUserInfoRefusal } from './google.fake-errors.js';

/** What the APIs that tell of an account are answered from. */
export interface AccountApis {
  readonly oauth: FakeOAuth;
  readonly accounts: FakeAccounts;
  /** Addresses whose owner has no YouTube channel. */
  readonly channelless: ReadonlySet<string>;
}

const scopePrefix = 'https://www.googleapis.com/auth/';

// Which scopes open which calls. https://developers.google.com/workspace/drive/api/reference/rest/v3/about/get
const driveScopes = ['drive', 'drive.readonly', 'drive.file', 'drive.metadata', 'drive.metadata.readonly', 'drive.appdata'];
// https://developers.google.com/youtube/v3/docs/channels/list
const youtubeScopes = ['youtube', 'youtube.readonly', 'youtube.force-ssl', 'youtubepartner'];

const userInfoPaths: readonly string[] = ['/oauth2/v2/userinfo', '/userinfo/v2/me', '/oauth2/v3/userinfo', '/v1/userinfo'];

/** User info, Drive's `about` and YouTube's `channels`; null for any other call. */
export const answerAccountCall = (apis: AccountApis, request: FakeRequest): FakeResponse | null => {
  if (request.method !== 'GET') return null;
  if (userInfoPaths.includes(request.path)) return answerUserInfo(apis, request);
  if (request.path === '/drive/v3/about') return withScope(apis, request, { scopes: driveScopes, answer: answerAbout });
  if (request.path === '/youtube/v3/channels')
    return withScope(apis, request, { scopes: youtubeScopes, answer: (call, account) => answerChannels(apis, call, account) });
  return null;
};

const answerUserInfo = ({ oauth, accounts }: AccountApis, request: FakeRequest): FakeResponse => {
  const isV2 = request.path.includes('/v2/');
  const refusal = isV2 ? googleUnauthorized : googleUserInfoRefusal;
  // Passport's strategy sends the token in the address, as node-oauth does for every GET. Google takes it from there, too.
  const identity = oauth.identify(bearerOf(request) ?? request.query.get('access_token'));
  if (identity.status !== 'valid') return refusal();
  const account = accounts.named(identity.email);
  const names = { name: `${account.givenName} ${account.familyName}`, given_name: account.givenName, family_name: account.familyName };
  const maySeeNames = identity.scopes.includes(`${scopePrefix}userinfo.profile`);
  const maySeeEmail = identity.scopes.includes(`${scopePrefix}userinfo.email`);
  if (!maySeeNames && !maySeeEmail && !identity.scopes.includes('openid')) return refusal();
  return jsonAnswer(200, {
    ...(isV2 ? { id: account.id } : { sub: account.id }),
    ...(maySeeEmail ? { email: account.email, [isV2 ? 'verified_email' : 'email_verified']: true } : {}),
    ...(maySeeNames ? { ...names, picture: pictureOf(request, account) } : {}),
  });
};

interface ScopedCall {
  readonly scopes: readonly string[];
  readonly answer: (request: FakeRequest, account: FakeAccount) => FakeResponse;
}

const withScope = ({ oauth, accounts }: AccountApis, request: FakeRequest, { scopes, answer }: ScopedCall): FakeResponse => {
  const identity = oauth.identify(bearerOf(request));
  if (identity.status !== 'valid') return googleUnauthorized();
  if (!identity.scopes.some((scope) => scopes.includes(scope.replace(scopePrefix, '')))) return googleScopeMissing();
  return answer(request, accounts.named(identity.email));
};

const answerAbout = (request: FakeRequest, account: FakeAccount): FakeResponse => {
  // The only method of Drive that insists on it. https://developers.google.com/workspace/drive/api/reference/rest/v3/about/get
  const fields = request.query.get('fields');
  if (fields === null) return googleFailures.required("The 'fields' parameter is required for this method.");
  const user = {
    kind: 'drive#user',
    displayName: `${account.givenName} ${account.familyName}`,
    photoLink: pictureOf(request, account),
    me: true,
    permissionId: permissionIdOf(account),
    emailAddress: account.email,
  };
  return jsonAnswer(200, fields.split(',').some((field) => field === '*' || field.startsWith('user')) ? { user } : {});
};

const answerChannels = ({ channelless }: AccountApis, { query }: FakeRequest, account: FakeAccount): FakeResponse => {
  const parts = (query.get('part') ?? '').split(',').filter(Boolean);
  if (parts.length === 0) return googleFailures.missingParameter('No part selected.');
  if (query.get('mine') !== 'true') return googleFailures.missingParameter('No filter selected. Expected one of: mine, id, forHandle');
  const etag = createHash('sha256').update(account.email).digest('base64url').slice(0, 27);
  const list = { kind: 'youtube#channelListResponse', etag, pageInfo: { totalResults: 1, resultsPerPage: 5 } };
  // Without a channel there is no list of them, not even an empty one.
  if (channelless.has(account.email)) return jsonAnswer(200, { ...list, pageInfo: { totalResults: 0, resultsPerPage: 5 } });
  const title = `${account.givenName} ${account.familyName}`;
  const snippet = {
    title,
    description: '',
    customUrl: `@${title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '')}`,
    publishedAt: '2020-02-02T02:02:02Z',
    localized: { title, description: '' },
  };
  const channel = { kind: 'youtube#channel', etag, id: channelIdOf(account), ...(parts.includes('snippet') ? { snippet } : {}) };
  return jsonAnswer(200, { ...list, items: [channel] });
};

const pictureOf = ({ baseUrl }: FakeRequest, { id }: FakeAccount): string => `${baseUrl}/picture/${id}`;

/** Drive knows people by ids of its own, not by those of their accounts. */
const permissionIdOf = ({ email }: FakeAccount): string =>
  createHash('sha256').update(`drive ${email}`).digest().readBigUInt64BE(0).toString().padStart(20, '0');

const channelIdOf = ({ email }: FakeAccount): string => `UC${createHash('sha256').update(`youtube ${email}`).digest('base64url').slice(0, 22)}`;
