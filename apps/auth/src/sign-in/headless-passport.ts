import { ProviderError, type OAuthCapability, type Outbound, type OutboundCall } from '@patchbay/capabilities';
import { AuthorizationError, InternalOAuthError, TokenError } from 'passport-oauth2';
import { OAuthFailure, type TokenSet } from '../oauth/oauth-client.js';

/** What every OAuth 2 strategy of passport is made with. https://www.passportjs.org/packages/passport-oauth2/ */
export interface PassportOptions {
  readonly clientID: string;
  readonly clientSecret: string;
  readonly authorizationURL: string;
  readonly tokenURL: string;
  readonly scope: readonly string[];
  readonly scopeSeparator: string;
  readonly pkce: boolean;
  /** Replaced in each call; there only because PKCE demands a store. */
  readonly store: object;
}

type Done = (error: unknown, result?: unknown, info?: unknown) => void;
export type PassportVerify = (accessToken: string, refreshToken: unknown, parameters: unknown, profile: unknown, done: Done) => void;

/** Parts of node-oauth's client that strategies call. https://github.com/ciaranj/node-oauth/blob/master/lib/oauth2.js */
interface NodeOAuth {
  _request(method: string, url: string, headers: object | null, body: string, accessToken: string | null, callback: Done): void;
  get(url: string, accessToken: string, callback: Done): void;
  useAuthorizationHeaderforGET(isOn: boolean): void;
}

/** Parts of a strategy that are called or replaced here. */
export interface PassportStrategy {
  _oauth2: NodeOAuth;
  _stateStore: StateStore;
  authenticate(request: { readonly query: Readonly<Record<string, string | undefined>> }, options: object): void;
  authorizationParams(options: object): object;
  success(result: unknown): void;
  fail(challenge?: unknown): void;
  redirect(url: string): void;
  error(error: unknown): void;
  pass(): void;
}

/** Five and four parameters: passport-oauth2 counts them, as it does those of what verifies, to know what is wanted. */
interface StateStore {
  store(request: unknown, verifier: string | undefined, state: unknown, meta: unknown, done: (error: unknown, state?: string) => void): void;
  verify(request: unknown, state: string, meta: unknown, done: (error: unknown, verifier?: string | true, state?: string) => void): void;
}

/** A strategy and where it speaks to. */
export interface PassportPeer {
  readonly strategy: PassportStrategy;
  readonly oauth: OAuthCapability;
  readonly outbound: Outbound;
}

export interface Beginning {
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  readonly options: Readonly<Record<string, string>>;
  /** Keeps the flow, and answers the state under which it is found again. */
  readonly keep: (verifier: string | null) => Promise<string>;
}

export interface Ending {
  /** What the browser brought back. */
  readonly query: { readonly code?: string | undefined; readonly state: string; readonly error?: string | undefined };
  readonly redirectUri: string;
  /** Of the flow, which was taken out of the store before. */
  readonly verifier: string | null;
}

export interface PassportResult {
  readonly profile: unknown;
  readonly tokens: TokenSet;
}

/** With the calls before and after it, it fits into the deadline of the request. Milliseconds. */
const callDeadlineMs = 7_000;

/** The address of the provider's consent page. */
export function beginWithPassport(peer: PassportPeer, { redirectUri, scopes, options, keep }: Beginning): Promise<string> {
  return run(peer, (call, { resolve }) => {
    call._stateStore = {
      store(_request, verifier, _state, _meta, done) {
        void keep(verifier ?? null).then((state) => done(null, state), done);
      },
      verify(_request, _state, _meta, done) {
        done(new Error('unreachable: nothing was brought back'));
      },
    };
    call.redirect = resolve;
    call.authenticate({ query: {} }, { ...options, callbackURL: redirectUri, scope: scopes });
  });
}

/** Exchanges what was brought back for tokens and a profile. @throws OAuthFailure */
export async function finishWithPassport(peer: PassportPeer, { query, redirectUri, verifier }: Ending): Promise<PassportResult> {
  const outcome = run<PassportResult>(peer, (call, { resolve }) => {
    call._stateStore = {
      store(_request, _verifier, _state, _meta, done) {
        done(new OAuthFailure('failed', 'unexpected_answer'));
      },
      verify(_request, state, _meta, done) {
        done(null, verifier ?? true, state);
      },
    };
    call.success = (result) => resolve(result as PassportResult);
    call.authenticate({ query }, { callbackURL: redirectUri });
  });
  return outcome.catch((error: unknown) => {
    throw failureOf(error);
  });
}

