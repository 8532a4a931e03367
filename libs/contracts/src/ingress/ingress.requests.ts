import { z } from 'zod';
import { defineRequest } from '../definitions/define-request.js';
import { pageOf, pageQuery } from '../page.js';
import { rawAnswer, receivedWebhook, receivedWebhookDetail } from './ingress.models.js';

/** An HTTP request as the gateway got it: nothing is parsed, because providers sign bytes. */
export const receiveProviderWebhook = defineRequest({
  name: 'webhooks.receive-provider-webhook',
  version: 1,
  input: z.strictObject({
    provider: z.string().min(1).max(50),
    method: z.enum(['GET', 'POST']),
    /** Below the provider's own path, without a leading slash; empty for the path itself. */
    path: z.string().max(500),
    query: z.record(z.string(), z.string()),
    /** In lower case. */
    headers: z.record(z.string(), z.string()),
    body_base64: z.string(),
  }),
  output: rawAnswer,
  // Large bodies take a while, and providers wait for about ten seconds.
  deadlineMs: 9_000,
  errors: ['not_found', 'webhook_signature_invalid', 'provider_not_configured', 'body_too_large'],
});

const listInput = z.strictObject({
  ...pageQuery,
  provider: z.string().max(50).optional(),
  type: z.string().max(200).optional(),
  since: z.iso.datetime({ offset: true }).optional(),
});

/** Webhooks that providers sent, newest first. */
export const listReceivedWebhooks = defineRequest({
  name: 'webhooks.list-received-webhooks',
  version: 1,
  input: listInput,
  output: pageOf(receivedWebhook),
  errors: [],
});

/** One of them with what was received. */
export const getReceivedWebhook = defineRequest({
  name: 'webhooks.get-received-webhook',
  version: 1,
  input: z.strictObject({ id: z.uuid() }),
  output: receivedWebhookDetail,
  errors: ['received_webhook_not_found'],
});

/** Announces it once more. */
export const replayReceivedWebhook = defineRequest({
  name: 'webhooks.replay-received-webhook',
  version: 1,
  input: z.strictObject({ id: z.uuid() }),
  output: receivedWebhook,
  errors: ['received_webhook_not_found'],
});

const bodyPart = z.object({ body_base64: z.string(), next_offset: z.int().nullable() });

/** Part of what was received, without what is secret in it. The next part begins at `next_offset`. */
export const showReceivedBody = defineRequest({
  name: 'webhooks.show-received-body',
  version: 1,
  input: z.strictObject({
    id: z.uuid(),
    offset: z.coerce
      .number()
      .int()
      .min(0)
      .max(2 ** 31 - 1)
      .default(0),
  }),
  output: bodyPart,
  errors: ['received_webhook_not_found'],
});

/** What a service asks for when the event carried the body by reference only. */
export const readReceivedBody = defineRequest({
  name: 'webhooks.read-received-body',
  version: 1,
  input: z.strictObject({ id: z.uuid(), offset: z.int().min(0).default(0) }),
  output: bodyPart,
  errors: ['received_webhook_not_found'],
});
