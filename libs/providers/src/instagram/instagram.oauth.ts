import { oauthDefaults, type OAuthCapability } from '@patchbay/capabilities';
import { scopesOf, withoutSlash } from '../_kit/oauth-variables.js';
import { readInstagramTokenAnswer } from './instagram.token-answer.js';

/** The variables that concern Instagram's three authorization hosts. */
export interface InstagramOAuthConfig {
  readonly INSTAGRAM_CLIENT_ID: string;
  readonly INSTAGRAM_CLIENT_SECRET: string;
  readonly INSTAGRAM_REDIRECT_URI?: string | undefined;
  readonly INSTAGRAM_SCOPES?: string | undefined;
  readonly INSTAGRAM_AUTH_BASE_URL: string;
  readonly INSTAGRAM_TOKEN_BASE_URL?: string | undefined;
  readonly INSTAGRAM_API_BASE_URL: string;
}

const publicAuthHost = 'https://www.instagram.com';
const publicTokenHost = 'https://api.instagram.com';

/**
 * The Instagram API with Instagram Login: three hosts, tokens that are exchanged for longer ones, and no refresh tokens.
 *
 * @see https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login
 */
export const instagramOAuth = (config: InstagramOAuthConfig): OAuthCapability => {
  const authHost = withoutSlash(config.INSTAGRAM_AUTH_BASE_URL);
  // Whoever moves the consent page to a sandbox must not send its codes to the real token endpoint.
  const tokenHost = withoutSlash(config.INSTAGRAM_TOKEN_BASE_URL ?? (authHost === publicAuthHost ? publicTokenHost : authHost));
  const graphHost = withoutSlash(config.INSTAGRAM_API_BASE_URL);
  return {
    ...oauthDefaults,
    issuer: authHost,
    authorizationEndpoint: `${authHost}/oauth/authorize`,
    tokenEndpoint: `${tokenHost}/oauth/access_token`,
    clientId: config.INSTAGRAM_CLIENT_ID,
    clientSecret: config.INSTAGRAM_CLIENT_SECRET,
    redirectUri: config.INSTAGRAM_REDIRECT_URI ?? null,
    scopes: { social: scopesOf(config.INSTAGRAM_SCOPES, ['instagram_business_basic']) },
    scopeMeanings: {
      instagram_business_basic: 'see your professional account, its posts and its figures',
      instagram_business_manage_insights: 'see the insights of your professional account',
      instagram_business_manage_comments: 'see and answer comments on your posts',
      instagram_business_manage_messages: 'see and answer messages to you',
      instagram_business_content_publish: 'publish posts for you',
    },
    // https://developers.facebook.com/docs/instagram-platform/reference/oauth-authorize
    scopeSeparator: ',',
    // No document of Instagram's names a code challenge.
    usesPkce: false,
    // The first token lives an hour and its answer does not say so. https://developers.facebook.com/docs/instagram-platform/reference/access_token
    defaultLifetimeSeconds: 3_600,
    longLivedTokens: {
      exchangeEndpoint: `${graphHost}/access_token`,
      exchangeGrantType: 'ig_exchange_token',
      renewalEndpoint: `${graphHost}/refresh_access_token`,
      renewalGrantType: 'ig_refresh_token',
      // https://developers.facebook.com/docs/instagram-platform/reference/refresh_access_token
      renewableAfterSeconds: 86_400,
    },
    readTokenAnswer: readInstagramTokenAnswer,
  };
};
