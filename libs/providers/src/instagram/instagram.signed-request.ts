import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { faultOfTime, inboundWord, isSameText, jsonOf } from '../_kit/inbound-signature.js';

const payload = z.object({
  algorithm: z.string().regex(/^hmac-sha256$/i),
  user_id: z.union([inboundWord, z.int().min(0).transform(String)]),
  issued_at: z.int().min(0).optional(),
});

/** What Meta says in the name of a person. */
export interface SignedRequest {
  readonly userId: string;
  /** Seconds since 1970; 0 where it is not said. */
  readonly issuedAt: number;
}

// How long Meta keeps trying to deliver a webhook. https://developers.facebook.com/docs/graph-api/webhooks/getting-started
const retriesEndAfterMs = 36 * 3_600_000;
const sizeMax = 20_000;

/**
 * Reads the form field `signed_request`, or says in a word why it is refused.
 *
 * @see https://developers.facebook.com/docs/development/create-an-app/app-dashboard/data-deletion-callback
 */
export const readSignedRequest = (body: Buffer, secret: string, now: Date): SignedRequest | string => {
  if (body.length > sizeMax) return 'malformed';
  const [signature, content, ...more] = new URLSearchParams(body.toString('utf8')).get('signed_request')?.split('.') ?? [];
  if (signature === undefined || content === undefined || more.length > 0) return 'signature_missing';
  const expected = createHmac('sha256', secret).update(content).digest('base64url');
  if (!isSameText(signature.replace(/={1,2}$/, ''), expected)) return 'signature_wrong';

  const said = jsonOf(Buffer.from(content, 'base64url'), payload);
  if (said === undefined) return 'malformed';
  const { user_id: userId, issued_at: issuedAt } = said;
  const fault = issuedAt === undefined ? undefined : faultOfTime(issuedAt * 1_000, now, retriesEndAfterMs);
  return fault ?? { userId, issuedAt: issuedAt ?? 0 };
};
