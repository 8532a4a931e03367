import { createHash } from 'node:crypto';
import type { FakeAccount, FakeClient, FakeCollection, FakeOptions, FakeRequest, FakeResponse, ProviderFake } from './fake.js';
import { consentDecisionOf, consentPage, refusalPage } from './fake-consent-page.js';
import { basicCredentialsOf, bearerOf, formOf, htmlAnswer, redirectAnswer } from './fake-http.js';
import { createFakeLedger } from './fake-ledger.js';
import { createFakeAccounts, type FakeAccounts } from './fake-accounts.js';
import { createFakeOAuth, type FakeOAuth, type FakeOAuthPolicy, type FakeTokenRefusal, type FakeTokens } from './fake-oauth.js';

/** What a fake's own calls are answered from. */
export interface FakeApiCall {
  readonly request: FakeRequest;
  readonly account: FakeAccount;
  readonly scopes: readonly string[];
}

/** What {@link createOAuthFake} cannot know: a vendor's paths, words and habits, each as the vendor's documents have it. */
export interface OAuthFakeHabits {
  readonly id: string;
  readonly displayName: string;
  readonly client: FakeClient;
  readonly policy: Omit<FakeOAuthPolicy, 'provider' | 'now' | 'ledger' | 'clients'>;
  /** Matched against the path below the base URL. */
  readonly paths: { readonly authorize: RegExp; readonly token: RegExp; readonly revoke?: RegExp };
  readonly clientAuthentication: 'basic' | 'post' | 'either';
  /** `ignored`: a challenge is not looked at. */
  readonly pkce: 'accepted' | 'ignored';
  readonly scopeSeparator?: ' ' | ',' | RegExp;
  /** What a client sends to the token endpoint; absent: a form. */
  readonly tokenParameters?: (request: FakeRequest) => URLSearchParams;
  /** Scope and what the consent page says about it; any other scope is refused there. Absent: every scope is known. */
  readonly scopeMeanings?: Readonly<Record<string, string>>;
  /** Sent with the code, such as `iss`. */
  readonly responseParameters?: (request: FakeRequest) => Readonly<Record<string, string>>;
  /** Put behind the way back to the app, such as `#_`: servers never see it. */
  readonly responseFragment?: string;
  /** Whether a code gives a refresh token, by what the authorization request said. */
  readonly wantsRefreshToken: (query: URLSearchParams, scopes: readonly string[]) => boolean;
  readonly tokenAnswer: (tokens: FakeTokens, request: FakeRequest, account: FakeAccount) => FakeResponse;
  readonly refusal: (reason: FakeTokenRefusal['reason'] | 'invalid_client' | 'unsupported_grant_type', request: FakeRequest) => FakeResponse;
  /** What follows a revocation; absent when the provider has no such call. */
  readonly revoked?: (found: boolean) => FakeResponse;
  /** The provider's own words for a token that does not work. */
  readonly unauthorized: (status: 'expired' | 'unknown') => FakeResponse;
  /** Calls with a working token; null for a path that does not exist. */
  readonly api: (call: FakeApiCall) => FakeResponse | Promise<FakeResponse> | null;
  /** Paths beside those, such as a token exchange; null leaves the request to the rest. */
  readonly extra?: (request: FakeRequest, oauth: FakeOAuth) => FakeResponse | null;
  readonly notFound: () => FakeResponse;
  readonly failure: ProviderFake['failure'];
  readonly collections?: (account: FakeAccount) => readonly FakeCollection[];
}

const samples = [
  { email: 'olivia.organiser@example.com', givenName: 'Olivia', familyName: 'Organiser' },
  { email: 'ben.bookings@example.com', givenName: 'Ben', familyName: 'Bookings' },
];

/** A provider that is little more than an authorization server and a profile, in memory. */
export const createOAuthFake = (habits: OAuthFakeHabits, options: FakeOptions = {}): ProviderFake => {
  const now = options.now ?? (() => new Date());
  const ledger = options.ledger ?? createFakeLedger(now);
  const accounts = createFakeAccounts(samples, (email) => fakeAccountIdOf(habits.id, email));
  const oauth = createFakeOAuth({ provider: habits.id, now, ledger, clients: options.clients ?? [habits.client], ...habits.policy });
  const { paths } = habits;

  const handle = (request: FakeRequest): FakeResponse | Promise<FakeResponse> => {
    const { method, path } = request;
    const extra = habits.extra?.(request, oauth) ?? null;
    if (extra !== null) return extra;
    if (paths.authorize.test(path) && (method === 'GET' || method === 'POST')) return authorize({ habits, oauth, accounts }, request);
    if (paths.token.test(path) && method === 'POST') return token({ habits, oauth, accounts }, request);
    if (paths.revoke?.test(path) === true && method === 'POST') return revoke({ habits, oauth }, request);
    const who = oauth.identify(bearerOf(request) ?? request.query.get('access_token'));
    if (who.status !== 'valid') return habits.unauthorized(who.status);
    return habits.api({ request, account: accounts.named(who.email), scopes: who.scopes }) ?? habits.notFound();
  };

  return {
    id: habits.id,
    displayName: habits.displayName,
    handle,
    failure: habits.failure,
    accounts: () =>
      accounts.all().map((account) => ({
        email: account.email,
        name: `${account.givenName} ${account.familyName}`,
        grants: oauth.grantsOf(account.email),
        collections: habits.collections?.(account) ?? [],
      })),
    revokeGrant: (email) => oauth.revokeGrant(email),
    expireTokens: () => oauth.expireTokens(),
    reset: () => {
      oauth.reset();
      accounts.reset();
    },
  };
};

