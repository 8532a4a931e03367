import { z } from 'zod';
import { defineEvent } from '../definitions/define-event.js';

/** Nobody's: a provider's notice concerns accounts, and which user's those are is for the services to find out. */
const nobody = '00000000-0000-0000-0000-000000000000';

/** A provider told that something happened. It says that, and not in which order: services ask the provider for what is true now. */
export const providerWebhookReceived = defineEvent({
  type: 'provider_webhook_received',
  version: 1,
  audience: 'internal',
  producer: 'webhooks',
  consumers: [],
  summary: 'A provider told that something happened. Services ask the provider for what is true now.',
  data: z.object({
    received_id: z.uuid(),
    provider: z.string(),
    type: z.string(),
    key: z.string(),
    provider_account_id: z.string().nullable(),
    received_at: z.iso.datetime(),
    /** The body as text; null when it is too large for the bus: then it is read with `webhooks.read-received-body`. */
    body: z.string().nullable(),
  }),
  owner: () => nobody,
  examples: [
    {
      received_id: '0198f2a4-0000-7000-8000-0000000000f1',
      provider: 'stripe',
      type: 'invoice.paid',
      key: 'evt_1',
      provider_account_id: 'acct_1',
      received_at: '2026-12-01T16:00:00Z',
      body: '{}',
    },
  ],
});

/** A provider told that a person withdrew the permission there: what is connected to that account has to be connected again. */
export const providerPermissionEnded = defineEvent({
  type: 'provider_permission_ended',
  version: 1,
  audience: 'internal',
  producer: 'webhooks',
  consumers: ['auth'],
  summary: 'A provider told that a person withdrew the permission there. What was connected before that has to be connected again.',
  data: z.object({
    received_id: z.uuid(),
    provider: z.string(),
    provider_account_id: z.string(),
    ended_at: z.iso.datetime(),
  }),
  owner: () => nobody,
  examples: [{ received_id: '0198f2a4-0000-7000-8000-0000000000f1', provider: 'zoom', provider_account_id: 'u_1', ended_at: '2026-12-01T16:00:00Z' }],
});
