import { oauthDefaults, type OAuthCapability } from '@patchbay/capabilities';

/** The variables that concern Google's authorization server. */
export interface GoogleOAuthConfig {
  readonly GOOGLE_CALENDAR_CLIENT_ID: string;
  readonly GOOGLE_CALENDAR_CLIENT_SECRET: string;
  readonly GOOGLE_CALENDAR_REDIRECT_URI?: string | undefined;
  readonly GOOGLE_SCOPES?: string | undefined;
  readonly GOOGLE_AUTH_BASE_URL: string;
  readonly GOOGLE_TOKEN_BASE_URL?: string | undefined;
}

const publicAuthHost = 'https://accounts.google.com';
const publicTokenHost = 'https://oauth2.googleapis.com';

// `email` is spelled as Google spells it in its answer, so that asked and granted scopes can be compared.
const calendarScopes = [
  'openid',
  'https://www.googleapis.com/auth/userinfo.email',
  'https://www.googleapis.com/auth/calendar',
  'https://www.googleapis.com/auth/calendar.events',
] as const;

/** @see https://developers.google.com/identity/protocols/oauth2/web-server */
export const googleOAuth = (config: GoogleOAuthConfig): OAuthCapability => {
  const authHost = withoutSlash(config.GOOGLE_AUTH_BASE_URL);
  // Whoever moves the consent page to a sandbox must not send its codes to the real token endpoint.
  const tokenHost = withoutSlash(config.GOOGLE_TOKEN_BASE_URL ?? (authHost === publicAuthHost ? publicTokenHost : authHost));
  return {
    ...oauthDefaults,
    // Google does send `iss`, but frontends that bring back only code and state must keep working; one that is brought is compared.
    issuer: authHost,
    authorizationEndpoint: `${authHost}/o/oauth2/v2/auth`,
    tokenEndpoint: `${tokenHost}/token`,
    revocationEndpoint: `${tokenHost}/revoke`,
    clientId: config.GOOGLE_CALENDAR_CLIENT_ID,
    clientSecret: config.GOOGLE_CALENDAR_CLIENT_SECRET,
    redirectUri: config.GOOGLE_CALENDAR_REDIRECT_URI ?? null,
    scopes: { calendar: config.GOOGLE_SCOPES?.trim().split(/\s+/) ?? calendarScopes },
    scopeMeanings: {
      openid: 'know who you are',
      'https://www.googleapis.com/auth/userinfo.email': 'see your e-mail address',
      'https://www.googleapis.com/auth/calendar': 'see, change and share your calendars',
      'https://www.googleapis.com/auth/calendar.events': 'see and change events in your calendars',
    },
    keepsEarlierScopes: true,
    accountHintParameter: 'login_hint',
    // A refresh token comes with offline access only, and again only when consent is asked for again.
    authorizationParameters: { access_type: 'offline', prompt: 'consent', include_granted_scopes: 'true' },
    defaultLifetimeSeconds: 3_600,
  };
};

const withoutSlash = (url: string): string => url.replace(/\/+$/, '');
