import type { InboundCall, InboundNotice, InboundWebhooksCapability } from '@patchbay/capabilities';
import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { bytesInBase64, digestOf, faultOfTime, inboundWord, jsonOf, refused, secondsOf, valuesOf } from '../_kit/inbound-signature.js';

/** @see https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event */
const sendgridEvent = z.object({ event: inboundWord, sg_event_id: inboundWord.optional().catch(undefined) });

/**
 * A batch. What is no event is left out: the others would not come again for its sake.
 * Each is read by itself, so that one that is odd does not make all of them strange.
 */
const batch = z.array(z.unknown());

/** What keys the variable holds; undefined when one of them is none. SendGrid shows a key as base64 without lines around it. */
export const sendgridKeysIn = (variable: string): readonly KeyObject[] | undefined => {
  try {
    return valuesOf(variable).map((key) => createPublicKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'spki' }));
  } catch {
    return undefined;
  }
};

/** Events of the Event Webhook: batches, signed with the key of an account's webhook. */
export const sendgridInbound = (publicKeys: string): InboundWebhooksCapability => {
  const keys = sendgridKeysIn(publicKeys) ?? [];
  return {
    receive: (call, now) => {
      const fault = faultOf(call, keys, now);
      if (fault !== undefined) return refused(fault);
      const notices = (jsonOf(call.body, batch) ?? []).flatMap(toNotice);
      return notices.length === 0 ? refused('malformed') : { kind: 'notices', notices, answer: null };
    },
  };
};

/** @see https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features#verify-the-signature */
const faultOf = ({ method, headers, body }: InboundCall, keys: readonly KeyObject[], now: Date): string | undefined => {
  const { 'x-twilio-email-event-webhook-signature': signature, 'x-twilio-email-event-webhook-timestamp': time } = headers;
  if (method !== 'POST') return 'malformed';
  if (signature === undefined || time === undefined) return 'signature_missing';
  const signed = Buffer.concat([Buffer.from(time), body]);
  const given = bytesInBase64(signature);
  if (given === undefined || !keys.some((key) => verify('sha256', signed, key, given))) return 'signature_wrong';
  return faultOfTime(secondsOf(time), now, repeatedForMs);
};

/**
 * SendGrid repeats a batch for a day and does not say whether it is signed anew. What comes within that time is taken, so that none is lost after an outage;
 * a repetition has the same keys and does nothing. https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event
 */
const repeatedForMs = 25 * 3_600_000;

/** Now and then SendGrid gives a repeated event another id (sendgrid/sendgrid-nodejs#1435): who listens must not count them. */
const toNotice = (item: unknown): readonly InboundNotice[] => {
  const told = sendgridEvent.safeParse(item).data;
  if (told === undefined) return [];
  return [{ key: told.sg_event_id ?? digestOf(JSON.stringify(item)), type: told.event, accountId: null }];
};
