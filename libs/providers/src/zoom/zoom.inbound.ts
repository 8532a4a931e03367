import type { InboundCall, InboundVerdict, InboundWebhooksCapability } from '@patchbay/capabilities';
import { z } from 'zod';
import { digestOf, faultOfTime, hexMac, inboundWord, isSameText, jsonAnswer, jsonOf, refused, secondsOf } from '../_kit/inbound-signature.js';

const validation = z.object({ event: z.literal('endpoint.url_validation'), payload: z.object({ plainToken: z.string().regex(/^[\w-]{1,200}$/) }) });

const notice = z.object({
  event: inboundWord,
  event_ts: z.int().min(0).optional(),
  payload: z.object({ user_id: inboundWord.optional(), object: z.object({ host_id: inboundWord.optional().catch(undefined) }).optional() }),
});

/**
 * Zoom's webhooks, signed with the secret token of the app.
 *
 * The question who answers (`endpoint.url_validation`) is answered with a code under the same secret. It is signed like everything else, and only then
 * answered: a stranger could else have anything signed, a notice of his own for instance.
 *
 * @see https://developers.zoom.us/docs/api/webhooks/#verify-webhook-events
 */
export const zoomInbound = (secretToken: string): InboundWebhooksCapability => ({
  receive: (call, now) => {
    const fault = faultOf(call, secretToken, now);
    if (fault !== undefined) return refused(fault);

    const plainToken = jsonOf(call.body, validation)?.payload.plainToken;
    if (plainToken === undefined) return read(call.body);
    return { kind: 'handshake', answer: jsonAnswer({ plainToken, encryptedToken: hexMac('sha256', secretToken, plainToken) }) };
  },
});

const faultOf = ({ method, headers, body }: InboundCall, secretToken: string, now: Date): string | undefined => {
  const { 'x-zm-signature': signature, 'x-zm-request-timestamp': timestamp } = headers;
  if (method !== 'POST') return 'malformed';
  if (signature === undefined || timestamp === undefined) return 'signature_missing';
  if (!isSameText(signature, `v0=${hexMac('sha256', secretToken, `v0:${timestamp}:`, body)}`)) return 'signature_wrong';
  return faultOfTime(secondsOf(timestamp), now);
};

/** Zoom gives its notices no id. What it sends once more is the same text, with the time of the event in it. */
const read = (body: Buffer): InboundVerdict => {
  const told = jsonOf(body, notice);
  if (told === undefined || told.event === 'endpoint.url_validation') return refused('malformed');
  const { event, event_ts: at = 0, payload } = told;
  const ends = event === 'app_deauthorized';
  return {
    kind: 'notices',
    notices: [
      {
        key: `${event}:${at}:${digestOf(body)}`,
        type: event,
        accountId: (ends ? payload.user_id : payload.object?.host_id) ?? null,
        ...(ends ? { endsConnection: true } : {}),
      },
    ],
    answer: null,
  };
};
