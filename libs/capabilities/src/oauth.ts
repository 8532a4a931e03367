import type { IntegrationType } from '@patchbay/contracts';

/** How a client proves who it is at the token endpoint. https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1 */
export type ClientAuthentication = 'client_secret_basic' | 'client_secret_post';

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
  /** The provider takes a code challenge with S256. https://www.rfc-editor.org/rfc/rfc7636 */
  readonly usesPkce: boolean;
  /** Sent with the authorization request beside what the protocol asks for. */
  readonly authorizationParameters: Readonly<Record<string, string>>;
  /** Taken when the token answer has no `expires_in`. */
  readonly defaultLifetimeSeconds: number;
  /** Every refresh gives a new refresh token and ends the old one: the new one must be stored before it is used. */
  readonly rotatesRefreshToken: boolean;
}
