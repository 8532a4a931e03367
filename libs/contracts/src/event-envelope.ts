import { z } from 'zod';
import { defaultTenantId } from './caller.js';

/**
 * An event as a producer sends it, over HTTP or straight to NATS. `id` is the idempotency key: the same id twice is one event.
 * What is absent is filled in on arrival.
 */
export const eventEnvelope = z.strictObject({
  id: z.uuid().optional().describe('Idempotency key. Made on arrival when absent.'),
  type: z.string().min(1).max(100),
  version: z.int().min(1).default(1),
  tenant_id: z.string().min(1).max(100).default(defaultTenantId),
  timestamp: z.iso.datetime({ offset: true }).optional().describe('When it happened. The time of arrival when absent.'),
  data: z.record(z.string(), z.unknown()),
});
export type EventEnvelope = z.output<typeof eventEnvelope>;

/** The header of a NATS message that carries the event's id. Part of NATS, not ours. */
export const eventIdHeader = 'Nats-Msg-Id';
/** W3C Trace Context, carried by HTTP, NATS messages and stored rows alike. https://www.w3.org/TR/trace-context/ */
export const traceHeader = 'traceparent';
