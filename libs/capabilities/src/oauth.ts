import type { IntegrationType } from '@patchbay/contracts';

/** How a client proves who it is at the token endpoint. https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1 */
export type ClientAuthentication = 'client_secret_basic' | 'client_secret_post';

/** A token answer, as far as it was read. */
export interface TokenAnswer {
  readonly status: number;
  /** Parsed JSON. */
  readonly body: unknown;
}

/**
 * Access tokens that are exchanged for longer ones and later renew themselves, instead of refresh tokens.
 * https://developers.facebook.com/docs/instagram-platform/reference/refresh_access_token
 */
export interface LongLivedTokens {
  readonly exchangeEndpoint: string;
  readonly exchangeGrantType: string;
  readonly renewalEndpoint: string;
  readonly renewalGrantType: string;
  /** A younger token is refused. */
  readonly renewableAfterSeconds: number;
}

/**
 * A provider's authorization server and our client there: data only. The protocol is run in one place, by oauth4webapi.
 * Calls to these endpoints go through the same outbound path as all others ({@link Outbound}).
 */
export interface OAuthCapability {
  /** Compared with `iss` of the authorization response where the provider sends one. https://www.rfc-editor.org/rfc/rfc9207#section-2.4 */
  readonly issuer: string;
  /** Announced support of RFC 9207: a response without `iss` is then refused. */
  readonly sendsIssuer: boolean;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  /** Null where grants cannot be revoked over HTTP. https://www.rfc-editor.org/rfc/rfc7009 */
  readonly revocationEndpoint: string | null;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly clientAuthentication: ClientAuthentication;
  /** The operator's redirect URI; part of the allow list. Null when only OAUTH_REDIRECT_URIS is used. */
  readonly redirectUri: string | null;
  /** What to ask for, by what the connection is for. */
  readonly scopes: Readonly<Partial<Record<IntegrationType, readonly string[]>>>;
  /** What a scope allows, in plain words that end "It may …": `see and change events in your calendars`. */
  readonly scopeMeanings: Readonly<Record<string, string>>;
  /** Between scopes in a request. Answers are understood either way. */
  readonly scopeSeparator: ' ' | ',';
  /** Scopes that are granted without being listed in the answer: they are never missed. */
  readonly unlistedScopes: readonly string[];
  /** Tokens of a later consent also carry what was granted before, so nothing need be asked for twice. */
  readonly keepsEarlierScopes: boolean;
  /** The parameter that suggests an account on the consent page, such as `login_hint`. Null where there is none. */
  readonly accountHintParameter: string | null;
  /** The provider takes a code challenge with S256. https://www.rfc-editor.org/rfc/rfc7636 */
  readonly usesPkce: boolean;
  /** Sent with the authorization request beside what the protocol asks for. */
  readonly authorizationParameters: Readonly<Record<string, string>>;
  /** Taken when the token answer has no `expires_in`; null: such a token does not end. */
  readonly defaultLifetimeSeconds: number | null;
  /** Every refresh gives a new refresh token and ends the old one: the new one must be stored before it is used. */
  readonly rotatesRefreshToken: boolean;
  /** From its issue, where the answer does not say (`refresh_token_expires_in`); null: until somebody revokes it. */
  readonly refreshTokenLifetimeSeconds: number | null;
  /** Null for the usual refresh tokens. */
  readonly longLivedTokens: LongLivedTokens | null;
  /** Makes a vendor's own token answer one of RFC 6749 (sections 5.1 and 5.2). Pure; absent where the vendor keeps to it. */
  readonly readTokenAnswer?: (answer: TokenAnswer) => TokenAnswer;
}

/** What every authorization server has unless it says otherwise. */
export const oauthDefaults = {
  sendsIssuer: false,
  revocationEndpoint: null,
  clientAuthentication: 'client_secret_post',
  scopeSeparator: ' ',
  unlistedScopes: [],
  keepsEarlierScopes: false,
  accountHintParameter: null,
  usesPkce: true,
  authorizationParameters: {},
  rotatesRefreshToken: false,
  refreshTokenLifetimeSeconds: null,
  longLivedTokens: null,
} as const satisfies Partial<OAuthCapability>;
