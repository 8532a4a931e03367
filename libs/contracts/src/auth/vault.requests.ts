import { z } from 'zod';
import { defineRequest } from '../definitions/define-request.js';
import { pageOf, pageQuery } from '../page.js';
import { examination, expiringConnection, integrationType } from './auth.models.js';

const expiringInput = z.strictObject({ days: z.coerce.number().int().min(1).max(365).default(30), ...pageQuery });

/** The user's connections that will stop to work within so many days, and those that have; the soonest first. */
export const listExpiringConnections = defineRequest({
  name: 'auth.list-expiring-connections',
  version: 1,
  input: expiringInput,
  output: pageOf(expiringConnection),
  errors: [],
});

/** The same for everyone. */
export const listAllExpiringConnections = defineRequest({
  name: 'auth.list-all-expiring-connections',
  version: 1,
  input: expiringInput,
  output: pageOf(expiringConnection),
  errors: [],
});

/** Looks at the installation and at every configured provider: client, redirect URIs, scopes, reachability, clocks. */
export const examineInstallation = defineRequest({
  name: 'auth.examine-installation',
  version: 1,
  input: z.strictObject({ provider: z.string().min(1).max(50).optional() }),
  output: z.object({ items: z.array(examination), next_cursor: z.null() }),
  errors: ['provider_unknown'],
  deadlineMs: 25_000,
});

/** What no header takes would fail at the first call only. https://www.rfc-editor.org/rfc/rfc6749#appendix-A.12 */
const token = z
  .string()
  .max(10_000)
  .regex(/^[\x20-\x7e]+$/, 'must have the characters of a token');

/** A connection out of another system, with its tokens. */
export const importedConnection = z.strictObject({
  user_id: z.uuid(),
  provider: z.string().min(1).max(50),
  integration_type: integrationType,
  provider_account_id: z.string().min(1).max(500),
  provider_email: z.string().max(500).nullable().default(null),
  scopes: z.array(z.string().max(200)).max(100).default([]),
  access_token: token,
  refresh_token: token.nullable().default(null),
  token_expires_at: z.iso.datetime({ offset: true }).nullable().default(null),
});

/** Takes connections over from another system. Tokens are plain, or Fernet tokens under SOCIAL_MEDIA_ENCRYPTION_KEY. Doing it twice changes nothing. */
export const importConnections = defineRequest({
  name: 'auth.import-connections',
  version: 1,
  input: z.strictObject({
    encryption: z.enum(['none', 'fernet']),
    is_dry_run: z.boolean().default(false).describe('Only says what would happen.'),
    items: z.array(importedConnection).min(1).max(500),
  }),
  output: z.object({
    items: z.array(
      z.object({
        index: z.int(),
        status: z.enum(['imported', 'updated', 'unchanged', 'failed']),
        connection_id: z.uuid().nullable(),
        code: z.string().nullable(),
        message: z.string().nullable(),
      }),
    ),
  }),
  errors: [],
  deadlineMs: 25_000,
});
