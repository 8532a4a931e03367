import { oauthDefaults, type OAuthCapability } from '@patchbay/capabilities';
import { withoutSlash } from '../_kit/oauth-variables.js';
import { googleScopeMeanings } from './google.scopes.js';

/** One client at Google's authorization server: each of Google's providers here has its own, and all speak with the same server. */
export interface GoogleOAuthClient {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri?: string | undefined;
  readonly scopes: OAuthCapability['scopes'];
  /** Default: Google's own. */
  readonly authBaseUrl?: string | undefined;
  readonly tokenBaseUrl?: string | undefined;
}

const publicAuthHost = 'https://accounts.google.com';
const publicTokenHost = 'https://oauth2.googleapis.com';

// A refresh token comes with offline access only, and again only when consent is asked for again.
const offlineAccess = { access_type: 'offline', prompt: 'consent' } as const;

/**
 * Access to what Google keeps for a person; a later consent adds to what was granted before.
 *
 * @see https://developers.google.com/identity/protocols/oauth2/web-server
 */
export const googleOAuth = (client: GoogleOAuthClient): OAuthCapability => ({
  ...googleSignInOAuth(client),
  keepsEarlierScopes: true,
  authorizationParameters: { ...offlineAccess, include_granted_scopes: 'true' },
});

/**
 * Who a person is, and no more: an operator may have one client for everything, and signing in must not carry what was granted for the rest.
 *
 * @see https://developers.google.com/identity/openid-connect/openid-connect
 */
export const googleSignInOAuth = ({ clientId, clientSecret, redirectUri, scopes, authBaseUrl, tokenBaseUrl }: GoogleOAuthClient): OAuthCapability => {
  const authHost = withoutSlash(authBaseUrl ?? publicAuthHost);
  // Whoever moves the consent page to a sandbox must not send its codes to the real token endpoint.
  const tokenHost = withoutSlash(tokenBaseUrl ?? (authHost === publicAuthHost ? publicTokenHost : authHost));
  return {
    ...oauthDefaults,
    // Google does send `iss`, but frontends that bring back only code and state must keep working; one that is brought is compared.
    issuer: authHost,
    authorizationEndpoint: `${authHost}/o/oauth2/v2/auth`,
    tokenEndpoint: `${tokenHost}/token`,
    revocationEndpoint: `${tokenHost}/revoke`,
    clientId,
    clientSecret,
    redirectUri: redirectUri ?? null,
    scopes,
    scopeMeanings: googleScopeMeanings,
    accountHintParameter: 'login_hint',
    authorizationParameters: offlineAccess,
    defaultLifetimeSeconds: 3_600,
    // It ends after six months without use, and ours are used; a project that is being tested says `refresh_token_expires_in`: seven days.
    // https://developers.google.com/identity/protocols/oauth2#expiration
    refreshTokenLifetimeSeconds: null,
  };
};
