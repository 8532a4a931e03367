import type { InboundAnswer, InboundCall, InboundVerdict, InboundWebhooksCapability } from '@patchbay/capabilities';
import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { digestOf, faultOfTime, inboundWord, jsonAnswer, jsonOf, refused, secondsOf } from '../_kit/inbound-signature.js';

const person = z.object({ id: inboundWord });

/** @see https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object */
const interaction = z.object({
  id: inboundWord,
  type: z.int().min(1).max(5),
  token: z.string(),
  user: person.nullish(),
  member: z.object({ user: person.nullish() }).nullish(),
});

/** `type` 0 asks who is there, 1 tells what happened. @see https://docs.discord.com/developers/events/webhook-events#webhook-event-payloads */
const webhook = z.object({
  type: z.int().min(0).max(1),
  application_id: inboundWord,
  event: z.object({ type: inboundWord, data: z.object({ user: person.nullish() }).nullish() }).optional(),
});

/** Interactions and webhook events of Discord: both come to one address if an operator wants so, and are told apart by what they hold. */
export const discordInbound = (publicKey: string): InboundWebhooksCapability => {
  const x = Buffer.from(publicKey, 'hex').toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  return {
    receive: (call, now) => {
      const fault = faultOf(call, key, now);
      if (fault !== undefined) return refused(fault);
      return readInteraction(call.body) ?? readWebhook(call.body) ?? refused('malformed');
    },
  };
};

/**
 * Discord refuses addresses that accept what is wrongly signed, and tries now and then.
 * https://docs.discord.com/developers/interactions/overview#validating-security-request-headers
 */
const faultOf = ({ method, headers, body }: InboundCall, key: KeyObject, now: Date): string | undefined => {
  const { 'x-signature-ed25519': signature, 'x-signature-timestamp': time } = headers;
  if (method !== 'POST') return 'malformed';
  if (signature === undefined || time === undefined) return 'signature_missing';
  const isRight = /^[0-9a-f]{128}$/i.test(signature) && verify(null, Buffer.concat([Buffer.from(time), body]), key, Buffer.from(signature, 'hex'));
  return isRight ? faultOfTime(secondsOf(time), now, repeatedForMs) : 'signature_wrong';
};

/** Webhook events are repeated for ten minutes; whether each time with a new signature is not said. */
const repeatedForMs = 15 * 60_000;

/**
 * What a person did with the app is answered at once with 'wait' or with nothing, whatever is due by its kind: Discord waits for three seconds. The answer
 * proper follows with the token that the notice holds. https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-response-object
 */
const interactions: Readonly<Record<number, { readonly name: string; readonly answer: object }>> = {
  2: { name: 'APPLICATION_COMMAND', answer: { type: 5 } },
  3: { name: 'MESSAGE_COMPONENT', answer: { type: 6 } },
  4: { name: 'APPLICATION_COMMAND_AUTOCOMPLETE', answer: { type: 8, data: { choices: [] } } },
  5: { name: 'MODAL_SUBMIT', answer: { type: 5 } },
};

const readInteraction = (body: Buffer): InboundVerdict | undefined => {
  const told = jsonOf(body, interaction);
  if (told === undefined) return undefined;
  const known = interactions[told.type];
  if (known === undefined) return { kind: 'handshake', answer: jsonAnswer({ type: 1 }) };
  const accountId = (told.member?.user ?? told.user)?.id ?? null;
  return { kind: 'notices', notices: [{ key: told.id, type: known.name, accountId }], answer: jsonAnswer(known.answer) };
};

/** Without a body, and all the same with its type. */
const received: InboundAnswer = { status: 204, headers: { 'content-type': 'application/json' }, body: '' };

/** Events bear no id. What is sent once more is the same text, with the time of the event in it. */
const readWebhook = (body: Buffer): InboundVerdict | undefined => {
  const told = jsonOf(body, webhook);
  if (told?.type === 0) return { kind: 'handshake', answer: received };
  if (told?.event === undefined) return undefined;
  const { type, data } = told.event;
  const ends = type === 'APPLICATION_DEAUTHORIZED';
  const notice = { key: digestOf(body), type, accountId: data?.user?.id ?? null, ...(ends && { endsConnection: true }) };
  return { kind: 'notices', notices: [notice], answer: received };
};