/** What a strategy is told to do with what it got. */
export const passportVerify = (oauth: OAuthCapability): PassportVerify =>
  function verify(accessToken, refreshToken, parameters, profile, done) {
    done(null, { profile, tokens: tokenSetOf(oauth, { ...(parameters as object), accessToken, refreshToken }) });
  };

interface Outcome<Result> {
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** One call gets a strategy of its own: passport puts the outcome of a call on the strategy itself. */
function run<Result>({ strategy, oauth, outbound }: PassportPeer, work: (call: PassportStrategy, outcome: Outcome<Result>) => void): Promise<Result> {
  return new Promise((resolve, reject) => {
    const call: PassportStrategy = Object.create(strategy);
    call._oauth2 = Object.create(strategy._oauth2);
    // node-oauth opens connections of its own, without limits, breakers and logs.
    call._oauth2._request = function request(method, url, headers, body, _token, callback) {
      void send({ oauth, outbound }, { method, url, headers: headers ?? {}, body })
        .then(
          ({ status, text }) => (status >= 200 && status < 300 ? callback(null, text) : callback({ statusCode: status, data: text })),
          (error: unknown) => callback(error),
        )
        // A strategy that stumbles over an answer throws inside the callback.
        .catch(reject);
    };
    call.authorizationParams = (options) => ({ ...oauth.authorizationParameters, ...strategy.authorizationParams(options) });
    call.error = reject;
    call.fail = () => reject(new OAuthFailure('denied', 'access_denied'));
    call.pass = () => reject(new OAuthFailure('failed', 'unexpected_answer'));
    call.redirect = () => reject(new OAuthFailure('failed', 'unexpected_answer'));
    call.success = () => reject(new OAuthFailure('failed', 'unexpected_answer'));
    work(call, { resolve, reject });
  });
}

interface Sent {
  readonly method: string;
  readonly url: string;
  readonly headers: object;
  readonly body: string;
}

async function send(
  { oauth, outbound }: Omit<PassportPeer, 'strategy'>,
  { method, url, headers, body }: Sent,
): Promise<{ status: number; text: string }> {
  const isExchange = method === 'POST';
  const { pathname: path } = new URL(url);
  const operation = isExchange ? 'sign-in.exchange-code' : 'sign-in.get-profile';
  const call: OutboundCall = { operation, path, accountId: null, idempotent: !isExchange, deadlineMs: callDeadlineMs };
  const answer = await outbound.fetch(call)(url, {
    method,
    headers: { ...headers, accept: 'application/json' },
    ...(isExchange && { body }),
  });
  const text = await answer.text();
  const standard = isExchange ? oauth.readTokenAnswer?.({ status: answer.status, body: parsed(text) }) : undefined;
  return standard === undefined ? { status: answer.status, text } : { status: standard.status, text: JSON.stringify(standard.body) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function tokenSetOf(oauth: OAuthCapability, answer: Readonly<Record<string, unknown>> & { readonly accessToken: string }): TokenSet {
  const { accessToken, refreshToken, scope } = answer;
  return {
    accessToken,
    refreshToken: typeof refreshToken === 'string' && refreshToken !== '' ? refreshToken : null,
    lifetimeSeconds: secondsOf(answer['expires_in']) ?? oauth.defaultLifetimeSeconds,
    refreshLifetimeSeconds: secondsOf(answer['refresh_token_expires_in']) ?? oauth.refreshTokenLifetimeSeconds,
    scopes: typeof scope === 'string' && scope.trim() !== '' ? scope.trim().split(/[\s,]+/) : null,
  };
}

const secondsOf = (value: unknown): number | null => (Number(value) > 0 ? Number(value) : null);

/** Errors of strategies quote what was sent: only the error word goes on. */
function failureOf(error: unknown): OAuthFailure {
  if (error instanceof OAuthFailure) return error;
  if (error instanceof TokenError) return new OAuthFailure(error.code === 'invalid_grant' ? 'refused' : 'failed', wordOf(error.code));
  if (error instanceof AuthorizationError) return new OAuthFailure(troubles.has(error.code) ? 'failed' : 'denied', wordOf(error.code));
  const cause = error instanceof InternalOAuthError ? error.oauthError : error;
  return new OAuthFailure('failed', cause instanceof ProviderError ? cause.code : 'unexpected_answer');
}

/** Two words speak of the provider's own trouble. https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1 */
const troubles: ReadonlySet<string> = new Set(['server_error', 'temporarily_unavailable']);

const wordOf = (code: unknown): string => (typeof code === 'string' && /^[a-z_]{1,50}$/.test(code) ? code : 'unknown_error');
