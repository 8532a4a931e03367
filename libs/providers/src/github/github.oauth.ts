import { oauthDefaults, type OAuthCapability, type TokenAnswer } from '@patchbay/capabilities';
import { z } from 'zod';
import { scopesOf, withoutSlash } from '../_kit/oauth-variables.js';

/** The variables that concern GitHub's authorization server. */
export interface GithubOAuthConfig {
  readonly GITHUB_CLIENT_ID: string;
  readonly GITHUB_CLIENT_SECRET: string;
  readonly GITHUB_REDIRECT_URI?: string | undefined;
  readonly GITHUB_SCOPES?: string | undefined;
  readonly GITHUB_AUTH_BASE_URL: string;
}

/** What each scope that Patchbay asks for allows. https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps */
export const githubScopeMeanings = {
  'read:user': 'see your profile',
  'user:email': 'see your e-mail addresses',
} as const satisfies OAuthCapability['scopeMeanings'];

/**
 * One client for both kinds of app: an OAuth app gets a token that does not end, a GitHub App one for eight hours and a rotating refresh token.
 *
 * @see https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
 * @see https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/refreshing-user-access-tokens
 */
export const githubOAuth = (config: GithubOAuthConfig): OAuthCapability => {
  const host = withoutSlash(config.GITHUB_AUTH_BASE_URL);
  return {
    ...oauthDefaults,
    issuer: `${host}/login/oauth`,
    authorizationEndpoint: `${host}/login/oauth/authorize`,
    tokenEndpoint: `${host}/login/oauth/access_token`,
    clientId: config.GITHUB_CLIENT_ID,
    clientSecret: config.GITHUB_CLIENT_SECRET,
    redirectUri: config.GITHUB_REDIRECT_URI ?? null,
    scopes: { authentication: scopesOf(config.GITHUB_SCOPES, Object.keys(githubScopeMeanings)) },
    scopeMeanings: githubScopeMeanings,
    // PKCE since July 2025, with S256 only. https://github.blog/changelog/2025-07-14-pkce-support-for-oauth-and-github-app-authentication
    usesPkce: true,
    defaultLifetimeSeconds: null,
    rotatesRefreshToken: true,
    // Six months for a GitHub App, whose answers always say so; an OAuth app has no refresh token that could end.
    refreshTokenLifetimeSeconds: null,
    readTokenAnswer: readGithubTokenAnswer,
  };
};

const refusal = z.object({ error: z.string() });
const grant = z.looseObject({ access_token: z.string(), scope: z.literal('') });

/** GitHub's words for what RFC 6749 section 5.2 has words for; any other stays as it is. */
const words: ReadonlyMap<string, string> = new Map([
  ['bad_verification_code', 'invalid_grant'],
  ['bad_refresh_token', 'invalid_grant'],
  ['incorrect_client_credentials', 'invalid_client'],
]);

/**
 * GitHub refuses with status 200 and words of its own, against RFC 6749 section 5.2.
 * https://docs.github.com/en/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors
 *
 * A GitHub App has permissions instead of scopes and always answers an empty list of those, which is no list of what was refused.
 * https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-user-access-token-for-a-github-app
 */
export const readGithubTokenAnswer = ({ status, body }: TokenAnswer): TokenAnswer => {
  const refused = refusal.safeParse(body);
  if (refused.success && status < 500) return { status: 400, body: { error: words.get(refused.data.error) ?? refused.data.error } };
  const granted = grant.safeParse(body);
  if (!granted.success) return { status, body };
  const { scope: _, ...rest } = granted.data;
  return { status, body: rest };
};
