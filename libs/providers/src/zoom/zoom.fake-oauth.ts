import type { FakeClient, FakeRequest, FakeResponse } from '../_kit/fake.js';
import { consentDecisionOf, consentPage, refusalPage } from '../_kit/fake-consent-page.js';
import { basicCredentialsOf, formOf, htmlAnswer, jsonAnswer, redirectAnswer } from '../_kit/fake-http.js';
import type { FakeAccounts } from '../_kit/fake-accounts.js';
import type { FakeOAuth, FakeTokenRefusal, FakeTokens } from '../_kit/fake-oauth.js';
import { zoomOAuthError } from './zoom.fake-errors.js';

/** What Zoom's authorization server is built from. */
export interface ZoomOAuthParts {
  readonly oauth: FakeOAuth;
  readonly accounts: FakeAccounts;
  /** Zoom's apps have their scopes in the marketplace; a request without `scope` asks for all of them. */
  readonly appScopes: readonly string[];
}

const scopeMeanings: Readonly<Record<string, string>> = {
  'meeting:read': 'See your meetings',
  'meeting:write': 'Create, change and delete your meetings',
  'user:read': 'See your profile',
  'meeting:read:meeting': 'See a meeting',
  'meeting:read:list_meetings': 'See your meetings',
  'meeting:write:meeting': 'Create meetings',
  'meeting:update:meeting': 'Change meetings',
  'meeting:delete:meeting': 'Delete meetings',
  'user:read:user': 'See your profile',
};

/** `GET|POST /oauth/authorize`: the consent page, and what follows from it. */
export const zoomAuthorize = ({ oauth, accounts, appScopes }: ZoomOAuthParts, request: FakeRequest): FakeResponse => {
  const { query } = request;
  const clientId = query.get('client_id') ?? '';
  const client = oauth.client(clientId);
  if (client === null) return refused(`Invalid client_id: ${clientId} (4,700)`);
  const redirectUri = query.get('redirect_uri');
  if (redirectUri === null || !isRegistered(client, redirectUri)) return refused(`Invalid redirect: ${redirectUri ?? ''} (4,700)`);
  if (query.get('response_type') !== 'code') return refused('Invalid response type (4,700)');
  if (query.has('code_challenge') && query.get('code_challenge_method') !== 'S256') return refused('Invalid code challenge method (4,700)');
  const asked = (query.get('scope') ?? '').split(' ').filter(Boolean);
  const foreign = asked.filter((scope) => !appScopes.includes(scope));
  if (foreign.length > 0) return refused(`Invalid scope: ${foreign.join(' ')} (4,700)`);
  const scopes = asked.length === 0 ? appScopes : asked;

  const decision = consentDecisionOf(request, scopes);
  if (decision.outcome === 'denied') return redirectAnswer(withParameters(redirectUri, { error: 'access_denied', state: query.get('state') }));
  if (decision.outcome !== 'allowed') {
    const page = {
      providerName: 'Zoom',
      appName: client.name,
      accounts: accounts.all(),
      scopes: scopes.map((scope) => ({ scope, meaning: scopeMeanings[scope] ?? scope })),
      redirectUri,
      loginHint: null,
    };
    const isFirst = decision.outcome === 'undecided';
    return htmlAnswer(isFirst ? 200 : 400, consentPage(page, isFirst ? null : 'Choose an account or type an address.'));
  }

  accounts.named(decision.email);
  const code = oauth.issueCode({
    clientId: client.clientId,
    redirectUri,
    codeChallenge: query.get('code_challenge'),
    email: decision.email,
    scopes: decision.scopes,
    wantsRefreshToken: true,
    nonce: null,
  });
  return redirectAnswer(withParameters(redirectUri, { code, state: query.get('state') }));
};

/** `POST /oauth/token`: parameters may stand in the query or in a form. Only HTTP Basic proves the client. */
export const zoomToken = ({ oauth }: ZoomOAuthParts, request: FakeRequest): FakeResponse => {
  const client = authenticatedClient(oauth, request);
  if (client === null) return zoomOAuthError(401, 'invalid_client', 'Invalid client_id or client_secret');
  const parameter = parametersOf(request);

  const grantType = parameter('grant_type');
  if (grantType === 'authorization_code') {
    const code = parameter('code') ?? '';
    const exchange = { code, clientId: client.clientId, redirectUri: parameter('redirect_uri') ?? '', codeVerifier: parameter('code_verifier') };
    return answerTokens(oauth.exchangeCode(exchange), request);
  }
  if (grantType === 'refresh_token') return answerTokens(oauth.refresh(parameter('refresh_token') ?? '', client.clientId), request);
  return zoomOAuthError(400, 'unsupported_grant_type', grantType === null ? 'Missing grant type' : 'unsupported grant type');
};

/** `POST /oauth/revoke`: ends the grant of an access token. */
export const zoomRevoke = ({ oauth }: ZoomOAuthParts, request: FakeRequest): FakeResponse => {
  if (authenticatedClient(oauth, request) === null) return zoomOAuthError(401, 'invalid_client', 'Invalid client_id or client_secret');
  const token = parametersOf(request)('token');
  if (token === null || !oauth.revokeToken(token)) return zoomOAuthError(400, 'invalid_request', 'Invalid Token!');
  return jsonAnswer(200, { status: 'success' });
};

const authenticatedClient = (oauth: FakeOAuth, request: FakeRequest): FakeClient | null => {
  const credentials = basicCredentialsOf(request);
  const client = credentials === null ? null : oauth.client(credentials.clientId);
  return client?.clientSecret === credentials?.clientSecret ? client : null;
};

const parametersOf = (request: FakeRequest): ((name: string) => string | null) => {
  const form = formOf(request);
  return (name) => form.get(name) ?? request.query.get(name);
};

const answerTokens = (result: FakeTokens | FakeTokenRefusal, request: FakeRequest): FakeResponse => {
  if (!result.ok) return refusals[result.reason]();
  return jsonAnswer(200, {
    access_token: result.accessToken,
    token_type: 'bearer',
    ...(result.refreshToken === null ? {} : { refresh_token: result.refreshToken }),
    expires_in: 3600,
    scope: result.scopes.join(' '),
    api_url: request.baseUrl,
  });
};

const refusals: Readonly<Record<FakeTokenRefusal['reason'], () => FakeResponse>> = {
  code_invalid: () => zoomOAuthError(400, 'invalid_grant', 'Invalid authorization code'),
  redirect_uri_mismatch: () => zoomOAuthError(400, 'invalid_request', 'Redirect URI mismatch.'),
  verifier_missing: () => zoomOAuthError(400, 'invalid_request', 'Missing code verifier'),
  verifier_invalid: () => zoomOAuthError(400, 'invalid_grant', 'Invalid code verifier'),
  refresh_token_invalid: () => zoomOAuthError(400, 'invalid_grant', 'Invalid Token!'),
};

const isRegistered = (client: FakeClient, redirectUri: string): boolean =>
  URL.canParse(redirectUri) && (client.redirectUris === undefined || client.redirectUris.includes(redirectUri));

const refused = (detail: string): FakeResponse => htmlAnswer(400, refusalPage('Zoom', 'This app cannot be authorised', detail));

const withParameters = (uri: string, parameters: Readonly<Record<string, string | null>>): string => {
  const url = new URL(uri);
  Object.entries(parameters).forEach(([name, value]) => value !== null && url.searchParams.set(name, value));
  return url.href;
};
