import type { OAuthCapability } from '@patchbay/capabilities';

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
  const host = config.ZOOM_AUTH_BASE_URL.replace(/\/+$/, '');
  return {
    issuer: host,
    sendsIssuer: false,
    authorizationEndpoint: `${host}/oauth/authorize`,
    tokenEndpoint: `${host}/oauth/token`,
    revocationEndpoint: `${host}/oauth/revoke`,
    clientId: config.ZOOM_CLIENT_ID,
    clientSecret: config.ZOOM_CLIENT_SECRET,
    clientAuthentication: 'client_secret_basic',
    redirectUri: config.ZOOM_REDIRECT_URI ?? null,
    scopes: { video: config.ZOOM_SCOPES?.trim().split(/\s+/) ?? ['meeting:read', 'meeting:write', 'user:read'] },
    usesPkce: true,
    authorizationParameters: {},
    defaultLifetimeSeconds: 3_600,
    rotatesRefreshToken: true,
  };
};
