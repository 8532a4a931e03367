import { z } from 'zod';
import { roles } from '../caller.js';

/** A person of the product. */
export const user = z.object({
  id: z.uuid(),
  /** Null when nobody said: a provider may keep the address to itself. */
  email: z.email().nullable(),
  /** Only a verified address leads a person's other accounts to this user. */
  email_verified: z.boolean(),
  name: z.string().nullable(),
  role: z.enum(roles),
  created_at: z.iso.datetime(),
});
export type User = z.output<typeof user>;

/** A key of a service, without the key itself. */
export const apiKey = z.object({
  id: z.uuid(),
  name: z.string(),
  role: z.enum(roles),
  /** The first characters of the key, to tell one from another. */
  prefix: z.string(),
  /** What the key may do within its role, such as `webhooks:write`; everything when null. */
  scopes: z.array(z.string()).nullable(),
  created_at: z.iso.datetime(),
  expires_at: z.iso.datetime().nullable(),
  last_used_at: z.iso.datetime().nullable(),
});

/** What a connection is for. One provider account can be connected once for each. */
export const integrationTypes = ['calendar', 'video', 'storage', 'social', 'payments', 'email', 'authentication'] as const;
export type IntegrationType = (typeof integrationTypes)[number];
/** One of {@link integrationTypes}. */
export const integrationType = z.enum(integrationTypes);

/** `needs_reauth`: the provider refuses the tokens for good; the user must connect again. */
export const connectionStatuses = ['active', 'needs_reauth', 'disconnected'] as const;
export type ConnectionStatus = (typeof connectionStatuses)[number];

/** A user's linked account at a provider. Tokens are never part of it. */
export const connection = z.object({
  id: z.uuid(),
  provider: z.string(),
  type: integrationType,
  provider_email: z.string().nullable(),
  scopes: z.array(z.string()),
  /** The scopes in plain words. */
  permissions: z.array(z.string()),
  status: z.enum(connectionStatuses),
  token_expires_at: z.iso.datetime().nullable(),
  created_at: z.iso.datetime(),
  last_error: z.string().nullable(),
});
export type Connection = z.output<typeof connection>;

/** One thing that a person fills in to connect an account without OAuth. */
export const credentialField = z.object({
  name: z.string(),
  label: z.string(),
  kind: z.enum(['text', 'password', 'url', 'multiline', 'choice']),
  is_required: z.boolean(),
  /** Never answered again once it was sent. */
  is_secret: z.boolean(),
  help: z.string().nullable(),
  /** Of a `choice`. */
  options: z.array(z.string()).nullable(),
});
export type CredentialField = z.output<typeof credentialField>;

/** A provider this installation knows, and whether an operator has configured it. */
export const providerSummary = z.object({
  id: z.string(),
  name: z.string(),
  types: z.array(integrationType),
  capabilities: z.array(z.string()),
  is_configured: z.boolean(),
  /** People can sign in with it. */
  can_sign_in: z.boolean(),
  /** How an account is connected: through the provider's consent page, or with what the fields ask for. */
  connect: z.object({ method: z.enum(['oauth', 'credentials']), fields: z.array(credentialField) }),
  /** What is asked for at the consent page, by what the connection is for. */
  permissions: z.array(z.object({ type: integrationType, scopes: z.array(z.string()), in_words: z.array(z.string()) })),
  /** Variables that must be set before it can be used. Names only. */
  missing_variables: z.array(z.string()),
  setup_guide: z.url(),
});

/** A public signing key set. https://www.rfc-editor.org/rfc/rfc7517#section-5 */
export const jwks = z.object({ keys: z.array(z.looseObject({ kty: z.string(), kid: z.string(), alg: z.string() })) });

/** An account at a provider that a person signs in with. */
export const identity = z.object({
  id: z.uuid(),
  provider: z.string(),
  email: z.string().nullable(),
  email_verified: z.boolean(),
  name: z.string().nullable(),
  created_at: z.iso.datetime(),
  last_used_at: z.iso.datetime(),
});
export type Identity = z.output<typeof identity>;

/** A browser or app in which somebody is signed in. */
export const session = z.object({
  id: z.uuid(),
  created_at: z.iso.datetime(),
  last_used_at: z.iso.datetime(),
  expires_at: z.iso.datetime(),
  /** What the browser says it is. */
  user_agent: z.string().nullable(),
  /** The one this call was made in. */
  is_current: z.boolean(),
});
export type Session = z.output<typeof session>;

/** What a sign-in or a refresh answers. https://www.rfc-editor.org/rfc/rfc6749#section-5.1 */
export const sessionTokens = z.object({
  access_token: z.string(),
  token_type: z.literal('Bearer'),
  /** Seconds. */
  expires_in: z.int(),
  /** Works once; the answer brings the next one. */
  refresh_token: z.string(),
  /** Seconds. */
  refresh_expires_in: z.int(),
  user,
});
export type SessionTokens = z.output<typeof sessionTokens>;

/** Why a connection will stop to work. */
export const breakReasons = ['reauth_needed', 'refresh_failing', 'refresh_token_ends', 'token_ends', 'provider_not_configured'] as const;

/** A connection that will stop to work, and when. */
export const expiringConnection = z.object({
  connection_id: z.uuid(),
  user_id: z.uuid(),
  provider: z.string(),
  type: integrationType,
  provider_email: z.string().nullable(),
  /** In the past for one that does not work any more. */
  breaks_at: z.iso.datetime(),
  reason: z.enum(breakReasons),
  message: z.string(),
  remedy: z.string(),
});
export type ExpiringConnection = z.output<typeof expiringConnection>;

/** `unknown`: it cannot be told from here. */
export const checkStatuses = ['ok', 'warning', 'failed', 'unknown'] as const;

/** One thing that was looked at. */
export const check = z.object({
  /** Such as `client_secret` or `clock`. */
  name: z.string(),
  status: z.enum(checkStatuses),
  message: z.string(),
  /** What to do about it; null when nothing is wrong. */
  remedy: z.string().nullable(),
});
export type Check = z.output<typeof check>;

/** What was found about one provider, or about the installation itself (`patchbay`). The status is that of its worst check. */
export const examination = z.object({ subject: z.string(), name: z.string(), status: z.enum(checkStatuses), checks: z.array(check) });
export type Examination = z.output<typeof examination>;
