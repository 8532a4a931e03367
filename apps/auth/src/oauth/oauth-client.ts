import { ProviderError, type OAuthCapability, type Outbound, type OutboundCall } from '@patchbay/capabilities';
import { retryAfterMs } from '@patchbay/providers';
import * as oauth from 'oauth4webapi';
import { exchangeUrl, failedAnswer, longLivedAnswer, renewalUrl } from './long-lived-tokens.js';

/** Where the protocol is spoken with. */
export interface OAuthPeer {
  readonly oauth: OAuthCapability;
  readonly outbound: Outbound;
}

/** What an authorization request is made of. https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1 */
export interface AuthorizationRequest {
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  readonly state: string;
  /** Null for a provider that does not take PKCE. */
  readonly verifier: string | null;
  /** The account to choose first, such as an address. */
  readonly accountHint?: string | null;
}

/** What the provider's page sent back through the browser. */
export interface AuthorizationResponse {
  readonly code: string | undefined;
  readonly iss: string | undefined;
  readonly error: string | undefined;
  readonly redirectUri: string;
  readonly verifier: string | null;
}

/** Tokens as a provider answered them. */
export interface TokenSet {
  readonly accessToken: string;
  /** Null when the answer has none: the one before stays valid then. https://www.rfc-editor.org/rfc/rfc6749#section-6 */
  readonly refreshToken: string | null;
  /** Null for a token that does not end. */
  readonly lifetimeSeconds: number | null;
  /** Of the refresh token; null when it does not end by itself. */
  readonly refreshLifetimeSeconds: number | null;
  /** Null when the answer does not say: then it is what was asked for. https://www.rfc-editor.org/rfc/rfc6749#section-5.1 */
  readonly scopes: readonly string[] | null;
}

/** `refused` is the provider's last word on a code or token, `denied` the user's; `failed` may be different another time or with another configuration. */
export type OAuthFailureKind = 'denied' | 'issuer_mismatch' | 'refused' | 'failed';

/** Why there are no tokens. Carries the provider's error word at most: descriptions and bodies quote what was sent. */
export class OAuthFailure extends Error {
  override readonly name = 'OAuthFailure';

  constructor(
    readonly kind: OAuthFailureKind,
    /** An error word such as `invalid_client`, or our own such as `unavailable`. */
    readonly reason: string,
    /** How long the provider asks to wait. */
    readonly retryAfterMs?: number,
  ) {
    super(`oauth: ${kind} (${reason})`);
  }
}

/** With what a caller may have waited before, each fits into the deadline of its request. Milliseconds. */
const exchangeDeadlineMs = 10_000;
const refreshDeadlineMs = 8_000;
const revocationDeadlineMs = 4_000;

export const newVerifier = (): string => oauth.generateRandomCodeVerifier();

