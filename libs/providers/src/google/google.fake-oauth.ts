import type { FakeClient, FakeRequest, FakeResponse } from '../_kit/fake.js';
import { consentDecisionOf, consentPage, refusalPage } from '../_kit/fake-consent-page.js';
import { basicCredentialsOf, formOf, htmlAnswer, jsonAnswer, redirectAnswer } from '../_kit/fake-http.js';
import type { FakeAccounts } from '../_kit/fake-accounts.js';
import type { FakeOAuth, FakeTokenRefusal, FakeTokens } from '../_kit/fake-oauth.js';
import { googleOAuthError } from './google.fake-errors.js';
import type { IdTokenSigner } from './google.fake-id-token.js';

/** What Google's authorization server is built from. */
export interface GoogleOAuthParts {
  readonly oauth: FakeOAuth;
  readonly accounts: FakeAccounts;
  readonly idTokens: IdTokenSigner;
  readonly now: () => Date;
}

const accessTokenSeconds = 3599;

const scopeMeanings: Readonly<Record<string, string>> = {
  openid: 'Know who you are on Google',
  email: 'See your e-mail address',
  profile: 'See your name and picture',
  'https://www.googleapis.com/auth/userinfo.email': 'See your e-mail address',
  'https://www.googleapis.com/auth/userinfo.profile': 'See your name and picture',
  'https://www.googleapis.com/auth/calendar': 'See, change, share and delete all your calendars',
  'https://www.googleapis.com/auth/calendar.events': 'See and change events in your calendars',
  'https://www.googleapis.com/auth/calendar.readonly': 'See your calendars',
  'https://www.googleapis.com/auth/drive.readonly': 'See and download all your Google Drive files',
  'https://www.googleapis.com/auth/youtube.readonly': 'See your YouTube account',
};

/** Google answers the two short scopes of OpenID Connect under their long names. */
const longName = (scope: string): string => (scope === 'email' || scope === 'profile' ? `https://www.googleapis.com/auth/userinfo.${scope}` : scope);

/** `GET|POST /o/oauth2/v2/auth`: the consent page, and what follows from it. */
export const googleAuthorize = (parts: GoogleOAuthParts, request: FakeRequest): FakeResponse => {
  const asked = askedFor(parts.oauth, request.query);
  if ('status' in asked) return asked;
  const { client, redirectUri, scopes } = asked;
  const state = request.query.get('state');

  const decision = consentDecisionOf(request, scopes);
  if (decision.outcome === 'denied') return redirectAnswer(withParameters(redirectUri, { error: 'access_denied', state }));
  if (decision.outcome === 'allowed') return allowed(parts, request, { ...asked, ...decision });
  const page = {
    providerName: 'Google',
    appName: client.name,
    accounts: parts.accounts.all(),
    scopes: scopes.map((scope) => ({ scope, meaning: scopeMeanings[scope] ?? scope })),
    redirectUri,
    loginHint: request.query.get('login_hint'),
  };
  const isFirst = decision.outcome === 'undecided';
  return htmlAnswer(isFirst ? 200 : 400, consentPage(page, isFirst ? null : 'Choose an account or type an address.'));
};

interface Asked {
  readonly client: FakeClient;
  readonly redirectUri: string;
  readonly scopes: readonly string[];
}

/** What an app asks for, or the page that refuses it. Nothing is sent to a redirect URI that cannot be trusted. */
const askedFor = (oauth: FakeOAuth, query: URLSearchParams): Asked | FakeResponse => {
  const client = oauth.client(query.get('client_id') ?? '');
  if (client === null) return refused(401, 'Error 401: invalid_client', 'The OAuth client was not found.');
  const redirectUri = query.get('redirect_uri');
  if (redirectUri === null) return refused(400, 'Error 400: invalid_request', 'Missing required parameter: redirect_uri');
  if (!isRegistered(client, redirectUri)) return refused(400, 'Error 400: redirect_uri_mismatch', 'The redirect URI is not registered for this app.');
  if (query.get('response_type') !== 'code')
    return refused(400, 'Error 400: unsupported_response_type', 'Only response_type=code is supported here.');
  if (query.has('code_challenge') && query.get('code_challenge_method') !== 'S256')
    return refused(400, 'Error 400: invalid_request', 'Only code_challenge_method=S256 is supported here.');
  const scopes = (query.get('scope') ?? '').split(' ').filter(Boolean).map(longName);
  if (scopes.length === 0) return refused(400, 'Error 400: invalid_request', 'Missing required parameter: scope');
  return { client, redirectUri, scopes };
};

/** The way back to the app, with a code. */
const allowed = (
  { oauth, accounts }: GoogleOAuthParts,
  request: FakeRequest,
  { client, redirectUri, scopes, email }: Asked & { readonly email: string },
): FakeResponse => {
  const { query } = request;
  accounts.named(email);
  // A refresh token is given for offline access, and again only when consent was asked for again.
  // https://developers.google.com/identity/protocols/oauth2/web-server#offline
  const isFirstConsent = oauth.scopesOf(email, client.clientId).length === 0;
  const wantsRefreshToken = query.get('access_type') === 'offline' && (isFirstConsent || (query.get('prompt') ?? '').split(' ').includes('consent'));
  // https://developers.google.com/identity/protocols/oauth2/web-server#incrementalAuth
  const earlier = query.get('include_granted_scopes') === 'true' ? oauth.scopesOf(email, client.clientId) : [];
  const granted = [...new Set([...scopes, ...earlier])];
  const codeChallenge = query.get('code_challenge');
  const code = oauth.issueCode({
    clientId: client.clientId,
    redirectUri,
    codeChallenge,
    email,
    scopes: granted,
    wantsRefreshToken,
    nonce: query.get('nonce'),
  });
  const answer = { state: query.get('state'), iss: request.baseUrl, code, scope: granted.join(' '), authuser: '0', prompt: 'consent' };
  return redirectAnswer(withParameters(redirectUri, answer));
};

