import { z } from 'zod';
import { roles } from '../caller.js';

/** A person of the product. */
export const user = z.object({ id: z.uuid(), email: z.email(), name: z.string().nullable(), role: z.enum(roles), created_at: z.iso.datetime() });
export type User = z.output<typeof user>;

/** A key of a service, without the key itself. */
export const apiKey = z.object({
  id: z.uuid(),
  name: z.string(),
  role: z.enum(roles),
  /** The first characters of the key, to tell one from another. */
  prefix: z.string(),
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
  status: z.enum(connectionStatuses),
  token_expires_at: z.iso.datetime().nullable(),
  created_at: z.iso.datetime(),
  last_error: z.string().nullable(),
});
export type Connection = z.output<typeof connection>;

/** A provider this installation knows, and whether an operator has configured it. */
export const providerSummary = z.object({
  id: z.string(),
  name: z.string(),
  types: z.array(integrationType),
  capabilities: z.array(z.string()),
  is_configured: z.boolean(),
  /** Variables that must be set before it can be used. Names only. */
  missing_variables: z.array(z.string()),
  setup_guide: z.url(),
});

/** A public signing key set. https://www.rfc-editor.org/rfc/rfc7517#section-5 */
export const jwks = z.object({ keys: z.array(z.looseObject({ kty: z.string(), kid: z.string(), alg: z.string() })) });
