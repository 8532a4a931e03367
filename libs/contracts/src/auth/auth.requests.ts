import { z } from 'zod';
import { defineRequest } from '../definitions/define-request.js';
import { pageOf, pageQuery } from '../page.js';
import { connection, integrationType, providerSummary, sessionTokens } from './auth.models.js';

/** Long enough for two calls to a slow provider. */
const providerDeadlineMs = 25_000;

/** Providers of this build, and which of them are configured. */
export const listProviders = defineRequest({
  name: 'auth.list-providers',
  version: 1,
  input: z.strictObject({ type: z.preprocess((type) => (type === 'payment' ? 'payments' : type), integrationType.optional()) }),
  output: z.object({ items: z.array(providerSummary), next_cursor: z.null() }),
  errors: [],
});

const startInput = {
  provider: z.string().min(1).max(50),
  redirect_uri: z.string().min(1).max(2_000),
  integration_type: integrationType.optional(),
  /** To connect that account again: it keeps its id, and what was granted before is asked for as well. */
  connection_id: z.uuid().optional(),
  /** More than the type of integration needs. In a query they are separated by spaces. */
  scopes: z.preprocess(
    (value) => (typeof value === 'string' ? value.split(/\s+/).filter(Boolean) : value),
    z.array(z.string().min(1).max(200)).max(50).optional(),
  ),
};
const startOutput = z.object({ auth_url: z.url(), state: z.string() });
const startErrors = [
  'provider_unknown',
  'connect_method_differs',
  'provider_not_configured',
  'integration_type_unsupported',
  'redirect_uri_not_allowed',
  'connection_not_found',
] as const;
const finishErrors = [
  ...startErrors,
  'oauth_state_invalid',
  'oauth_code_invalid',
  'oauth_denied',
  'oauth_scope_missing',
  'oauth_exchange_failed',
  'connection_account_differs',
] as const;

/** What the provider's page sent back through the browser. */
const brought = {
  code: z.string().min(1).max(4_000).optional(),
  state: z.string().min(1).max(4_000),
  iss: z.string().max(500).optional().describe('Issuer, where the provider sends one (RFC 9207).'),
  error: z.string().max(200).optional().describe('What the provider answered instead of a code (RFC 6749 section 4.1.2.1).'),
  error_description: z.string().max(2_000).optional(),
};
/** What a flow is finished with. */
const finishInput = {
  provider: startInput.provider,
  integration_type: startInput.integration_type,
  redirect_uri: startInput.redirect_uri.optional(),
  ...brought,
};
/** From the browser; the gateway fills them in. */
const browser = {
  flow_binding: z.string().max(200).optional().describe('Filled from a cookie: ties a sign-in to the browser that began it.'),
  origin: z.string().max(500).optional().describe('Filled from the header: tells a browser from a program.'),
  user_agent: z.string().max(1_000).optional().describe('Filled from the header, for the list of sessions.'),
};

/** Begins an authorization-code flow (RFC 6749 section 4.1) with PKCE (RFC 7636). */
export const startConnection = defineRequest({
  name: 'auth.start-connection',
  version: 1,
  input: z.strictObject(startInput),
  output: startOutput,
  errors: startErrors,
});

/** Ends the flow: exchanges the code, asks the provider who it is, and stores the connection. */
export const finishConnection = defineRequest({
  name: 'auth.finish-connection',
  version: 1,
  input: z.strictObject({
    ...finishInput,
  }),
  output: connection,
  errors: finishErrors,
  deadlineMs: providerDeadlineMs,
});

/**
 * Begins to sign in for whoever has no session, and to link an account for whoever has one; with any other provider or `integration_type`, to connect
 * one. `flow_binding` becomes a cookie of the browser.
 */
export const startOAuth = defineRequest({
  name: 'auth.start-oauth',
  version: 1,
  input: z.strictObject(startInput),
  output: startOutput.extend({ flow_binding: z.string().optional() }),
  errors: [...startErrors, 'unauthenticated'],
});

/** Ends what {@link startOAuth} began: answers tokens to whoever signed in, else the connection. */
export const finishOAuth = defineRequest({
  name: 'auth.finish-oauth',
  version: 1,
  input: z.strictObject({
    ...finishInput,
    ...browser,
  }),
  output: z.union([sessionTokens, connection]),
  errors: [...finishErrors, 'unauthenticated', 'identity_taken', 'email_in_use'],
  deadlineMs: providerDeadlineMs,
});

