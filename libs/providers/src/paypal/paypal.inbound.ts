import type { InboundCall, InboundWebhooksCapability } from '@patchbay/capabilities';
import { verify, type KeyObject } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { bytesInBase64, faultOfTime, inboundWord, jsonOf, refused, valuesOf } from '../_kit/inbound-signature.js';
import type { PaypalKeys } from './paypal.webhook-keys.js';

/** @see https://developer.paypal.com/docs/api/webhooks/v1/#definition-event */
const paypalEvent = z.object({ id: inboundWord, event_type: inboundWord });

interface Shown {
  readonly transmissionId: string;
  readonly time: string;
  readonly certificateUrl: string;
  readonly signature: Buffer;
}

/**
 * Webhooks of PayPal, verified here with its certificate instead of one more call for each. https://developer.paypal.com/api/rest/webhooks/rest/
 *
 * What is signed of the body is a sum of 32 bits. Who holds one signed webhook can make another body of the same sum, so what a notice tells must be asked
 * of PayPal before anything is done; nothing here ends a connection.
 */
export const paypalInbound = (webhookIds: string, keys: PaypalKeys): InboundWebhooksCapability => {
  const ids = valuesOf(webhookIds);
  return {
    receive: async (call, now) => {
      const shown = shownIn(call);
      if (typeof shown === 'string') return refused(shown);
      // Before anything is fetched.
      const fault = faultOfTime(Date.parse(shown.time), now, repeatedForMs);
      if (fault !== undefined) return refused(fault);
      const key = await keys.find(shown.certificateUrl, now);
      if (key === undefined) return refused('key_unavailable');
      if (!isSigned(call.body, { shown, key, ids })) return refused('signature_wrong');
      const event = jsonOf(call.body, paypalEvent);
      if (event === undefined) return refused('malformed');
      return { kind: 'notices', notices: [{ key: event.id, type: event.event_type, accountId: null }], answer: null };
    },
  };
};

/** PayPal repeats a webhook for three days and does not say whether it is signed anew. https://developer.paypal.com/api/rest/webhooks/ */
const repeatedForMs = 74 * 3_600_000;

/** Of RSA with keys from 2048 bits to nearly 6000. */
const signatureBytesMin = 225;
const signatureBytesMax = 750;

const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

const shownIn = ({ method, headers }: InboundCall): Shown | string => {
  const { 'paypal-transmission-sig': signature, 'paypal-transmission-id': transmissionId = '', 'paypal-transmission-time': time = '' } = headers;
  const { 'paypal-cert-url': certificateUrl = '', 'paypal-auth-algo': algorithm = '' } = headers;
  if (method !== 'POST') return 'malformed';
  if (signature === undefined) return 'signature_missing';
  // The parts are joined by a bar, so none may hold one. SHA-1, which PayPal's packages still take, is not taken.
  const bytes = bytesInBase64(signature);
  const isWellFormed = /^[\w-]{1,100}$/.test(transmissionId) && isoTime.test(time) && algorithm === 'SHA256withRSA';
  if (!isWellFormed || bytes === undefined || bytes.length < signatureBytesMin || bytes.length > signatureBytesMax) return 'malformed';
  return { transmissionId, time, certificateUrl, signature: bytes };
};

const isSigned = (body: Buffer, { shown, key, ids }: { readonly shown: Shown; readonly key: KeyObject; readonly ids: readonly string[] }): boolean =>
  ids.some((id) => verify('sha256', Buffer.from([shown.transmissionId, shown.time, id, crc32(body)].join('|')), key, shown.signature));
