import type { FakeAccount, FakeClient, FakeOptions, FakeRequest, FakeResponse, ProviderFake } from '../_kit/fake.js';
import { jsonAnswer } from '../_kit/fake-http.js';
import type { FakeOAuth } from '../_kit/fake-oauth.js';
import { createOAuthFake, type FakeApiCall, type OAuthFakeHabits } from '../_kit/fake-oauth-provider.js';
import { graphFailures, instagramSuddenFailure, loginError } from './instagram.fake-errors.js';

/** The app that is registered at an Instagram fake unless a test says otherwise. */
export const instagramFakeClient: FakeClient = {
  clientId: 'sandbox-instagram-client',
  clientSecret: 'sandbox-instagram-secret',
  name: 'Patchbay',
};

const shortLivedSeconds = 3_600;
const longLivedSeconds = 60 * 86_400;
const renewableAfterSeconds = 86_400;

/** An Instagram in memory: its three hosts as one, each under its own paths. `now` moves token lifetimes. */
export const createInstagramFake = (options: FakeOptions = {}): ProviderFake => {
  const clients = options.clients ?? [instagramFakeClient];
  return createOAuthFake({ ...habits, extra: (request, oauth) => answerExtension(request, { oauth, clients }) }, { ...options, clients });
};

const habits: OAuthFakeHabits = {
  id: 'instagram',
  displayName: 'Instagram',
  client: instagramFakeClient,
  policy: {
    accessTokenSeconds: shortLivedSeconds,
    codeSeconds: 3_600,
    rotatesRefreshTokens: false,
    prefixes: { code: 'AQ', access: 'IGAA', refresh: '' },
  },
  paths: { authorize: /^\/oauth\/authorize\/?$/, token: /^\/oauth\/access_token\/?$/ },
  clientAuthentication: 'post',
  pkce: 'ignored',
  scopeSeparator: ',',
  scopeMeanings: {
    instagram_business_basic: 'See your profile and posts',
    instagram_business_manage_insights: 'See your insights',
    instagram_business_manage_comments: 'See and manage comments',
    instagram_business_manage_messages: 'See and manage messages',
    instagram_business_content_publish: 'Publish posts',
  },
  // https://developers.facebook.com/docs/instagram-platform/reference/oauth-authorize
  responseFragment: '#_',
  wantsRefreshToken: () => false,
  tokenAnswer: ({ accessToken, scopes }, _request, account) =>
    jsonAnswer(200, { data: [{ access_token: accessToken, user_id: userIdOf(account), permissions: scopes.join(',') }] }),
  refusal: (reason) => loginError(refusals[reason]),
  unauthorized: (status) => graphFailures[status](),
  api: (call) => answerMe(call),
  notFound: graphFailures.notFound,
  failure: instagramSuddenFailure,
};

const wrongGrantType = 'Invalid grant_type';

const refusals: Readonly<Record<Parameters<OAuthFakeHabits['refusal']>[0], string>> = {
  code_invalid: 'Matching code was not found or was already used.',
  redirect_uri_mismatch:
    'Error validating verification code. Please make sure your redirect_uri is identical to the one you used in the OAuth dialog request',
  // Challenges are not looked at and refresh tokens are not known, so these are about what came instead.
  verifier_missing: wrongGrantType,
  verifier_invalid: wrongGrantType,
  refresh_token_invalid: wrongGrantType,
  invalid_client: 'Invalid platform app',
  unsupported_grant_type: wrongGrantType,
};

interface ExtensionParts {
  readonly oauth: FakeOAuth;
  readonly clients: readonly FakeClient[];
}

/** `/access_token` and `/refresh_access_token`: an hour becomes sixty days, and sixty days begin anew. */
const answerExtension = (request: FakeRequest, parts: ExtensionParts): FakeResponse | null => {
  const [, operation] = /^(?:\/v\d+\.\d+)?\/(access_token|refresh_access_token)\/?$/.exec(request.path) ?? [];
  if (operation === undefined) return null;
  if (request.method !== 'GET') return graphFailures.wrongMethod(request.method);
  return operation === 'access_token' ? exchange(request, parts) : renew(request, parts);
};

const exchange = ({ query }: FakeRequest, { oauth, clients }: ExtensionParts): FakeResponse => {
  if (query.get('grant_type') !== 'ig_exchange_token') return graphFailures.wrongGrantType();
  const token = query.get('access_token') ?? '';
  const who = oauth.identify(token);
  if (who.status !== 'valid') return graphFailures[who.status]();
  const client = clients.find(({ clientId }) => clientId === who.clientId);
  if (client?.clientSecret !== query.get('client_secret')) return graphFailures.wrongSecret();
  return who.lifetimeSeconds === shortLivedSeconds ? longLived(oauth, token) : graphFailures.notShortLived();
};

const renew = ({ query }: FakeRequest, { oauth }: ExtensionParts): FakeResponse => {
  if (query.get('grant_type') !== 'ig_refresh_token') return graphFailures.wrongGrantType();
  const token = query.get('access_token') ?? '';
  const who = oauth.identify(token);
  if (who.status !== 'valid') return graphFailures[who.status]();
  if (who.lifetimeSeconds !== longLivedSeconds) return graphFailures.notLongLived();
  if (!who.scopes.includes('instagram_business_basic')) return graphFailures.notAllowed();
  return who.ageSeconds < renewableAfterSeconds ? graphFailures.tooYoung() : longLived(oauth, token);
};

const longLived = (oauth: FakeOAuth, token: string): FakeResponse =>
  jsonAnswer(200, { access_token: oauth.extend(token, longLivedSeconds), token_type: 'bearer', expires_in: longLivedSeconds });

/** `GET /me`: the fields that were asked for, and `id` always. */
const answerMe = ({ request, account, scopes }: FakeApiCall): FakeResponse | null => {
  if (request.method !== 'GET' || !/^(?:\/v\d+\.\d+)?\/me\/?$/.test(request.path)) return null;
  if (!scopes.includes('instagram_business_basic')) return graphFailures.notAllowed();
  const known = new Map<string, string | number>([
    ['user_id', userIdOf(account)],
    ['username', account.email.split('@')[0] ?? account.email],
    ['id', account.id],
    ['name', `${account.givenName} ${account.familyName}`],
    ['account_type', 'BUSINESS'],
    ['followers_count', 1_024],
    ['follows_count', 64],
    ['media_count', 12],
  ]);
  const fields = (request.query.get('fields') ?? 'id').split(',').filter(Boolean);
  const foreign = fields.find((field) => !known.has(field));
  if (foreign !== undefined) return graphFailures.noSuchField(foreign);
  return jsonAnswer(200, Object.fromEntries([...fields, 'id'].map((field) => [field, known.get(field)])));
};

/** The id of the professional account begins with 17841; `id` is scoped to the app. */
const userIdOf = ({ id }: FakeAccount): string => `17841${id.slice(-12)}`;
