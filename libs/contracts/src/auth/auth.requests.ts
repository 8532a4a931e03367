import { z } from 'zod';
import { caller, roles } from '../caller.js';
import { defineRequest } from '../definitions/define-request.js';
import { pageOf, pageQuery } from '../page.js';
import { apiKey, connection, integrationType, jwks, providerSummary, user } from './auth.models.js';

const nothing = z.strictObject({});
/** Long enough for two calls to a slow provider. */
const providerDeadlineMs = 25_000;

/** The public keys that access tokens are signed with. */
export const getSigningKeys = defineRequest({ name: 'auth.get-signing-keys', version: 1, input: nothing, output: jwks, errors: [] });

/** Who holds this API key. */
export const authenticateApiKey = defineRequest({
  name: 'auth.authenticate-api-key',
  version: 1,
  input: z.strictObject({ key: z.string().min(1).max(200) }),
  output: z.object({ caller, expires_at: z.iso.datetime().nullable(), is_development: z.boolean() }),
  errors: ['unauthenticated'],
});

/** The person behind the access token. */
export const getMe = defineRequest({ name: 'auth.get-me', version: 1, input: nothing, output: user, errors: ['user_not_found'] });

/** API keys, newest first; never the keys themselves. */
export const listApiKeys = defineRequest({
  name: 'auth.list-api-keys',
  version: 1,
  input: z.strictObject({ ...pageQuery }),
  output: pageOf(apiKey),
  errors: [],
});

/** Makes an API key and answers it, this once. */
export const createApiKey = defineRequest({
  name: 'auth.create-api-key',
  version: 1,
  input: z.strictObject({
    name: z.string().min(1).max(100),
    role: z.enum(roles).default('service'),
    expires_at: z.iso.datetime({ offset: true }).optional(),
  }),
  output: apiKey.extend({ key: z.string().describe('Shown once; only its hash is kept.') }),
  errors: [],
});

/** Ends an API key within seconds. */
export const revokeApiKey = defineRequest({
  name: 'auth.revoke-api-key',
  version: 1,
  input: z.strictObject({ id: z.uuid() }),
  output: z.null(),
  errors: ['api_key_not_found'],
});

/** Providers of this build, and which of them are configured. */
export const listProviders = defineRequest({
  name: 'auth.list-providers',
  version: 1,
  input: z.strictObject({ type: z.preprocess((type) => (type === 'payment' ? 'payments' : type), integrationType.optional()) }),
  output: z.object({ items: z.array(providerSummary), next_cursor: z.null() }),
  errors: [],
});

const startOutput = z.object({ auth_url: z.url(), state: z.string() });
const startErrors = ['provider_unknown', 'provider_not_configured', 'integration_type_unsupported', 'redirect_uri_not_allowed'] as const;
const finishErrors = [
  ...startErrors,
  'oauth_state_invalid',
  'oauth_code_invalid',
  'oauth_denied',
  'oauth_scope_missing',
  'oauth_exchange_failed',
] as const;

/** Begins an authorization-code flow (RFC 6749 section 4.1) with PKCE (RFC 7636). */
export const startConnection = defineRequest({
  name: 'auth.start-connection',
  version: 1,
  input: z.strictObject({
    provider: z.string().min(1).max(50),
    integration_type: integrationType.optional().describe('The first type the provider offers when absent.'),
    redirect_uri: z.string().min(1).max(2_000),
  }),
  output: startOutput,
  errors: startErrors,
});

/** Ends the flow: exchanges the code, asks the provider who it is, and stores the connection. */
export const finishConnection = defineRequest({
  name: 'auth.finish-connection',
  version: 1,
  input: z.strictObject({
    provider: z.string().min(1).max(50),
    integration_type: integrationType.optional(),
    redirect_uri: z.string().min(1).max(2_000).optional(),
    code: z.string().min(1).max(4_000).optional(),
    state: z.string().min(1).max(4_000),
    iss: z.string().max(500).optional().describe('Issuer, where the provider sends one (RFC 9207).'),
    error: z.string().max(200).optional().describe('What the provider answered instead of a code (RFC 6749 section 4.1.2.1).'),
    error_description: z.string().max(2_000).optional(),
  }),
  output: connection,
  errors: finishErrors,
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
 * A working access token for a connection; refreshed first when it is about to end.
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
 * Access tokens of the people that exist in development only, so that a fresh clone can be tried without a sign-in provider. No route leads here.
 * `not_found` wherever the service has no development credentials, which is always so in production.
 */
export const issueDevelopmentTokens = defineRequest({
  name: 'auth.issue-development-tokens',
  version: 1,
  input: nothing,
  output: z.object({ items: z.array(z.object({ id: z.uuid(), email: z.email(), role: z.enum(roles), token: z.string() })) }),
  errors: ['not_found'],
});