/** `POST /token`: codes and refresh tokens become access tokens. */
export const googleToken = (parts: GoogleOAuthParts, request: FakeRequest): FakeResponse => {
  const form = formOf(request);
  const credentials = basicCredentialsOf(request) ?? { clientId: form.get('client_id') ?? '', clientSecret: form.get('client_secret') ?? '' };
  if (credentials.clientId === '') return googleOAuthError(400, 'invalid_request', 'Could not determine client ID from request.');
  const client = parts.oauth.client(credentials.clientId);
  if (client === null) return googleOAuthError(401, 'invalid_client', 'The OAuth client was not found.');
  if (client.clientSecret !== credentials.clientSecret) return googleOAuthError(401, 'invalid_client', 'The provided client secret is invalid.');

  const grantType = form.get('grant_type');
  if (grantType === 'authorization_code') {
    const code = form.get('code');
    if (code === null) return googleOAuthError(400, 'invalid_request', 'Missing required parameter: code');
    const exchange = { code, clientId: client.clientId, redirectUri: form.get('redirect_uri') ?? '', codeVerifier: form.get('code_verifier') };
    return answerTokens(parts, request, { client, result: parts.oauth.exchangeCode(exchange) });
  }
  if (grantType === 'refresh_token') {
    const refreshToken = form.get('refresh_token');
    if (refreshToken === null) return googleOAuthError(400, 'invalid_request', 'Missing required parameter: refresh_token');
    return answerTokens(parts, request, { client, result: parts.oauth.refresh(refreshToken, client.clientId) });
  }
  return googleOAuthError(400, 'unsupported_grant_type', `Invalid grant_type: ${grantType ?? ''}`);
};

/** `POST /revoke`: ends the grant of an access or refresh token. */
export const googleRevoke = ({ oauth }: GoogleOAuthParts, request: FakeRequest): FakeResponse => {
  const token = formOf(request).get('token') ?? request.query.get('token');
  if (token === null) return googleOAuthError(400, 'invalid_request', 'Missing required parameter: token');
  return oauth.revokeToken(token) ? jsonAnswer(200, {}) : googleOAuthError(400, 'invalid_token', 'Token expired or revoked');
};

/** `GET /.well-known/openid-configuration`. */
export const googleDiscovery = ({ baseUrl }: FakeRequest): FakeResponse =>
  jsonAnswer(200, {
    issuer: baseUrl,
    authorization_endpoint: `${baseUrl}/o/oauth2/v2/auth`,
    token_endpoint: `${baseUrl}/token`,
    userinfo_endpoint: `${baseUrl}/v1/userinfo`,
    revocation_endpoint: `${baseUrl}/revoke`,
    jwks_uri: `${baseUrl}/oauth2/v3/certs`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    code_challenge_methods_supported: ['S256'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
    authorization_response_iss_parameter_supported: true,
  });

interface TokenOutcome {
  readonly client: FakeClient;
  readonly result: FakeTokens | FakeTokenRefusal;
}

const answerTokens = ({ accounts, idTokens, now }: GoogleOAuthParts, request: FakeRequest, { client, result }: TokenOutcome): FakeResponse => {
  if (!result.ok) return refusals[result.reason]();
  const { accessToken, refreshToken, refreshTokenExpiresIn, scopes, email, nonce } = result;
  const claims = { issuer: request.baseUrl, audience: client.clientId, account: accounts.named(email), nonce, now: now() };
  return jsonAnswer(200, {
    access_token: accessToken,
    expires_in: accessTokenSeconds,
    ...(refreshToken === null ? {} : { refresh_token: refreshToken }),
    ...(refreshTokenExpiresIn === null ? {} : { refresh_token_expires_in: refreshTokenExpiresIn }),
    scope: scopes.join(' '),
    token_type: 'Bearer',
    ...(scopes.includes('openid') ? { id_token: idTokens.sign(claims) } : {}),
  });
};

const refusals: Readonly<Record<FakeTokenRefusal['reason'], () => FakeResponse>> = {
  code_invalid: () => googleOAuthError(400, 'invalid_grant', 'Malformed auth code.'),
  redirect_uri_mismatch: () => googleOAuthError(400, 'redirect_uri_mismatch', 'Bad Request'),
  verifier_missing: () => googleOAuthError(400, 'invalid_grant', 'Missing code verifier.'),
  verifier_invalid: () => googleOAuthError(400, 'invalid_grant', 'Invalid code verifier.'),
  refresh_token_invalid: () => googleOAuthError(400, 'invalid_grant', 'Token has been expired or revoked.'),
};

const isRegistered = (client: FakeClient, redirectUri: string): boolean =>
  URL.canParse(redirectUri) && (client.redirectUris === undefined || client.redirectUris.includes(redirectUri));

const refused = (status: number, title: string, detail: string): FakeResponse => htmlAnswer(status, refusalPage('Google', title, detail));

const withParameters = (uri: string, parameters: Readonly<Record<string, string | null>>): string => {
  const url = new URL(uri);
  Object.entries(parameters).forEach(([name, value]) => value !== null && url.searchParams.set(name, value));
  return url.href;
};
