import { z } from 'zod';
import { caller, roles } from '../caller.js';
import { defineRequest } from '../definitions/define-request.js';
import { pageOf, pageQuery } from '../page.js';
import { apiKey, identity, jwks, session, sessionTokens, user } from './auth.models.js';

const nothing = z.strictObject({});

/** The public keys that access tokens are signed with. */
export const getSigningKeys = defineRequest({ name: 'auth.get-signing-keys', version: 1, input: nothing, output: jwks, errors: [] });

/** Who holds this API key. */
export const authenticateApiKey = defineRequest({
  name: 'auth.authenticate-api-key',
  version: 1,
  input: z.strictObject({ key: z.string().min(1).max(200) }),
  output: z.object({ caller, scopes: z.array(z.string()).nullable(), expires_at: z.iso.datetime().nullable(), is_development: z.boolean() }),
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
    scopes: z
      .array(z.string().regex(/^[a-z]+:(read|write)$/, 'must be such as `webhooks:write`'))
      .min(1)
      .max(50)
      .optional()
      .describe('What the key may do within its role; everything when absent.'),
  }),
  output: apiKey.extend({ key: z.string().describe('Shown once; only its hash is kept.') }),
  errors: ['api_key_scope_missing'],
});

/** Ends an API key within seconds. */
export const revokeApiKey = defineRequest({
  name: 'auth.revoke-api-key',
  version: 1,
  input: z.strictObject({ id: z.uuid() }),
  output: z.null(),
  errors: ['api_key_not_found'],
});

/** Whether the session of an access token goes on: a token may outlive it by minutes. */
export const authenticateSession = defineRequest({
  name: 'auth.authenticate-session',
  version: 1,
  input: z.strictObject({ session_id: z.uuid() }),
  output: z.object({ is_active: z.boolean() }),
  errors: [],
});

/**
 * The user behind a token of the host product, which the gateway has verified; made when new. Their id is the subject when that is a UUID, else the
 * UUIDv5 (RFC 9562 section 5.5) of the JSON array `[issuer, subject]` in the namespace `5f1c3f3e-8f0e-5a53-9a3e-2c1d6b7e4a90`, so that the host
 * can compute it. The host vouches for the address: it counts as verified unless another user has it verified.
 */
export const authenticateHostUser = defineRequest({
  name: 'auth.authenticate-host-user',
  version: 1,
  input: z.strictObject({
    issuer: z.string().min(1).max(500),
    subject: z.string().min(1).max(500),
    email: z.email().optional(),
    name: z.string().max(200).optional(),
    role: z.enum(roles),
    tenant_id: z.string().min(1).max(100),
  }),
  output: z.object({ caller }),
  errors: ['unauthenticated'],
});

/** New tokens for a refresh token, which ends with it. Using one that was used already ends the whole session. */
export const refreshSession = defineRequest({
  name: 'auth.refresh-session',
  version: 1,
  input: z.strictObject({ refresh_token: z.string().min(1).max(500) }),
  output: sessionTokens,
  errors: ['refresh_token_invalid'],
});

/** Ends the session of the refresh token or of the access token, or all sessions of the user. Ending what has ended is no failure. */
export const signOut = defineRequest({
  name: 'auth.sign-out',
  version: 1,
  input: z.strictObject({ refresh_token: z.string().min(1).max(500).optional(), everywhere: z.boolean().default(false) }),
  output: z.null(),
  errors: [],
});

/** Where the user is signed in, newest first. */
export const listSessions = defineRequest({
  name: 'auth.list-sessions',
  version: 1,
  input: z.strictObject({ ...pageQuery }),
  output: pageOf(session),
  errors: [],
});

/** Signs the user out somewhere else. */
export const endSession = defineRequest({
  name: 'auth.end-session',
  version: 1,
  input: z.strictObject({ id: z.uuid() }),
  output: z.null(),
  errors: ['session_not_found'],
});

/** The accounts a user signs in with, newest first. */
export const listIdentities = defineRequest({
  name: 'auth.list-identities',
  version: 1,
  input: z.strictObject({ ...pageQuery }),
  output: pageOf(identity),
  errors: [],
});

/** The account no longer signs the user in. Never the last one. */
export const unlinkIdentity = defineRequest({
  name: 'auth.unlink-identity',
  version: 1,
  input: z.strictObject({ id: z.uuid() }),
  output: z.null(),
  errors: ['identity_not_found', 'identity_last'],
});

/** An administrator, with an API key to begin with. No route leads here: whoever reaches the bus runs the installation. */
export const createAdmin = defineRequest({
  name: 'auth.create-admin',
  version: 1,
  input: z.strictObject({ email: z.email(), name: z.string().min(1).max(200).optional() }),
  output: z.object({ user, is_new: z.boolean(), key: z.string().describe('Shown once; only its hash is kept.') }),
  errors: [],
});

/** A new signing key. Tokens are signed with it as soon as every gateway can know it; the old one verifies until its last token has ended. */
export const rollOverSigningKey = defineRequest({
  name: 'auth.roll-over-signing-key',
  version: 1,
  input: nothing,
  output: z.object({ kid: z.string(), signs_from: z.iso.datetime() }),
  errors: [],
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
