import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { FakeClient, FakeOptions, FakeRequest, FakeResponse, ProviderFake } from '../_kit/fake.js';
import { basicCredentialsOf, formOf, jsonAnswer } from '../_kit/fake-http.js';
import { createOAuthFake, type FakeApiCall, type OAuthFakeHabits } from '../_kit/fake-oauth-provider.js';
import { fakeSituation, type FakeSituation } from '../_kit/fake-situation.js';
import { graphError, graphSuddenFailure, graphUnauthorized, loginError, loginRefusals } from './microsoft.fake-errors.js';
import { toGraphUser } from './microsoft.fake-people.js';
import { accessTokenSeconds, microsoftTokens } from './microsoft.fake-tokens.js';

/** The app that is registered at a Microsoft fake unless a test says otherwise. */
export const microsoftFakeClient: FakeClient = { clientId: 'sandbox-microsoft-client', clientSecret: 'sandbox-microsoft-secret', name: 'Patchbay' };

/** A Microsoft in memory: the login pages of every tenant and Graph's `/me`, which all of Microsoft's providers share. */
export interface MicrosoftFake extends ProviderFake {
  /** An administrator began, or ceased, to ask for a second factor: meanwhile no refresh token helps, everybody has to come back to the consent page. */
  requireInteraction(isRequired: boolean): void;
}

const tokenPath = /^\/[^/]+\/oauth2\/v2\.0\/token$/;
const graph = 'https://graph.microsoft.com/';

const scopeMeanings: Readonly<Record<string, string>> = {
  openid: 'Sign you in',
  profile: 'View your basic profile',
  email: 'View your email address',
  offline_access: 'Maintain access to data you have given it access to',
  'User.Read': 'Sign you in and read your profile',
  'Calendars.Read': 'Read your calendars',
  'Calendars.ReadWrite': 'Have full access to your calendars',
  'OnlineMeetings.Read': 'Read your online meetings',
  'OnlineMeetings.ReadWrite': 'Read and create your online meetings',
  'Files.Read': 'Read your files',
  'Files.Read.All': 'Read all files that you have access to',
  'Files.ReadWrite': 'Have full access to your files',
};

/** Creates a Microsoft. `now` moves token lifetimes; the ledger counts every effect. */
export const createMicrosoftFake = (options: FakeOptions = {}): MicrosoftFake => {
  const now = options.now ?? (() => new Date());
  let needsInteraction = false;
  const extra = (request: FakeRequest): FakeResponse | null => {
    const isRefresh = request.method === 'POST' && tokenPath.test(request.path) && formOf(request).get('grant_type') === 'refresh_token';
    return needsInteraction && isRefresh ? loginError(loginRefusals.interaction_required, now()) : null;
  };
  const plain = createOAuthFake({ ...habits(now), extra }, options);
  const fake: Omit<MicrosoftFake, 'situations'> = {
    ...plain,
    requireInteraction: (isRequired) => {
      needsInteraction = isRequired;
    },
    reset: () => {
      needsInteraction = false;
      plain.reset();
    },
  };
  return { ...fake, situations: situationsOf(fake) };
};

const situationsOf = ({ requireInteraction }: Pick<MicrosoftFake, 'requireInteraction'>): readonly FakeSituation[] => [
  fakeSituation({
    name: 'require-interaction',
    input: z.strictObject({ is_required: z.boolean() }),
    buttons: [
      { label: 'Ask everybody for a second factor', input: { is_required: true } },
      { label: 'Ask nobody for a second factor', input: { is_required: false } },
    ],
    begin: ({ is_required: isRequired }) => requireInteraction(isRequired),
  }),
];

const habits = (now: () => Date): OAuthFakeHabits => ({
  id: 'microsoft',
  displayName: 'Microsoft',
  client: microsoftFakeClient,
  policy: {
    accessTokenSeconds,
    // https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow#successful-response
    codeSeconds: 600,
    // https://learn.microsoft.com/entra/identity-platform/refresh-tokens#token-lifetime
    rotatesRefreshTokens: true,
    keepsUsedRefreshTokens: true,
    refreshTokenSeconds: () => 90 * 86_400,
    prefixes: { code: '1.AXoA', access: 'eyJ0eXAiOiJKV1QiLCJub25jZSI6.', refresh: '1.AXoA' },
  },
  paths: { authorize: /^\/[^/]+\/oauth2\/v2\.0\/authorize$/, token: tokenPath },
  clientAuthentication: 'either',
  pkce: 'accepted',
  scopeMeanings: {
    ...scopeMeanings,
    ...Object.fromEntries(Object.entries(scopeMeanings).map(([scope, meaning]) => [`${graph}${scope}`, meaning])),
  },
  responseParameters: () => ({ session_state: randomUUID() }),
  wantsRefreshToken: (_query, scopes) => bare(scopes).includes('offline_access'),
  tokenAnswer: (tokens, request, account) =>
    microsoftTokens({
      tokens: { ...tokens, scopes: bare(tokens.scopes) },
      account,
      baseUrl: request.baseUrl,
      clientId: formOf(request).get('client_id') ?? basicCredentialsOf(request)?.clientId ?? '',
      now: now(),
    }),
  refusal: (reason) => loginError(loginRefusals[reason], now()),
  unauthorized: graphUnauthorized,
  api: answerGraph,
  notFound: () => graphError(404, 'ResourceNotFound', 'Resource not found for the segment.'),
  failure: graphSuddenFailure,
});

/** A permission is the same one with and without its resource. */
const bare = (scopes: readonly string[]): readonly string[] => scopes.map((scope) => scope.replace(graph, ''));

/** `GET /v1.0/me`, also with the slash at the end that npm's passport-microsoft writes. */
const answerGraph = ({ request, account, scopes }: FakeApiCall): FakeResponse | null => {
  if (request.method !== 'GET' || !/^\/v1\.0\/me\/?$/.test(request.path)) return null;
  if (!bare(scopes).includes('User.Read'))
    return graphError(403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.');
  const user = toGraphUser(account);
  const selected = request.query.get('$select')?.split(',') ?? Object.keys(user);
  const unknown = selected.find((name) => !(name in user));
  if (unknown !== undefined) return graphError(400, 'BadRequest', `Could not find a property named '${unknown}' on type 'microsoft.graph.user'.`);
  const suffix = request.query.has('$select') ? `users(${selected.join(',')})/$entity` : 'users/$entity';
  return jsonAnswer(200, {
    '@odata.context': `${request.baseUrl}/v1.0/$metadata#${suffix}`,
    ...Object.fromEntries(selected.map((name) => [name, user[name]])),
  });
};
