import type { FakeAccount, FakeClient, FakeOptions, FakeResponse, ProviderFake } from '../_kit/fake.js';
import { jsonAnswer } from '../_kit/fake-http.js';
import { createOAuthFake, type OAuthFakeHabits } from '../_kit/fake-oauth-provider.js';
import { discordScopeMeanings } from './discord.oauth.js';

/** The app that is registered at a Discord fake unless a test says otherwise. */
export const discordFakeClient: FakeClient = { clientId: 'sandbox-discord-client', clientSecret: 'sandbox-discord-secret', name: 'Patchbay' };

/**
 * A Discord in memory: consent, rotating tokens for a week, and the person who signed in, with and without a version in the path.
 * An address that begins with `unverified` was never verified.
 */
export const createDiscordFake = (options: FakeOptions = {}): ProviderFake => createOAuthFake(habits, options);

const accessTokenSeconds = 7 * 86_400;

/** @see https://discord.com/developers/docs/reference#error-messages */
const discordError = (status: number, message: string, headers: Readonly<Record<string, string>> = {}): FakeResponse =>
  jsonAnswer(status, { message, code: 0 }, headers);

const oauthError = (status: number, error: string, description?: string): FakeResponse =>
  jsonAnswer(status, { error, ...(description !== undefined && { error_description: description }) });

/** As people who met them report them: https://github.com/discord/discord-api-docs/issues/5579 and /pull/7046 */
const refusals: Readonly<Record<Parameters<OAuthFakeHabits['refusal']>[0], () => FakeResponse>> = {
  code_invalid: () => oauthError(400, 'invalid_grant', 'Invalid "code" in request.'),
  redirect_uri_mismatch: () => oauthError(400, 'invalid_grant', 'Invalid "redirect_uri" in request.'),
  verifier_missing: () => oauthError(400, 'invalid_request', 'Missing "code_verifier"'),
  verifier_invalid: () => oauthError(400, 'invalid_request', 'Invalid "code_verifier"'),
  refresh_token_invalid: () => oauthError(400, 'invalid_grant'),
  invalid_client: () => oauthError(401, 'invalid_client'),
  unsupported_grant_type: () => oauthError(400, 'unsupported_grant_type'),
};

/** With a code, which the published description requires and the documents call optional. https://discord.com/developers/docs/topics/rate-limits#exceeding-a-rate-limit */
const rateLimited = (retryAfter: string | null): FakeResponse => {
  const seconds = Number(retryAfter ?? 1);
  return jsonAnswer(
    429,
    { message: 'You are being rate limited.', retry_after: Number.isFinite(seconds) ? seconds : 1, global: false, code: 0 },
    {
      'x-ratelimit-limit': '10',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset-after': String(seconds),
      'x-ratelimit-bucket': 'abcd1234',
      'x-ratelimit-scope': 'user',
      ...(retryAfter !== null && { 'retry-after': retryAfter }),
    },
  );
};

const sudden: Readonly<Record<number, string>> = {
  401: '401: Unauthorized',
  403: '403: Forbidden',
  404: '404: Not Found',
  405: '405: Method Not Allowed',
  500: '500: Internal Server Error',
  503: '503: Service Unavailable',
};

const failure = (status: number, retryAfter: string | null): FakeResponse => {
  if (status === 429) return rateLimited(retryAfter);
  return discordError(status, sudden[status] ?? `${status}: Error`, retryAfter === null ? {} : { 'retry-after': retryAfter });
};

const habits: OAuthFakeHabits = {
  id: 'discord',
  displayName: 'Discord',
  client: discordFakeClient,
  // Codes live for 100 seconds: https://github.com/discord/discord-api-docs/issues/2526
  policy: {
    accessTokenSeconds,
    codeSeconds: 100,
    rotatesRefreshTokens: true,
    revokesWholeApp: true,
    prefixes: { code: '', access: '', refresh: '' },
  },
  paths: {
    authorize: /^(\/api(\/v\d+)?)?\/oauth2\/authorize$/,
    token: /^\/api(\/v\d+)?\/oauth2\/token$/,
    revoke: /^\/api(\/v\d+)?\/oauth2\/token\/revoke$/,
  },
  clientAuthentication: 'either',
  pkce: 'accepted',
  scopeMeanings: { ...discordScopeMeanings, guilds: 'see the servers you are in', connections: 'see the accounts you have linked' },
  responseParameters: ({ baseUrl }) => ({ iss: baseUrl }),
  wantsRefreshToken: () => true,
  tokenAnswer: ({ accessToken, refreshToken, scopes }) =>
    jsonAnswer(200, {
      token_type: 'Bearer',
      access_token: accessToken,
      expires_in: accessTokenSeconds,
      refresh_token: refreshToken,
      scope: scopes.join(' '),
    }),
  refusal: (reason) => refusals[reason](),
  revoked: () => jsonAnswer(200, {}),
  unauthorized: () => failure(401, null),
  api: ({ request: { method, path }, account, scopes }) => {
    const what = /^\/api(?:\/v\d+)?\/users\/@me(?:\/(guilds|connections))?$/.exec(path);
    if (what === null) return null;
    if (method !== 'GET') return failure(405, null);
    const [, list] = what;
    if (list !== undefined) return scopes.includes(list) ? jsonAnswer(200, []) : failure(401, null);
    return scopes.includes('identify') ? jsonAnswer(200, toUser(account, scopes.includes('email'))) : failure(401, null);
  },
  notFound: () => failure(404, null),
  failure,
};

const toUser = ({ id, email, givenName, familyName }: FakeAccount, showsEmail: boolean): object => ({
  id,
  username: `${givenName}.${familyName}`.toLowerCase(),
  avatar: null,
  discriminator: '0',
  public_flags: 0,
  flags: 0,
  banner: null,
  accent_color: null,
  global_name: `${givenName} ${familyName}`,
  avatar_decoration_data: null,
  mfa_enabled: false,
  locale: 'en-US',
  premium_type: 0,
  ...(showsEmail && { email, verified: !email.startsWith('unverified') }),
});