/** The address of the provider's consent page. */
export async function authorizationUrl(capability: OAuthCapability, request: AuthorizationRequest): Promise<string> {
  const url = new URL(capability.authorizationEndpoint);
  const parameters = {
    ...capability.authorizationParameters,
    response_type: 'code',
    client_id: capability.clientId,
    redirect_uri: request.redirectUri,
    scope: request.scopes.join(capability.scopeSeparator),
    state: request.state,
    ...(request.verifier !== null && {
      code_challenge: await oauth.calculatePKCECodeChallenge(request.verifier),
      code_challenge_method: 'S256',
    }),
    ...(capability.accountHintParameter !== null &&
      typeof request.accountHint === 'string' && { [capability.accountHintParameter]: request.accountHint }),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

/** Exchanges a code for tokens. @throws OAuthFailure */
export function exchangeCode(peer: OAuthPeer, response: AuthorizationResponse): Promise<TokenSet> {
  return translated(async () => {
    const { server, client, authentication } = partsOf(peer.oauth);
    // The state was compared where it is kept, with all that it belongs to.
    const parameters = new URLSearchParams(definedOnly({ code: response.code, iss: response.iss, error: response.error }));
    const checked = oauth.validateAuthResponse(server, client, parameters, oauth.expectNoState);
    const answer = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      authentication,
      checked,
      response.redirectUri,
      response.verifier ?? oauth.nopkce,
      optionsOf(peer, {
        operation: 'oauth.exchange-code',
        endpoint: peer.oauth.tokenEndpoint,
        accountId: null,
        idempotent: false,
        deadlineMs: exchangeDeadlineMs,
      }),
    );
    const tokens = await oauth.processAuthorizationCodeResponse(server, client, await standardised(answer, peer.oauth));
    return exchangedForLongLived(peer, tokenSetOf(tokens, peer.oauth));
  });
}

/** What a new access token is asked for with. */
export interface RenewableTokens {
  readonly accessToken: string;
  readonly refreshToken: string | null;
}

/** Whether there is anything to ask for a new access token with. */
export const isRenewable = (capability: OAuthCapability, tokens: { readonly refreshToken: unknown }): boolean =>
  tokens.refreshToken !== null || capability.longLivedTokens !== null;

/** Fetches new tokens. @throws OAuthFailure; `refused` when what there is is dead for good. */
export function refreshTokens(peer: OAuthPeer, connectionId: string, { accessToken, refreshToken }: RenewableTokens): Promise<TokenSet> {
  if (refreshToken === null) return renewLongLived(peer, connectionId, accessToken);
  return translated(async () => {
    const { server, client, authentication } = partsOf(peer.oauth);
    // Asking again with a refresh token that was already exchanged for another is what thieves do: some providers then end the whole grant.
    const idempotent = !peer.oauth.rotatesRefreshToken;
    const options = optionsOf(peer, {
      operation: 'oauth.refresh',
      endpoint: peer.oauth.tokenEndpoint,
      accountId: connectionId,
      idempotent,
      deadlineMs: refreshDeadlineMs,
    });
    const answer = await oauth.refreshTokenGrantRequest(server, client, authentication, refreshToken, options);
    requireAnswer(answer);
    return tokenSetOf(await oauth.processRefreshTokenResponse(server, client, await standardised(answer, peer.oauth)), peer.oauth);
  });
}

/** Ends a grant at the provider. https://www.rfc-editor.org/rfc/rfc7009 @throws OAuthFailure */
export function revokeToken(peer: OAuthPeer, connectionId: string, token: string): Promise<void> {
  const endpoint = peer.oauth.revocationEndpoint;
  if (endpoint === null) return Promise.resolve();
  return translated(async () => {
    const { server, client, authentication } = partsOf(peer.oauth);
    const call = { operation: 'oauth.revoke', endpoint, accountId: connectionId, idempotent: true, deadlineMs: revocationDeadlineMs };
    await oauth.processRevocationResponse(await oauth.revocationRequest(server, client, authentication, token, optionsOf(peer, call)));
  });
}

/** Where a provider's first token lives an hour only, a longer one is fetched for it before it is stored. */
async function exchangedForLongLived(peer: OAuthPeer, tokens: TokenSet): Promise<TokenSet> {
  const { longLivedTokens: rules } = peer.oauth;
  if (rules === null) return tokens;
  const call = {
    operation: 'oauth.exchange-token',
    endpoint: rules.exchangeEndpoint,
    accountId: null,
    idempotent: true,
    deadlineMs: exchangeDeadlineMs,
  };
  return { ...tokens, ...(await longLived(peer, call, exchangeUrl(rules, peer.oauth, tokens.accessToken))), scopes: tokens.scopes };
}

function renewLongLived(peer: OAuthPeer, connectionId: string, accessToken: string): Promise<TokenSet> {
  const { longLivedTokens: rules } = peer.oauth;
  if (rules === null) throw new Error('unreachable: only renewable tokens are renewed');
  const call = {
    operation: 'oauth.renew-token',
    endpoint: rules.renewalEndpoint,
    accountId: connectionId,
    idempotent: true,
    deadlineMs: refreshDeadlineMs,
  };
  return translated(() => longLived(peer, call, renewalUrl(rules, accessToken)));
}

async function longLived({ oauth: capability, outbound }: OAuthPeer, { endpoint, ...call }: EndpointCall, url: URL): Promise<TokenSet> {
  const answer = await outbound.fetch({ ...call, path: new URL(endpoint).pathname })(url, { headers: { accept: 'application/json' } });
  requireAnswer(answer);
  const standard = await standardised(answer, capability);
  const body: unknown = await standard.json().catch(() => null);
  const read = longLivedAnswer.safeParse(body);
  if (standard.ok && read.success) {
    const lifetimeSeconds = read.data.expires_in ?? capability.defaultLifetimeSeconds;
    return { accessToken: read.data.access_token, refreshToken: null, lifetimeSeconds, refreshLifetimeSeconds: null, scopes: null };
  }
  const word = failedAnswer.safeParse(body).data?.error ?? 'unexpected_answer';
  throw new OAuthFailure(word === 'invalid_grant' ? 'refused' : 'failed', wordOf(word));
}

interface Parts {
  readonly server: oauth.AuthorizationServer;
  readonly client: oauth.Client;
  readonly authentication: oauth.ClientAuth;
}

function partsOf(capability: OAuthCapability): Parts {
  const server: oauth.AuthorizationServer = {
    issuer: capability.issuer,
    authorization_endpoint: capability.authorizationEndpoint,
    token_endpoint: capability.tokenEndpoint,
    authorization_response_iss_parameter_supported: capability.sendsIssuer,
    ...(capability.revocationEndpoint !== null && { revocation_endpoint: capability.revocationEndpoint }),
  };
  const prove = capability.clientAuthentication === 'client_secret_basic' ? oauth.ClientSecretBasic : oauth.ClientSecretPost;
  return { server, client: { client_id: capability.clientId }, authentication: prove(capability.clientSecret) };
}

type EndpointCall = Omit<OutboundCall, 'path'> & { readonly endpoint: string };

function optionsOf({ outbound }: OAuthPeer, { endpoint, ...call }: EndpointCall): oauth.TokenEndpointRequestOptions {
  const { protocol, pathname } = new URL(endpoint);
  const send = outbound.fetch({ ...call, path: pathname });
  return {
    [oauth.customFetch]: (url, init) => send(url, init as RequestInit),
    // Only where an operator configured plain http: a sandbox on this machine.
    [oauth.allowInsecureRequests]: protocol === 'http:',
  };
}

/**
 * A token answer as RFC 6749 has it, whatever the vendor made of it, and without an ID token: who connected is asked from the provider's own API, so
 * its claims say nothing new, but they would be checked against this machine's clock, and a clock that is off would prevent connections that work.
 */
async function standardised(answer: Response, capability: OAuthCapability): Promise<Response> {
  const read: unknown = await answer
    .clone()
    .json()
    .catch(() => null);
  if (typeof read !== 'object' || read === null) return answer;
  const { status, body } = capability.readTokenAnswer?.({ status: answer.status, body: read }) ?? { status: answer.status, body: read };
  if (typeof body !== 'object' || body === null) return answer;
  const { id_token: _unused, ...rest } = body as Readonly<Record<string, unknown>>;
  return Response.json(rest, { status });
}

/** A provider that is busy or broken says nothing about the token, whatever words it finds. @throws OAuthFailure */
function requireAnswer({ status, headers }: Response): void {
  if (status === 429 || status >= 500)
    throw new OAuthFailure('failed', status === 429 ? 'rate_limited' : 'unavailable', retryAfterMs(headers.get('retry-after'), new Date()));
}

function tokenSetOf(answer: oauth.TokenEndpointResponse, capability: OAuthCapability): TokenSet {
  const refreshLifetime = Number(answer['refresh_token_expires_in']);
  return {
    accessToken: answer.access_token,
    refreshToken: answer.refresh_token ?? null,
    lifetimeSeconds: answer.expires_in ?? capability.defaultLifetimeSeconds,
    refreshLifetimeSeconds: refreshLifetime > 0 ? refreshLifetime : capability.refreshTokenLifetimeSeconds,
    // Present and empty: somebody unticked everything.
    scopes: answer.scope === undefined ? null : answer.scope.split(/[\s,]+/).filter(Boolean),
  };
}

async function translated<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw failureOf(error);
  }
}

