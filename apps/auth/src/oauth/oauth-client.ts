import { ProviderError, type OAuthCapability, type Outbound, type OutboundCall } from '@patchbay/capabilities';
import * as oauth from 'oauth4webapi';

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
}

/** What the provider's page sent back through the browser. */
export interface AuthorizationResponse {
  readonly state: string;
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
  readonly lifetimeSeconds: number;
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
  ) {
    super(`oauth: ${kind} (${reason})`);
  }
}

/** With what a caller may have waited before, each fits into the deadline of its request. Milliseconds. */
const exchangeDeadlineMs = 10_000;
const refreshDeadlineMs = 8_000;
const revocationDeadlineMs = 4_000;

export const newVerifier = (): string => oauth.generateRandomCodeVerifier();
export const newState = (): string => oauth.generateRandomState();

/** The address of the provider's consent page. */
export async function authorizationUrl(capability: OAuthCapability, request: AuthorizationRequest): Promise<string> {
  const url = new URL(capability.authorizationEndpoint);
  const parameters = {
    ...capability.authorizationParameters,
    response_type: 'code',
    client_id: capability.clientId,
    redirect_uri: request.redirectUri,
    scope: request.scopes.join(' '),
    state: request.state,
    ...(request.verifier !== null && {
      code_challenge: await oauth.calculatePKCECodeChallenge(request.verifier),
      code_challenge_method: 'S256',
    }),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

/** Exchanges a code for tokens. @throws OAuthFailure */
export function exchangeCode(peer: OAuthPeer, response: AuthorizationResponse): Promise<TokenSet> {
  return translated(async () => {
    const { server, client, authentication } = partsOf(peer.oauth);
    const parameters = new URLSearchParams(definedOnly({ state: response.state, code: response.code, iss: response.iss, error: response.error }));
    const checked = oauth.validateAuthResponse(server, client, parameters, response.state);
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
    return tokenSetOf(await oauth.processAuthorizationCodeResponse(server, client, await withoutIdToken(answer)), peer.oauth);
  });
}

/** Fetches new tokens. @throws OAuthFailure; `refused` when the refresh token is dead for good. */
export function refreshTokens(peer: OAuthPeer, connectionId: string, refreshToken: string): Promise<TokenSet> {
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
    return tokenSetOf(await oauth.processRefreshTokenResponse(server, client, await withoutIdToken(answer)), peer.oauth);
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
 * Who connected is asked from the provider's own API, so an ID token says nothing new; but its claims would be checked against this machine's
 * clock, and a clock that is off would then prevent connections that work.
 */
async function withoutIdToken(answer: Response): Promise<Response> {
  if (!answer.ok) return answer;
  const body: unknown = await answer
    .clone()
    .json()
    .catch(() => null);
  if (typeof body !== 'object' || body === null || !('id_token' in body)) return answer;
  const { id_token: _unused, ...rest } = body;
  return Response.json(rest, { status: answer.status });
}

function tokenSetOf(answer: oauth.TokenEndpointResponse, capability: OAuthCapability): TokenSet {
  return {
    accessToken: answer.access_token,
    refreshToken: answer.refresh_token ?? null,
    lifetimeSeconds: answer.expires_in ?? capability.defaultLifetimeSeconds,
    scopes: answer.scope === undefined || answer.scope.trim() === '' ? null : answer.scope.trim().split(/\s+/),
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
  if (error instanceof ProviderError) return new OAuthFailure('failed', error.reason ?? error.code);
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
