import { oauthDefaults, type OAuthCapability, type TokenAnswer } from '@patchbay/capabilities';
import { z } from 'zod';
import { scopesOf, withoutSlash } from '../_kit/oauth-variables.js';

/** The variables that concern Discord's authorization server. */
export interface DiscordOAuthConfig {
  readonly DISCORD_CLIENT_ID: string;
  readonly DISCORD_CLIENT_SECRET: string;
  readonly DISCORD_REDIRECT_URI?: string | undefined;
  readonly DISCORD_SCOPES?: string | undefined;
  readonly DISCORD_AUTH_BASE_URL: string;
}

/** What each scope that Patchbay asks for allows. https://discord.com/developers/docs/topics/oauth2#shared-resources-oauth2-scopes */
export const discordScopeMeanings = {
  identify: 'see your name and picture',
  email: 'see your e-mail address',
} as const satisfies OAuthCapability['scopeMeanings'];

/** @see https://discord.com/developers/docs/topics/oauth2 and https://discord.com/.well-known/oauth-authorization-server */
export const discordOAuth = (config: DiscordOAuthConfig): OAuthCapability => {
  const host = withoutSlash(config.DISCORD_AUTH_BASE_URL);
  return {
    ...oauthDefaults,
    // Discord announces that it sends `iss`, but frontends that bring back only code and state must keep working; one that is brought is compared.
    issuer: host,
    authorizationEndpoint: `${host}/oauth2/authorize`,
    tokenEndpoint: `${host}/api/oauth2/token`,
    revocationEndpoint: `${host}/api/oauth2/token/revoke`,
    clientId: config.DISCORD_CLIENT_ID,
    clientSecret: config.DISCORD_CLIENT_SECRET,
    redirectUri: config.DISCORD_REDIRECT_URI ?? null,
    scopes: { authentication: scopesOf(config.DISCORD_SCOPES, Object.keys(discordScopeMeanings)) },
    scopeMeanings: discordScopeMeanings,
    defaultLifetimeSeconds: 7 * 86_400,
    // A refresh ends the refresh token it was made with, which the documents do not say. https://github.com/member-gentei/member-gentei/issues/18
    rotatesRefreshToken: true,
    readTokenAnswer: readDiscordTokenAnswer,
  };
};

const deadToken = z.object({ error: z.literal('invalid_request'), error_description: z.string().regex(/^Invalid "(code|refresh_token)"/) });

/**
 * Discord has said `invalid_request` of codes and refresh tokens that are dead for good, where RFC 6749 section 5.2 has `invalid_grant`.
 * https://github.com/member-gentei/member-gentei/issues/18 https://github.com/discord/discord-api-docs/issues/2027
 */
export const readDiscordTokenAnswer = (answer: TokenAnswer): TokenAnswer =>
  deadToken.safeParse(answer.body).success ? { status: 400, body: { error: 'invalid_grant' } } : answer;