/** Errors of the library carry whole answers, tokens included: only the error word goes on. */
function failureOf(error: unknown): OAuthFailure {
  if (error instanceof OAuthFailure) return error;
  if (error instanceof ProviderError) return new OAuthFailure('failed', error.reason ?? error.code, error.retryAfterMs);
  if (error instanceof oauth.AuthorizationResponseError) return new OAuthFailure(deniedOr(error.error), wordOf(error.error));
  if (error instanceof oauth.ResponseBodyError) {
    return new OAuthFailure(error.error === 'invalid_grant' ? 'refused' : 'failed', wordOf(error.error));
  }
  if (error instanceof oauth.OperationProcessingError && /"iss"/.test(error.message)) return new OAuthFailure('issuer_mismatch', 'issuer_mismatch');
  if (error instanceof oauth.OperationProcessingError || error instanceof oauth.WWWAuthenticateChallengeError)
    return new OAuthFailure('failed', 'unexpected_answer');
  throw error;
}

/** Two words speak of the provider's own trouble; every other one of the user's or the provider's refusal. https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1 */
const deniedOr = (error: string): OAuthFailureKind => (error === 'server_error' || error === 'temporarily_unavailable' ? 'failed' : 'denied');

/** An error word as the specification allows it, and nothing longer: it goes into logs and answers. */
const wordOf = (error: string): string => (/^[a-z_]{1,50}$/.test(error) ? error : 'unknown_error');

const definedOnly = (values: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined));