/** Ends a flow for a frontend that brings no state back: the pending flow is found by user, provider and redirect URI. */
export const finishConnectionWithoutState = defineRequest({
  name: 'auth.finish-connection-without-state',
  version: 1,
  input: z.strictObject({
    ...finishInput,
    redirect_uri: startInput.redirect_uri,
    state: brought.state.optional(),
  }),
  output: connection,
  errors: finishErrors,
  deadlineMs: providerDeadlineMs,
});

/** Connects a social account with a code for the configured redirect URI, which the frontend fetched by itself. */
export const connectSocialAccount = defineRequest({
  name: 'auth.connect-social-account',
  version: 1,
  input: z.strictObject({ platform: z.string().min(1).max(50), auth_code: z.string().min(1).max(4_000), state: brought.state.optional() }),
  output: connection,
  errors: finishErrors,
  deadlineMs: providerDeadlineMs,
});

/** Connects an account with what its form asks for, after a real call has shown that it works. */
export const connectWithCredentials = defineRequest({
  name: 'auth.connect-with-credentials',
  version: 1,
  input: z.strictObject({
    provider: z.string().min(1).max(50),
    integration_type: integrationType.optional(),
    credentials: z.record(z.string().max(100), z.string().max(20_000)),
  }),
  output: connection,
  errors: [
    'provider_unknown',
    'connect_method_differs',
    'provider_not_configured',
    'integration_type_unsupported',
    'credentials_invalid',
    'credentials_refused',
    'address_not_allowed',
    'provider_unavailable',
  ],
  deadlineMs: providerDeadlineMs,
});

const typedField = z.string().max(20_000).optional();

/**
 * Connects a calendar account without OAuth, as {@link connectWithCredentials} does; what its form asks for stands beside the provider. The account
 * that is there already is brought up to date, and keeps its id.
 */
export const connectCalendar = defineRequest({
  name: 'auth.connect-calendar',
  version: 1,
  input: z.strictObject({
    provider: connectWithCredentials.input.shape.provider.describe('`apple`, `caldav` or `ics`.'),
    server_url: typedField.describe('Of `caldav`.'),
    username: typedField.describe('Of `apple` and `caldav`.'),
    password: typedField.describe('Of `apple` and `caldav`: an app password where there are such.'),
    url: typedField.describe('Of `ics`: the address of the feed.'),
  }),
  output: connection,
  errors: connectWithCredentials.errors,
  deadlineMs: providerDeadlineMs,
});

/** A user's connections, newest first. */
export const listConnections = defineRequest({
  name: 'auth.list-connections',
  version: 1,
  input: z.strictObject({ ...pageQuery }),
  output: pageOf(connection),
  errors: [],
});

/** One connection. */
export const getConnection = defineRequest({
  name: 'auth.get-connection',
  version: 1,
  input: z.strictObject({ id: z.uuid() }),
  output: connection,
  errors: ['connection_not_found'],
});

/** Asks the provider now whether the connection works, and answers it as it then is. */
export const checkConnection = defineRequest({
  name: 'auth.check-connection',
  version: 1,
  input: z.strictObject({ id: z.uuid() }),
  output: connection,
  errors: ['connection_not_found', 'provider_unavailable'],
  deadlineMs: providerDeadlineMs,
});

/** Revokes the grant at the provider and forgets the tokens. */
export const disconnectConnection = defineRequest({
  name: 'auth.disconnect-connection',
  version: 1,
  input: z.strictObject({ id: z.uuid() }),
  output: z.null(),
  errors: ['connection_not_found'],
  deadlineMs: providerDeadlineMs,
});

/**
 * A working access token for a connection; refreshed first when it is about to end. Where the account was connected with a form, what was typed is the
 * token, as `tokenOfCredentials` writes it.
 * `rejected_token` is one that the provider just refused with 401: it forces one refresh, unless a newer token is there already.
 */
export const getAccessToken = defineRequest({
  name: 'auth.get-access-token',
  version: 1,
  input: z.strictObject({ connection_id: z.uuid(), rejected_token: z.string().optional() }),
  output: z.object({ access_token: z.string(), expires_at: z.iso.datetime().nullable() }),
  errors: ['connection_not_found', 'connection_needs_reauth', 'provider_unavailable'],
  deadlineMs: providerDeadlineMs,
});

/**
 * What a person gave to connect an account without OAuth. `was_refused` says that the provider just refused it: it is tried once more, and the
 * connection ends when it is refused again.
 */
export const getCredentials = defineRequest({
  name: 'auth.get-credentials',
  version: 1,
  input: z.strictObject({ connection_id: z.uuid(), was_refused: z.boolean().optional() }),
  output: z.object({ provider: z.string(), credentials: z.record(z.string(), z.string()) }),
  errors: ['connection_not_found', 'connection_needs_reauth', 'provider_unavailable'],
  deadlineMs: providerDeadlineMs,
});
