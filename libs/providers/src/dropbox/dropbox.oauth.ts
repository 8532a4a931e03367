import { oauthDefaults, type OAuthCapability } from '@patchbay/capabilities';
import { scopesOf, withoutSlash } from '../_kit/oauth-variables.js';

/** Where people allow things, unless it was moved. */
export const dropboxAuthBaseUrl = 'https://www.dropbox.com';

/** Where calls go, unless that was moved. */
export const dropboxApiBaseUrl = 'https://api.dropboxapi.com';

/** The variables that concern Dropbox's authorization server. */
export interface DropboxOAuthConfig {
  readonly DROPBOX_CLIENT_ID: string;
  readonly DROPBOX_CLIENT_SECRET: string;
  readonly DROPBOX_REDIRECT_URI?: string | undefined;
  readonly DROPBOX_SCOPES?: string | undefined;
  readonly DROPBOX_API_BASE_URL: string;
  readonly DROPBOX_AUTH_BASE_URL: string;
}

/** What each scope that Patchbay asks for allows. https://developers.dropbox.com/oauth-guide#dropbox-api-permissions */
export const dropboxScopeMeanings = {
  'account_info.read': 'see your name and e-mail address',
  'files.metadata.read': 'see the names of your files and folders',
  'files.content.read': 'read your files',
} as const satisfies OAuthCapability['scopeMeanings'];

/** @see https://www.dropbox.com/developers/documentation/http/documentation#authorization */
export const dropboxOAuth = (config: DropboxOAuthConfig): OAuthCapability => {
  const host = withoutSlash(config.DROPBOX_AUTH_BASE_URL);
  return {
    ...oauthDefaults,
    issuer: host,
    authorizationEndpoint: `${host}/oauth2/authorize`,
    tokenEndpoint: `${tokenHost(config)}/oauth2/token`,
    clientId: config.DROPBOX_CLIENT_ID,
    clientSecret: config.DROPBOX_CLIENT_SECRET,
    redirectUri: config.DROPBOX_REDIRECT_URI ?? null,
    scopes: { storage: scopesOf(config.DROPBOX_SCOPES, Object.keys(dropboxScopeMeanings)) },
    scopeMeanings: dropboxScopeMeanings,
    // A refresh token comes with offline access only. It does not end, and a refresh does not repeat it.
    // https://dropbox.tech/developers/using-oauth-2-0-with-offline-access
    authorizationParameters: { token_access_type: 'offline' },
    defaultLifetimeSeconds: 4 * 3_600,
  };
};

/** Tokens are fetched where the API is, beside its version 2. Whoever moves only the consent page to a sandbox must not send its codes to the real one. */
const tokenHost = ({ DROPBOX_API_BASE_URL: api, DROPBOX_AUTH_BASE_URL: auth }: DropboxOAuthConfig): string => {
  const [apiHost, authHost] = [api.replace(/(\/2)?\/*$/, ''), withoutSlash(auth)];
  return apiHost === dropboxApiBaseUrl && authHost !== dropboxAuthBaseUrl ? authHost : apiHost;
};
