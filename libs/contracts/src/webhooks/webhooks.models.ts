import { z } from 'zod';

/** A header name a customer may add: a token of RFC 9110 section 5.6.2. What is ours or the connection's is refused by the service. */
const headerName = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/, 'must be a header name');
/** Visible ASCII, spaces and tabs: nothing that could begin another header (RFC 9110 section 5.5). */
const headerValue = z
  .string()
  .max(4_096)
  .regex(/^[\t\x20-\x7e]*$/, 'must be one line of printable ASCII');

/** Headers that a customer adds to every delivery. */
export const customHeaders = z.record(headerName, headerValue).refine((headers) => Object.keys(headers).length <= 20, 'at most 20 headers');

/** An event type, or a pattern in which `*` stands for any run of characters: `booking_*`, `*`. */
export const eventPattern = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[a-z0-9_*]+$/, 'must be an event type or a pattern such as booking_*');

/** `hmac`: both sides share the secret. `ed25519`: receivers hold a public key only. */
export const webhookSigning = z.enum(['hmac', 'ed25519']);

/** A customer's address for events, as its owner sees it. */
export const webhookEndpoint = z.object({
  id: z.uuid(),
  name: z.string(),
  description: z.string().nullable(),
  webhook_url: z.string(),
  events: z.array(eventPattern),
  headers: customHeaders,
  is_active: z.boolean(),
  /** Why Patchbay switched it off; null while it is on or when its owner did. */
  disabled_reason: z.string().nullable(),
  retry_failed: z.boolean(),
  max_retries: z.int().nullable(),
  rate_limit_per_minute: z.int().nullable(),
  has_secret: z.boolean(),
  signing: webhookSigning,
  /** `whpk_…`: what receivers verify `v1a` signatures with; null with `hmac`. */
  public_key: z.string().nullable(),
  /** Until when a secret that was replaced signs beside the new one. */
  previous_secret_until: z.iso.datetime().nullable(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
});
export type WebhookEndpoint = z.output<typeof webhookEndpoint>;

/** `pending` waits for its first or next attempt; the others are final. */
export const deliveryStatuses = ['pending', 'succeeded', 'failed'] as const;

/** One try to deliver, and what came of it. */
export const deliveryAttempt = z.object({
  attempted_at: z.iso.datetime(),
  status_code: z.int().nullable(),
  duration_ms: z.int(),
  error: z.string().nullable(),
  /** The beginning of the receiver's answer. */
  response_excerpt: z.string().nullable(),
});

/** One event on its way to one endpoint. */
export const webhookDelivery = z.object({
  id: z.uuid(),
  event_id: z.uuid(),
  event_type: z.string(),
  status: z.enum(deliveryStatuses),
  attempt_count: z.int(),
  next_attempt_at: z.iso.datetime().nullable(),
  created_at: z.iso.datetime(),
  attempts: z.array(deliveryAttempt),
});

/** What the receiver of a test made of it. */
export const testResult = z.object({
  success: z.boolean(),
  /** A test that is taken switches an endpoint on again that was switched off for failing. */
  is_active: z.boolean(),
  status_code: z.int().nullable(),
  duration_ms: z.int(),
  response_excerpt: z.string().nullable(),
  error: z.string().nullable(),
});

/** Deliveries that are made again, many of them: how far it is and what came of each. */
export const webhookJob = z.object({
  id: z.uuid(),
  endpoint_id: z.uuid(),
  kind: z.enum(['recover', 'replay']),
  status: z.enum(['running', 'paused', 'completed', 'cancelled']),
  /** Why Patchbay paused it; null when its owner did. */
  paused_reason: z.string().nullable(),
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  percent: z.int(),
  /** Null until they are counted. */
  total: z.int().nullable(),
  delivered: z.int(),
  /** Not taken at first; tried again by the schedule of the endpoint. */
  retrying: z.int(),
  failed: z.int(),
  /** Under way already. */
  skipped: z.int(),
  /** Begun and not attempted yet. */
  waiting: z.int(),
  created_at: z.iso.datetime(),
  finished_at: z.iso.datetime().nullable(),
});
export type WebhookJob = z.output<typeof webhookJob>;

const attemptCounts = {
  succeeded: z.int(),
  failed: z.int(),
  /** Between 0 and 1; null without attempts. */
  success_rate: z.number().nullable(),
  /** How long answers took; null without answers. */
  latency_ms: z.object({ p50: z.int(), p95: z.int(), p99: z.int() }).nullable(),
};

/** How an endpoint has been doing for 30 days: attempts, not deliveries. */
export const webhookStatistics = z.object({
  endpoint_id: z.uuid(),
  is_active: z.boolean(),
  disabled_reason: z.string().nullable(),
  /** Since when every attempt failed; null after a success. */
  failing_since: z.iso.datetime().nullable(),
  ...attemptCounts,
  /** Oldest first, the last one is today (UTC). */
  days: z.array(z.object({ day: z.iso.date(), ...attemptCounts })),
});
