import { z } from 'zod';
import { defineRequest } from '../definitions/define-request.js';
import { eventEnvelope } from '../event-envelope.js';
import { pageOf, pageQuery } from '../page.js';
import {
  customHeaders,
  deliveryStatuses,
  eventPattern,
  testResult,
  webhookDelivery,
  webhookEndpoint,
  webhookJob,
  webhookSigning,
  webhookStatistics,
} from './webhooks.models.js';

/** One envelope, or many under `events`. Answered only after every one of them is durable. */
export const publishEvents = defineRequest({
  name: 'webhooks.publish-events',
  version: 1,
  input: z.union([z.strictObject({ events: z.array(eventEnvelope).min(1).max(500) }), eventEnvelope]),
  output: z.object({ items: z.array(z.object({ id: z.uuid(), status: z.enum(['accepted', 'duplicate']) })) }),
  errors: ['event_type_unknown', 'event_version_unknown'],
});

const endpointFields = {
  name: z.string().min(1).max(200),
  description: z.string().max(2_000).nullable(),
  webhook_url: z.string().min(1).max(2_048),
  events: z.array(eventPattern).min(1).max(50),
  headers: customHeaders,
  is_active: z.boolean(),
  retry_failed: z.boolean().describe('False: one attempt only.'),
  max_retries: z.int().min(0).max(50).nullable().describe('Retries after the first attempt; null: the full schedule of 72 hours.'),
  rate_limit_per_minute: z.int().min(1).max(100_000).nullable().describe('Deliveries per minute at most; null: as many as it takes.'),
  secret_key: z
    .string()
    .min(16)
    .max(200)
    .describe('`whsec_…`, `whsk_…` (Ed25519), or any text, which then signs as its UTF-8 bytes. Made when absent; shown once.'),
};
const id = z.uuid();

const wholeEndpoint = {
  name: endpointFields.name,
  description: endpointFields.description.default(null),
  webhook_url: endpointFields.webhook_url,
  events: endpointFields.events,
  headers: endpointFields.headers.default({}),
  is_active: endpointFields.is_active.default(true),
  retry_failed: endpointFields.retry_failed.default(true),
  max_retries: endpointFields.max_retries.default(null),
  rate_limit_per_minute: endpointFields.rate_limit_per_minute.default(null),
  secret_key: endpointFields.secret_key.optional(),
};

/** A user's endpoints, newest first. */
export const listWebhookEndpoints = defineRequest({
  name: 'webhooks.list-endpoints',
  version: 1,
  input: z.strictObject({ ...pageQuery }),
  output: pageOf(webhookEndpoint),
  errors: [],
});

/** One endpoint; its secret is not shown again. */
export const getWebhookEndpoint = defineRequest({
  name: 'webhooks.get-endpoint',
  version: 1,
  input: z.strictObject({ id }),
  output: webhookEndpoint,
  errors: ['webhook_not_found'],
});

/** Adds an endpoint and answers its secret, this once. */
export const createWebhookEndpoint = defineRequest({
  name: 'webhooks.create-endpoint',
  version: 1,
  input: z.strictObject({
    ...wholeEndpoint,
    signing: webhookSigning.optional().describe('What a secret is made for; `hmac` when absent. A secret that is sent says it itself.'),
  }),
  output: webhookEndpoint.extend({ secret_key: z.string().describe('Shown once.') }),
  errors: ['webhook_url_not_allowed', 'event_type_unknown'],
});

/** Replaces every field; the secret stays unless one is sent. */
export const replaceWebhookEndpoint = defineRequest({
  name: 'webhooks.replace-endpoint',
  version: 1,
  input: z.strictObject({ id, ...wholeEndpoint }),
  output: webhookEndpoint,
  errors: ['webhook_not_found', 'webhook_url_not_allowed', 'event_type_unknown'],
});

/** Changes the fields that are sent. */
export const updateWebhookEndpoint = defineRequest({
  name: 'webhooks.update-endpoint',
  version: 1,
  input: z.strictObject({ id, ...z.object(endpointFields).partial().shape }),
  output: webhookEndpoint,
  errors: ['webhook_not_found', 'webhook_url_not_allowed', 'event_type_unknown'],
});

/** Removes an endpoint; what waits for it is given up. */
export const deleteWebhookEndpoint = defineRequest({
  name: 'webhooks.delete-endpoint',
  version: 1,
  input: z.strictObject({ id }),
  output: z.null(),
  errors: ['webhook_not_found'],
});

/** Gives an endpoint a new secret, answered this once. Webhooks carry a signature of both until the overlap ends. */
export const rotateWebhookSecret = defineRequest({
  name: 'webhooks.rotate-secret',
  version: 1,
  input: z.strictObject({
    id,
    secret_key: endpointFields.secret_key.optional(),
    signing: webhookSigning.optional().describe('What the new secret is made for; as before when absent.'),
    overlap_hours: z.number().min(0).max(168).default(24).describe('How long the old secret signs as well.'),
  }),
  output: webhookEndpoint.extend({ secret_key: z.string().describe('Shown once.') }),
  errors: ['webhook_not_found'],
});

