import { defineErrors } from '../definitions/define-errors.js';

/** Failures of people, API keys and connections. */
export const authErrors = defineErrors({
  user_not_found: { status: 404, title: 'There is no such user.', remedy: 'Check the id; a deleted user cannot be restored.' },
  api_key_not_found: { status: 404, title: 'There is no such API key.', remedy: 'List the keys; it may have been revoked already.' },
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
