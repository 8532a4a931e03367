import { oauthDefaults, type OAuthCapability, type TokenAnswer } from '@patchbay/capabilities';
import { z } from 'zod';
import { scopesOf, withoutSlash } from '../_kit/oauth-variables.js';

/** The variables that concern Webex's authorization server. */
export interface WebexOAuthConfig {
  readonly WEBEX_CLIENT_ID: string;
  readonly WEBEX_CLIENT_SECRET: string;
  readonly WEBEX_REDIRECT_URI?: string | undefined;
  readonly WEBEX_SCOPES?: string | undefined;
  readonly WEBEX_AUTH_BASE_URL: string;
}

/** What each scope that Patchbay asks for allows. https://developer.webex.com/docs/integrations#scopes */
export const webexScopeMeanings = {
  'meeting:schedules_read': 'see your meetings',
  'meeting:schedules_write': 'make, change and delete meetings',
  'spark:people_read': 'see your name and e-mail address',
} as const satisfies OAuthCapability['scopeMeanings'];

/** @see https://developer.webex.com/docs/integrations */
export const webexOAuth = (config: WebexOAuthConfig): OAuthCapability => {
  const host = withoutSlash(config.WEBEX_AUTH_BASE_URL);
  return {
    ...oauthDefaults,
    issuer: host,
    authorizationEndpoint: `${host}/v1/authorize`,
    tokenEndpoint: `${host}/v1/access_token`,
    clientId: config.WEBEX_CLIENT_ID,
    clientSecret: config.WEBEX_CLIENT_SECRET,
    redirectUri: config.WEBEX_REDIRECT_URI ?? null,
    scopes: { video: scopesOf(config.WEBEX_SCOPES, Object.keys(webexScopeMeanings)) },
    scopeMeanings: webexScopeMeanings,
    // Fourteen days, and ninety for the refresh token, which stays the same and whose ninety days begin anew with each refresh.
    // https://developer.webex.com/docs/integrations#using-the-refresh-token
    defaultLifetimeSeconds: 14 * 86_400,
    refreshTokenLifetimeSeconds: 90 * 86_400,
    readTokenAnswer: readWebexTokenAnswer,
  };
};

/** @see https://developer.webex.com/docs/basics#api-errors */
const refusal = z.object({
  error: z.undefined().optional(),
  message: z.string(),
  errors: z.array(z.object({ description: z.string() })).default([]),
});

/**
 * Where Webex refuses in the shape of its API, a sentence stands in for the error word of RFC 6749 section 5.2.
 * Without this a dead refresh token would look like a fault that passes.
 */
export const readWebexTokenAnswer = (answer: TokenAnswer): TokenAnswer => {
  const parsed = answer.status === 400 || answer.status === 401 ? refusal.safeParse(answer.body) : undefined;
  if (parsed?.success !== true) return answer;
  const { message, errors } = parsed.data;
  const error = wordFor([message, ...errors.map(({ description }) => description)].join(' '));
  return error === null ? answer : { status: 400, body: { error } };
};

const wordFor = (sentences: string): string | null => {
  if (/refresh token|authorization code|code verifier|invalid_grant/i.test(sentences)) return 'invalid_grant';
  return /client/i.test(sentences) ? 'invalid_client' : null;
};
