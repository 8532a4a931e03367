import { z } from 'zod';
import { defineEvent } from '../definitions/define-event.js';

/** An endpoint gets nothing any more, because it asked for that (410) or failed for too long. */
export const webhookEndpointDisabled = defineEvent({
  type: 'webhook_endpoint_disabled',
  version: 1,
  audience: 'public',
  producer: 'webhooks',
  consumers: [],
  summary: 'An endpoint gets nothing any more, because it asked for that (410) or failed for too long.',
  data: z.object({ user_id: z.uuid(), endpoint_id: z.uuid(), reason: z.enum(['gone', 'failing']) }),
  owner: (data) => data.user_id,
  examples: [{ user_id: '0198f2a4-0000-7000-8000-000000000001', endpoint_id: '0198f2a4-0000-7000-8000-0000000000e1', reason: 'gone' }],
});
