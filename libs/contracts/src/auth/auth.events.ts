import { z } from 'zod';
import { defineEvent } from '../definitions/define-event.js';
import { integrationType } from './auth.models.js';

const ids = { user_id: z.uuid(), connection_id: z.uuid(), provider: z.string(), type: integrationType };
const example = {
  user_id: '0198f2a4-0000-7000-8000-000000000001',
  connection_id: '0198f2a4-0000-7000-8000-0000000000c1',
  provider: 'google',
  type: 'calendar' as const,
};
const ownedByUser = (data: { user_id: string }): string => data.user_id;

/** An account was connected, or connected again under the id it had. */
export const integrationConnected = defineEvent({
  type: 'integration_connected',
  version: 1,
  audience: 'public',
  producer: 'auth',
  consumers: ['calendar', 'video'],
  summary: 'An account was connected, or connected again under the id it had.',
  data: z.object({ ...ids, provider_account_id: z.string(), provider_email: z.string().nullable() }),
  owner: ownedByUser,
  examples: [{ ...example, provider_account_id: '1081', provider_email: 'olivia@example.com' }],
});

/** An account can no longer be used: its user disconnected it, or the provider refuses its tokens for good. */
export const integrationDisconnected = defineEvent({
  type: 'integration_disconnected',
  version: 1,
  audience: 'public',
  producer: 'auth',
  consumers: ['calendar', 'video'],
  summary: 'An account can no longer be used: its user disconnected it, or the provider refuses its tokens for good.',
  data: z.object({ ...ids, reason: z.enum(['by_user', 'refused_by_provider']) }),
  owner: ownedByUser,
  examples: [{ ...example, reason: 'refused_by_provider' }],
});

/** A token ends soon. Told once for each token, ahead of its end. */
export const tokenExpiring = defineEvent({
  type: 'token_expiring',
  version: 1,
  audience: 'public',
  producer: 'auth',
  consumers: [],
  summary: 'A token ends soon. Told once for each token, ahead of its end; `renews` says whether Patchbay can renew it by itself.',
  data: z.object({ ...ids, token_expires_at: z.iso.datetime(), renews: z.boolean() }),
  owner: ownedByUser,
  examples: [{ ...example, token_expires_at: '2026-12-01T16:00:00Z', renews: true }],
});

/** A new access token was fetched before the old one ended. */
export const tokenRefreshed = defineEvent({
  type: 'token_refreshed',
  version: 1,
  audience: 'public',
  producer: 'auth',
  consumers: [],
  summary: 'A new access token was fetched. The token itself never travels.',
  data: z.object({ ...ids, token_expires_at: z.iso.datetime().nullable() }),
  owner: ownedByUser,
  examples: [{ ...example, token_expires_at: '2026-12-01T16:00:00Z' }],
});
