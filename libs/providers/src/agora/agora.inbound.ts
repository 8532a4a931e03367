import type { InboundWebhooksCapability } from '@patchbay/capabilities';
import { z } from 'zod';
import { faultOfTime, hexMac, inboundWord, isSameText, jsonAnswer, jsonOf, refused } from '../_kit/inbound-signature.js';

const notice = z.object({
  noticeId: inboundWord,
  productId: z.int(),
  eventType: z.int(),
  notifyMs: z.number(),
  payload: z.object({ channelName: z.string().optional().catch(undefined) }).catch({}),
});

/** Agora sends a notice three more times, further and further apart; it does not say how far. */
const retriesEndAfterMs = 30 * 60_000;

/**
 * Agora's notifications. Each is signed twice; the older signature, an HMAC-SHA1, is not looked at. The signed body says when it was sent.
 *
 * @see https://docs.agora.io/en/video-calling/advanced-features/receive-notifications
 */
export const agoraInbound = (secret: string): InboundWebhooksCapability => ({
  receive: ({ method, headers, body }, now) => {
    const { 'agora-signature-v2': signature } = headers;
    if (method !== 'POST') return refused('malformed');
    if (signature === undefined) return refused('signature_missing');
    if (!isSameText(signature, hexMac('sha256', secret, body))) return refused('signature_wrong');

    const told = jsonOf(body, notice);
    if (told === undefined) return refused('malformed');
    // What the console sends to try an address out, of whatever time.
    if (told.payload.channelName === 'test_webhook') return { kind: 'handshake', answer: jsonAnswer({}) };
    const fault = faultOfTime(told.notifyMs, now, retriesEndAfterMs);
    if (fault !== undefined) return refused(fault);
    // Event numbers begin anew for each product.
    const notices = [{ key: told.noticeId, type: `${told.productId}.${told.eventType}`, accountId: null }];
    // The answer has to be JSON, or the notice comes again.
    return { kind: 'notices', notices, answer: jsonAnswer({}) };
  },
});
