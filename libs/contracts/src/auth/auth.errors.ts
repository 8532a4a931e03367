import { defineErrors } from '../definitions/define-errors.js';

/** Failures of people, API keys and connections. */
export const authErrors = defineErrors({
  user_not_found: { status: 404, title: 'There is no such user.', remedy: 'Check the id; a deleted user cannot be restored.' },
  api_key_not_found: { status: 404, title: 'There is no such API key.', remedy: 'List the keys; it may have been revoked already.' },
  identity_not_found: { status: 404, title: 'There is no such identity.', remedy: 'List your identities; it may have been unlinked already.' },
  identity_last: {
    status: 409,
    title: 'This is the only way you can sign in.',
    remedy: 'Link another account first, then unlink this one.',
  },
  identity_taken: {
    status: 409,
    title: 'This account belongs to another user already.',
    remedy: 'Sign in with it, unlink it there, and link it here.',
  },
  email_in_use: {
    status: 409,
    title: 'Another user has this e-mail address, and the provider does not vouch for it.',
    remedy: 'Sign in the way you did before and link this account there.',
  },
  session_not_found: { status: 404, title: 'There is no such session.', remedy: 'List your sessions; it may have ended already.' },
  refresh_token_invalid: {
    status: 401,
    title: 'The refresh token is unknown, used, expired or signed out.',
    remedy: 'Sign in again. A refresh token works once: keep the one that came with the last answer.',
  },
  origin_not_allowed: {
    status: 403,
    title: 'A change with cookies must come from an allowed origin.',
    remedy: 'An operator adds the origin to CORS_ALLOWED_ORIGINS; or send `Authorization: Bearer` instead of cookies.',
  },
  api_key_scope_missing: {
    status: 403,
    title: 'This API key may not do this.',
    remedy: 'Make a key with the scope that `details` names.',
  },
  connection_account_differs: {
    status: 409,
    title: 'That is another account than the one to be connected again.',
    remedy: 'Choose the same account at the provider, or begin without `connection_id` to connect the other one as well.',
  },
  credentials_invalid: {
    status: 400,
    title: 'The credentials are not complete.',
    remedy: '`details` names every field at fault and what it must be.',
  },
  credentials_refused: {
    status: 400,
    title: 'The provider refused these credentials.',
    remedy: 'Check them at the provider; many want an app password or a key of their own. Nothing was stored.',
  },
  address_not_allowed: {
    status: 400,
    title: 'This address may not be called.',
    remedy: 'Use a public https address. An operator can allow single internal ones with WEBHOOKS_EGRESS_ALLOW.',
  },
  connection_not_found: {
    status: 404,
    title: 'There is no such connection.',
    remedy: "List the connections of this user; another user's are never visible.",
  },
  connection_needs_reauth: {
    status: 409,
    title: 'The account must be connected again.',
    remedy: 'Start the connect flow again; the connection keeps its id and everything attached to it.',
  },
  provider_unknown: { status: 404, title: 'There is no such provider.', remedy: 'List the providers at /api/v1/integrations/providers/.' },
  connect_method_differs: {
    status: 400,
    title: 'This provider is connected in another way.',
    remedy: '`connect.method` in the list of providers says how: through its consent page, or with what its form asks for.',
  },
  provider_not_configured: { status: 409, title: 'This provider is not configured.', remedy: 'An operator sets the variables named in `details`.' },
  integration_type_unsupported: {
    status: 400,
    title: 'This provider does not offer that type of integration.',
    remedy: 'Choose one of the types that the provider lists.',
  },
  redirect_uri_not_allowed: {
    status: 400,
    title: 'This redirect URI is not on the allow list.',
    remedy: 'An operator adds it to OAUTH_REDIRECT_URIS, character by character as it is sent.',
  },
  oauth_state_invalid: {
    status: 400,
    title: 'The state is unknown, used, expired or not yours.',
    remedy: 'Start the connect flow again; a state works once, for ten minutes, for the user who began.',
  },
  oauth_code_invalid: {
    status: 400,
    title: 'The provider refused the authorization code.',
    remedy: 'Start the connect flow again; a code works once and for a short time.',
  },
  oauth_denied: { status: 400, title: 'The user did not give consent.', remedy: 'Ask the user to connect again and to accept.' },
  oauth_scope_missing: {
    status: 400,
    title: 'A permission that is needed was not granted.',
    remedy: 'Connect again and leave the permissions named in `details` ticked.',
  },
  oauth_exchange_failed: {
    status: 502,
    title: 'The provider could not complete the connection.',
    remedy: 'Try again; if it lasts, check the client id and secret of the provider.',
  },
});
