import type { InboundAnswer, InboundCall, InboundVerdict, InboundWebhooksCapability } from '@patchbay/capabilities';
import { Response } from 'undici';
import { z } from 'zod';
import { faultOfTime, hexMac, inboundWord, isSameText, jsonAnswer, jsonOf, refused, secondsOf, valuesOf } from '../_kit/inbound-signature.js';

const signature = z.object({
  timestamp: z.union([z.string(), z.int().transform(String)]),
  token: inboundWord,
  signature: z.string(),
  /** Of the main account, for what happens at a subaccount. */
  'parent-signature': z.string().optional(),
});

const signedBody = z.object({ signature });

/** @see https://documentation.mailgun.com/docs/mailgun/user-manual/events/event-structure */
const mailgunEvent = signedBody.extend({
  'event-data': z.object({ event: inboundWord, domain: z.object({ name: inboundWord.optional() }).optional().catch(undefined) }),
});

/** Events of the past and messages that a route forwards: everything side by side. A message names no event. */
const mailgunForm = signature.extend({ event: inboundWord.default('route'), domain: inboundWord.optional() });

interface Told {
  readonly signature: z.output<typeof signature>;
  readonly type: string;
  readonly domain: string | undefined;
}

/**
 * Webhooks and routes of Mailgun. The signature is within the body and covers a time and a token, nothing of what is told: whoever knows one signature could
 * tell anything with it. So the token is the key, and it works once. https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks
 */
export const mailgunInbound = (signingKeys: string): InboundWebhooksCapability => {
  const keys = valuesOf(signingKeys);
  return {
    receive: async (call, now): Promise<InboundVerdict> => {
      const told = await read(call);
      if (typeof told === 'string') return refused(told);
      const fault = faultOf(told, keys, now);
      if (fault !== undefined) return refused(fault);
      const { type, domain = null } = told;
      return { kind: 'notices', notices: [{ key: told.signature.token, type, accountId: domain }], answer: accepted };
    },
  };
};

const faultOf = ({ signature: { timestamp, token, ...given } }: Told, keys: readonly string[], now: Date): string | undefined => {
  // With digits only: else a digit could move from the time to the token without changing what is signed.
  const signedAtMs = timestamp.length === 10 ? secondsOf(timestamp) : Number.NaN;
  if (Number.isNaN(signedAtMs)) return 'malformed';
  const shown = [given.signature, ...(given['parent-signature'] === undefined ? [] : [given['parent-signature']])];
  const isRight = keys.some((key) => {
    const expected = hexMac('sha256', key, timestamp, token);
    return shown.some((one) => isSameText(one, expected));
  });
  return isRight ? faultOfTime(signedAtMs, now, repeatedForMs) : 'signature_wrong';
};

/**
 * Mailgun repeats for eight hours what was not taken, and as it seems with the signature of the first time (PostHog/posthog#103057). What comes within that
 * time is taken; the token stops whoever repeats it. https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/webhook-retries
 */
const repeatedForMs = 9 * 3_600_000;

/** Nothing but 200 is taken for success. */
const accepted: InboundAnswer = jsonAnswer({});

const read = async ({ method, headers, body }: InboundCall): Promise<Told | string> => {
  const { 'content-type': contentType = '' } = headers;
  if (method !== 'POST') return 'malformed';
  if (contentType.startsWith('application/json')) return readEvent(body);
  const fields = await fieldsOf(contentType, body);
  if (fields?.['signature'] === undefined) return 'signature_missing';
  const told = mailgunForm.safeParse(fields).data;
  if (told === undefined) return 'malformed';
  const { event: type, domain, ...shown } = told;
  return { signature: shown, type, domain };
};

const readEvent = (body: Buffer): Told | string => {
  if (jsonOf(body, signedBody) === undefined) return 'signature_missing';
  const told = jsonOf(body, mailgunEvent);
  if (told === undefined) return 'malformed';
  const { event, domain } = told['event-data'];
  return { signature: told.signature, type: event, domain: domain?.name };
};

/** The fields of a form, without its files; undefined for what is no form. */
const fieldsOf = async (contentType: string, body: Buffer): Promise<Readonly<Record<string, string>> | undefined> => {
  if (contentType.startsWith('application/x-www-form-urlencoded')) return textsIn(new URLSearchParams(body.toString('utf8')));
  if (!contentType.startsWith('multipart/form-data')) return undefined;
  try {
    return textsIn(await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData());
  } catch {
    return undefined;
  }
};

const textsIn = (form: { get(name: string): unknown }): Readonly<Record<string, string>> =>
  Object.fromEntries(
    ['timestamp', 'token', 'signature', 'parent-signature', 'event', 'domain'].flatMap((name) => {
      const value = form.get(name);
      return typeof value === 'string' ? [[name, value]] : [];
    }),
  );