/**
 * Sends an example of an event the endpoint asks for, at once, signed as every other, and says what came back. The body says `test: true`, and its
 * booking id begins with `test_`.
 */
export const testWebhookEndpoint = defineRequest({
  name: 'webhooks.test-endpoint',
  version: 1,
  input: z.strictObject({ id }),
  output: testResult,
  errors: ['webhook_not_found', 'webhook_url_not_allowed'],
  deadlineMs: 30_000,
});

/** Which deliveries of a log. */
const deliveryFilter = {
  status: z.enum(deliveryStatuses).optional(),
  event_type: eventPattern.optional(),
  since: z.iso.datetime({ offset: true }).optional(),
  until: z.iso.datetime({ offset: true }).optional().describe('Before this moment.'),
  q: z.string().min(1).max(100).optional().describe('An id of an event or a delivery, a part of an event type or an error, or a status code.'),
};

/** What went to an endpoint, newest first, each with its attempts. A search may answer a page that is not full, or empty, and still has a next one. */
export const listWebhookDeliveries = defineRequest({
  name: 'webhooks.list-deliveries',
  version: 1,
  input: z.strictObject({ id, ...pageQuery, ...deliveryFilter }),
  output: pageOf(webhookDelivery),
  errors: ['webhook_not_found'],
});

/** The log as lines to keep, page by page: pages in their order are one document. */
export const exportWebhookDeliveries = defineRequest({
  name: 'webhooks.export-deliveries',
  version: 1,
  input: z.strictObject({
    id,
    ...pageQuery,
    limit: z.coerce.number().int().min(1).max(500).default(500),
    ...deliveryFilter,
    format: z.enum(['csv', 'ndjson']).default('csv'),
  }),
  output: z.object({ format: z.enum(['csv', 'ndjson']), content: z.string(), next_cursor: z.string().nullable() }),
  errors: ['webhook_not_found'],
});

/** Makes a delivery again, whatever became of it: the same event under the same `webhook-id`, and its retries anew. */
export const resendWebhookDelivery = defineRequest({
  name: 'webhooks.resend-delivery',
  version: 1,
  input: z.strictObject({ id }),
  output: webhookDelivery,
  errors: ['webhook_delivery_not_found', 'webhook_inactive'],
});

const time = z.iso.datetime({ offset: true });
const beginErrors = ['webhook_not_found', 'webhook_inactive', 'webhook_job_running'] as const;
const oneJob = z.strictObject({ id, job_id: z.uuid() });

/** Makes every delivery again that was given up since a time. Asked twice, it is the same job. */
export const recoverWebhookDeliveries = defineRequest({
  name: 'webhooks.recover-deliveries',
  version: 1,
  input: z.strictObject({ id, since: time }),
  output: webhookJob,
  errors: beginErrors,
});

/** Makes every delivery of a time again, whatever became of it. Asked twice, it is the same job. */
export const replayWebhookDeliveries = defineRequest({
  name: 'webhooks.replay-deliveries',
  version: 1,
  input: z.strictObject({ id, from: time, to: time.describe('Before this moment.') }),
  output: webhookJob,
  errors: beginErrors,
});

/** Jobs of an endpoint, newest first. */
export const listWebhookJobs = defineRequest({
  name: 'webhooks.list-jobs',
  version: 1,
  input: z.strictObject({ id, ...pageQuery }),
  output: pageOf(webhookJob),
  errors: ['webhook_not_found'],
});

/** How far a job is. */
export const getWebhookJob = defineRequest({
  name: 'webhooks.get-job',
  version: 1,
  input: oneJob,
  output: webhookJob,
  errors: ['webhook_job_not_found'],
});

/** Begins no further delivery until the job is resumed. */
export const pauseWebhookJob = defineRequest({
  name: 'webhooks.pause-job',
  version: 1,
  input: oneJob,
  output: webhookJob,
  errors: ['webhook_job_not_found'],
});

/** Goes on where the job was paused. */
export const resumeWebhookJob = defineRequest({
  name: 'webhooks.resume-job',
  version: 1,
  input: oneJob,
  output: webhookJob,
  errors: ['webhook_not_found', 'webhook_job_not_found', 'webhook_inactive'],
});

/** How an endpoint has been doing for 30 days, and how it is now. Counts are a second or two behind. */
export const getWebhookStatistics = defineRequest({
  name: 'webhooks.get-statistics',
  version: 1,
  input: z.strictObject({ id }),
  output: webhookStatistics,
  errors: ['webhook_not_found'],
});
