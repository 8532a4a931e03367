import { oauthDefaults, type OAuthCapability } from '@patchbay/capabilities';
import { scopesOf, withoutSlash } from '../_kit/oauth-variables.js';
import { microsoftScopeMeanings, unlistedScopes, withoutResource } from './microsoft.scopes.js';
import { readMicrosoftTokenAnswer } from './microsoft.token-answer.js';
import { publicCloud } from './microsoft.variables.js';

/** An app registered at Microsoft, and what it is used for. */
export interface MicrosoftApp {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string | undefined;
  readonly tenantId: string | undefined;
  readonly authBaseUrl: string | undefined;
  readonly type: keyof OAuthCapability['scopes'];
  /** As an operator wrote them. */
  readonly scopes: string | undefined;
  readonly builtInScopes: readonly (keyof typeof microsoftScopeMeanings)[];
}

/** @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow */
export const microsoftOAuth = (app: MicrosoftApp): OAuthCapability => {
  const authority = `${withoutSlash(app.authBaseUrl ?? publicCloud.authBaseUrl)}/${app.tenantId ?? 'common'}`;
  return {
    ...oauthDefaults,
    // The issuer in tokens of `common` names the tenant of the person instead; authorization responses carry none.
    // https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow#successful-response
    issuer: `${authority}/v2.0`,
    authorizationEndpoint: `${authority}/oauth2/v2.0/authorize`,
    tokenEndpoint: `${authority}/oauth2/v2.0/token`,
    clientId: app.clientId,
    clientSecret: app.clientSecret,
    redirectUri: app.redirectUri ?? null,
    scopes: { [app.type]: scopesOf(app.scopes, app.builtInScopes).map(withoutResource) },
    scopeMeanings: microsoftScopeMeanings,
    unlistedScopes,
    // Tokens of work accounts carry everything that was ever consented to, those of personal accounts what was asked for: the union is asked for.
    keepsEarlierScopes: false,
    accountHintParameter: 'login_hint',
    // Otherwise the account that the browser happens to be signed in with is taken without a question.
    // https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow#request-an-authorization-code
    authorizationParameters: { response_mode: 'query', prompt: 'select_account' },
    // Between 60 and 90 minutes. https://learn.microsoft.com/entra/identity-platform/access-tokens#token-lifetime
    defaultLifetimeSeconds: 3_600,
    // Every refresh brings a new refresh token, and the old one goes on working: "doesn't revoke old refresh tokens when used".
    // https://learn.microsoft.com/entra/identity-platform/refresh-tokens#token-lifetime
    rotatesRefreshToken: false,
    refreshTokenLifetimeSeconds: 90 * 86_400,
    readTokenAnswer: readMicrosoftTokenAnswer,
  };
};
