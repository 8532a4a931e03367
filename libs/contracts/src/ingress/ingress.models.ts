import { z } from 'zod';

/** What became of a received webhook: it waits to be announced, was announced, or was a repeat that is only counted. */
export const receivedWebhookStatuses = ['stored', 'announced'] as const;

/** A provider's webhook that was verified and stored, without its body. */
export const receivedWebhook = z.object({
  id: z.uuid(),
  provider: z.string(),
  /** The provider's own word for what happened, such as `invoice.paid`. */
  type: z.string(),
  /** The provider's own id of the notice, or what makes it one of a kind; a second one with the same key is the same notice. */
  key: z.string(),
  /** The provider's id of the account it concerns, where the notice says. */
  provider_account_id: z.string().nullable(),
  status: z.enum(receivedWebhookStatuses),
  size_bytes: z.int(),
  /** How often it came. */
  received_count: z.int(),
  received_at: z.iso.datetime(),
  replayed_at: z.iso.datetime().nullable(),
});
export type ReceivedWebhook = z.output<typeof receivedWebhook>;

/** The same with what was received: headers without credentials and signatures, and the beginning of the body as text. */
export const receivedWebhookDetail = receivedWebhook.extend({
  headers: z.record(z.string(), z.string()),
  body: z.string(),
  /** The body goes on; all of it can be read part by part. */
  is_truncated: z.boolean(),
  /** Something that is secret was taken out of the body, which is not byte by byte what came then. */
  is_redacted: z.boolean(),
});

/** An HTTP answer that a provider wants word for word. */
export const rawAnswer = z.object({ status: z.int().min(200).max(599), headers: z.record(z.string(), z.string()), body: z.string() });
export type RawAnswer = z.output<typeof rawAnswer>;
