import { oauthDefaults, type OAuthCapability } from '@patchbay/capabilities';
import { scopesOf, withoutSlash } from '../_kit/oauth-variables.js';

/** The variables that concern Zoom's authorization server. */
export interface ZoomOAuthConfig {
  readonly ZOOM_CLIENT_ID: string;
  readonly ZOOM_CLIENT_SECRET: string;
  readonly ZOOM_REDIRECT_URI?: string | undefined;
  readonly ZOOM_SCOPES?: string | undefined;
  readonly ZOOM_AUTH_BASE_URL: string;
}

/** @see https://developers.zoom.us/docs/integrations/oauth/ */
export const zoomOAuth = (config: ZoomOAuthConfig): OAuthCapability => {
  const host = withoutSlash(config.ZOOM_AUTH_BASE_URL);
  return {
    ...oauthDefaults,
    issuer: host,
    authorizationEndpoint: `${host}/oauth/authorize`,
    tokenEndpoint: `${host}/oauth/token`,
    revocationEndpoint: `${host}/oauth/revoke`,
    clientId: config.ZOOM_CLIENT_ID,
    clientSecret: config.ZOOM_CLIENT_SECRET,
    clientAuthentication: 'client_secret_basic',
    redirectUri: config.ZOOM_REDIRECT_URI ?? null,
    scopes: { video: scopesOf(config.ZOOM_SCOPES, ['meeting:read', 'meeting:write', 'user:read']) },
    scopeMeanings: {
      'meeting:read': 'see your meetings',
      'meeting:write': 'make and change meetings',
      'user:read': 'see your name and e-mail address',
      // Apps made since March 2024 have these instead. https://developers.zoom.us/docs/integrations/oauth-scopes-overview/
      'meeting:read:list_meetings': 'list your meetings',
      'meeting:write:meeting': 'make meetings',
      'meeting:update:meeting': 'change meetings',
      'meeting:delete:meeting': 'delete meetings',
      'user:read:user': 'see your name and e-mail address',
    },
    defaultLifetimeSeconds: 3_600,
    rotatesRefreshToken: true,
    // https://developers.zoom.us/docs/integrations/oauth/#refreshing-an-access-token
    refreshTokenLifetimeSeconds: 90 * 86_400,
  };
};