interface Parts {
  readonly habits: OAuthFakeHabits;
  readonly oauth: FakeOAuth;
}
interface AccountParts extends Parts {
  readonly accounts: FakeAccounts;
}

/** The consent page, and what follows from it. Nothing is sent to a redirect URI that cannot be trusted. */
const authorize = ({ habits, oauth, accounts }: AccountParts, request: FakeRequest): FakeResponse => {
  const { query } = request;
  const refused = (detail: string): FakeResponse => htmlAnswer(400, refusalPage(habits.displayName, 'This app cannot be authorised', detail));
  const client = oauth.client(query.get('client_id') ?? '');
  if (client === null) return refused('The client id is not known.');
  const redirectUri = query.get('redirect_uri');
  if (redirectUri === null || !isRegistered(client, redirectUri)) return refused('The redirect URI is not registered for this app.');
  if (query.get('response_type') !== 'code') return refused('Only response_type=code is supported.');
  if (query.has('code_challenge') && habits.pkce === 'accepted' && query.get('code_challenge_method') !== 'S256')
    return refused('Only code_challenge_method=S256 is supported.');
  const { scopeMeanings: meanings } = habits;
  const scopes = (query.get('scope') ?? '').split(habits.scopeSeparator ?? ' ').filter(Boolean);
  const foreign = meanings === undefined ? [] : scopes.filter((scope) => meanings[scope] === undefined);
  if (foreign.length > 0) return refused(`Unknown scope: ${foreign.join(' ')}`);

  const back = (parameters: Readonly<Record<string, string>>): FakeResponse => {
    const url = new URL(redirectUri);
    const state = query.get('state');
    for (const [name, value] of Object.entries({ ...parameters, ...(state !== null && { state }) })) url.searchParams.set(name, value);
    return redirectAnswer(`${url.href}${habits.responseFragment ?? ''}`);
  };
  const decision = consentDecisionOf(request, scopes);
  if (decision.outcome === 'denied') return back({ error: 'access_denied' });
  if (decision.outcome === 'allowed') {
    accounts.named(decision.email);
    const code = oauth.issueCode({
      clientId: client.clientId,
      redirectUri,
      codeChallenge: habits.pkce === 'accepted' ? query.get('code_challenge') : null,
      email: decision.email,
      scopes: decision.scopes,
      wantsRefreshToken: habits.wantsRefreshToken(query, decision.scopes),
      nonce: query.get('nonce'),
    });
    return back({ code, ...habits.responseParameters?.(request) });
  }
  const isFirst = decision.outcome === 'undecided';
  const page = {
    providerName: habits.displayName,
    appName: client.name,
    accounts: accounts.all(),
    scopes: scopes.map((scope) => ({ scope, meaning: meanings?.[scope] ?? scope })),
    redirectUri,
    loginHint: query.get('login_hint'),
  };
  return htmlAnswer(isFirst ? 200 : 400, consentPage(page, isFirst ? null : 'Choose an account or type an address.'));
};

const token = ({ habits, oauth, accounts }: AccountParts, request: FakeRequest): FakeResponse => {
  const client = authenticatedClient({ habits, oauth }, request);
  if (client === null) return habits.refusal('invalid_client', request);
  const result = grantOf(oauth, parametersOf(habits, request), client.clientId);
  if (result === null) return habits.refusal('unsupported_grant_type', request);
  return result.ok ? habits.tokenAnswer(result, request, accounts.named(result.email)) : habits.refusal(result.reason, request);
};

const grantOf = (oauth: FakeOAuth, form: URLSearchParams, clientId: string): FakeTokens | FakeTokenRefusal | null => {
  // GitHub's token endpoint knows one grant only and does not ask for its name.
  const grantType = form.get('grant_type') ?? 'authorization_code';
  if (grantType === 'refresh_token') return oauth.refresh(form.get('refresh_token') ?? '', clientId);
  if (grantType !== 'authorization_code') return null;
  const [code, redirectUri] = [form.get('code') ?? '', form.get('redirect_uri') ?? ''];
  return oauth.exchangeCode({ code, clientId, redirectUri, codeVerifier: form.get('code_verifier') });
};

const revoke = ({ habits, oauth }: Parts, request: FakeRequest): FakeResponse => {
  if (authenticatedClient({ habits, oauth }, request) === null) return habits.refusal('invalid_client', request);
  return habits.revoked?.(oauth.revokeToken(formOf(request).get('token') ?? '')) ?? habits.notFound();
};

const authenticatedClient = ({ habits, oauth }: Parts, request: FakeRequest): FakeClient | null => {
  const form = parametersOf(habits, request);
  const basic = habits.clientAuthentication === 'post' ? null : basicCredentialsOf(request);
  const posted = { clientId: form.get('client_id') ?? '', clientSecret: form.get('client_secret') ?? '' };
  const shown = basic ?? (habits.clientAuthentication === 'basic' ? null : posted);
  const client = shown === null ? null : oauth.client(shown.clientId);
  return client !== null && client.clientSecret === shown?.clientSecret ? client : null;
};

const parametersOf = (habits: OAuthFakeHabits, request: FakeRequest): URLSearchParams => habits.tokenParameters?.(request) ?? formOf(request);

const isRegistered = (client: FakeClient, redirectUri: string): boolean =>
  URL.canParse(redirectUri) && (client.redirectUris === undefined || client.redirectUris.includes(redirectUri));

/** The same address is the same account in every run. */
/** The number that a fake knows a person by. */
export const fakeAccountIdOf = (provider: string, email: string): string =>
  String(createHash('sha256').update(`${provider} ${email}`).digest().readBigUInt64BE(0) % 10_000_000_000_000_000n).padStart(16, '1');
