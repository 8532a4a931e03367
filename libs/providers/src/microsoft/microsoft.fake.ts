import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { FakeAccount, FakeClient, FakeOptions, FakeRequest, FakeResponse, ProviderFake } from '../_kit/fake.js';
import { basicCredentialsOf, formOf, jsonAnswer } from '../_kit/fake-http.js';
import { createFakeCallbacks } from '../_kit/fake-callbacks.js';
import { createOAuthFake, type FakeApiCall, type OAuthFakeHabits } from '../_kit/fake-oauth-provider.js';
import { createFakeLedger } from '../_kit/fake-ledger.js';
import { createFakeQuota, quotaSituation } from '../_kit/fake-quota.js';
import { fakeSituation, type FakeSituation } from '../_kit/fake-situation.js';
import type { OutlookCall } from './fake/outlook.fake-answers.js';
import { answerBatch } from './fake/outlook.fake-batch.js';
import { answerOutlook } from './fake/outlook.fake-calendar-api.js';
import { createOutlookCalendars, toCollection, type OutlookCalendars } from './fake/outlook.fake-calendars.js';
import { outlookSituations, type OutlookSituations } from './fake/outlook.fake-people.js';
import { createOutlookSubscriptions, subscriptionSituations, type OutlookSubscriptions } from './fake/outlook.fake-subscriptions.js';
import { freshDeltaHabits, newEpoch } from './fake/outlook.fake-delta.js';
import { graphError, graphSuddenFailure, graphThrottled, graphUnauthorized, loginError, loginRefusals } from './microsoft.fake-errors.js';
import { toGraphUser } from './microsoft.fake-people.js';
import { accessTokenSeconds, microsoftTokens } from './microsoft.fake-tokens.js';

/** The app that is registered at a Microsoft fake unless a test says otherwise. */
export const microsoftFakeClient: FakeClient = { clientId: 'sandbox-microsoft-client', clientSecret: 'sandbox-microsoft-secret', name: 'Patchbay' };

/** A Microsoft in memory: the login pages of every tenant, and of Graph `/me`, which all of Microsoft's providers share, and Outlook's calendars. */
export interface MicrosoftFake extends ProviderFake {
  /** An administrator began, or ceased, to ask for a second factor: meanwhile no refresh token helps, everybody has to come back to the consent page. */
  requireInteraction(isRequired: boolean): void;
  /** Exchange forgets the state behind every delta token and skip token: they are answered with 410. */
  forgetSyncStates(): void;
  /** From now on no page of a list or a delta holds more, and a series may begin on one page and go on on the next. */
  limitPages(limits: { readonly pageMax?: number; readonly spreadsSeries?: boolean }): void;
  /** Whether online meetings can be made with Outlook's events: personal accounts have none. */
  setTeams(hasTeams: boolean): void;
  /** The next requests inside of batches are refused, as one mailbox has too many of them. */
  throttleBatches(count: number): void;
  /** What stands in Outlook's calendars, for people who change it by hand. */
  readonly calendars: OutlookCalendars;
  readonly subscriptions: Pick<OutlookSubscriptions, 'drop' | 'idle' | 'mute' | 'openOf' | 'tellLifecycle'>;
}

const freshHabits = { hasTeams: true, throttled: 0 };

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
  const ledger = options.ledger ?? createFakeLedger(now);
  const calendars = createOutlookCalendars(now, ledger, (place, change) => subscriptions.notify(place, change));
  const subscriptions = createOutlookSubscriptions({ now, ledger, callbacks: createFakeCallbacks(), calendars: () => calendars });
  const deltas = { ...freshDeltaHabits(), ...freshHabits };
  let needsInteraction = false;
  const extra = (request: FakeRequest): FakeResponse | null => {
    const isRefresh = request.method === 'POST' && tokenPath.test(request.path) && formOf(request).get('grant_type') === 'refresh_token';
    return needsInteraction && isRefresh ? loginError(loginRefusals.interaction_required, now()) : null;
  };
  const single: OAuthFakeHabits['api'] = (call) =>
    answerGraph(call) ??
    subscriptions.answer({ request: call.request, email: call.account.email, scopes: bare(call.scopes) }) ??
    answerOutlookCall(call, { calendars, habits: deltas });
  const quota = createFakeQuota(now);
  const api: OAuthFakeHabits['api'] = (call) => {
    const waitSeconds = quota.take(call.account.email);
    return waitSeconds === null ? answered(call) : graphThrottled(waitSeconds);
  };
  const answered: OAuthFakeHabits['api'] = (call) => answerBatch(call, single, deltas) ?? single(call);
  const collections = ({ email }: FakeAccount) => calendars.ofAccount(email).map((calendar) => toCollection(calendar, now()));
  const plain = createOAuthFake({ ...habits(now), extra, api, collections }, { ...options, ledger });
  const fake: Omit<MicrosoftFake, 'situations'> = {
    ...plain,
    calendars,
    subscriptions,
    revokeGrant: (email) => {
      subscriptions.drop(email);
      plain.revokeGrant(email);
    },
    requireInteraction: (isRequired) => {
      needsInteraction = isRequired;
    },
    forgetSyncStates: () => {
      deltas.epoch = newEpoch();
    },
    limitPages: (limits) => {
      Object.assign(deltas, limits);
    },
    setTeams: (hasTeams) => {
      deltas.hasTeams = hasTeams;
    },
    throttleBatches: (count) => {
      deltas.throttled = count;
    },
    reset: () => {
      needsInteraction = false;
      calendars.reset();
      subscriptions.reset();
      quota.reset();
      Object.assign(deltas, freshDeltaHabits(), freshHabits);
      plain.reset();
    },
  };
  return { ...fake, situations: [...situationsOf(fake, { ...fake, now }), ...subscriptionSituations(subscriptions), quotaSituation(quota)] };
};

const situationsOf = ({ requireInteraction }: Pick<MicrosoftFake, 'requireInteraction'>, outlook: OutlookSituations): readonly FakeSituation[] => [
  fakeSituation({
    name: 'require-interaction',
    input: z.strictObject({ is_required: z.boolean() }),
    buttons: [
      { label: 'Ask everybody for a second factor', input: { is_required: true } },
      { label: 'Ask nobody for a second factor', input: { is_required: false } },
    ],
    begin: ({ is_required: isRequired }) => requireInteraction(isRequired),
  }),
  ...outlookSituations(outlook),
];

const habits = (now: () => Date): Omit<OAuthFakeHabits, 'api'> => ({
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
  notFound: () => graphError(404, 'ResourceNotFound', 'Resource not found for the segment.'),
  failure: graphSuddenFailure,
});

/** A permission is the same one with and without its resource. */
const bare = (scopes: readonly string[]): readonly string[] => scopes.map((scope) => scope.replace(graph, ''));

const answerOutlookCall = ({ request, account, scopes }: FakeApiCall, outlook: Pick<OutlookCall, 'calendars' | 'habits'>): FakeResponse | null =>
  answerOutlook({ request, email: account.email, scopes: bare(scopes), ...outlook });

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
