import type { InboundCall, InboundWebhooksCapability } from '@patchbay/capabilities';
import { z } from 'zod';
import { faultOfTime, hexMac, inboundWord, isSameText, jsonOf, refused, secondsOf, valuesOf } from '../_kit/inbound-signature.js';

/**
 * Of events of both kinds: snapshots, and thin ones, which name the account in `context`.
 * @see https://docs.stripe.com/api/events/object and https://docs.stripe.com/api/v2/core/events
 */
const stripeEvent = z.object({ id: inboundWord, type: inboundWord, account: inboundWord.nullish(), context: z.string().nullish() });

/**
 * Events of Stripe, signed with the secrets of our endpoints; the one for connected accounts has a secret of its own.
 * That somebody ends the permission of a Connect platform ends no connection: those are made with a key of the person's own.
 */
export const stripeInbound = (webhookSecrets: string): InboundWebhooksCapability => {
  const secrets = valuesOf(webhookSecrets);
  return {
    receive: (call, now) => {
      const fault = faultOf(call, secrets, now);
      if (fault !== undefined) return refused(fault);
      const event = jsonOf(call.body, stripeEvent);
      if (event === undefined) return refused('malformed');
      const { id, type, account, context } = event;
      return { kind: 'notices', notices: [{ key: id, type, accountId: account ?? accountIn(context) }], answer: null };
    },
  };
};

/** Stripe signs each attempt anew, and while a secret is being replaced with both. https://docs.stripe.com/webhooks/signature */
const faultOf = ({ headers, body }: InboundCall, secrets: readonly string[], now: Date): string | undefined => {
  const { 'stripe-signature': header = '' } = headers;
  if (header === '') return 'signature_missing';
  const pairs = header.split(',').map((pair) => /^([^=\s]+)=(\S*)$/.exec(pair.trim())?.slice(1) ?? []);
  // Also two headers in one, of which one holds nothing.
  if (pairs.some(({ length }) => length === 0)) return 'malformed';
  const valuesFor = (name: string): readonly string[] => pairs.flatMap(([key, value = '']) => (key === name ? [value] : []));
  const [time, ...moreTimes] = valuesFor('t');
  const signatures = valuesFor('v1');
  if (time === undefined || signatures.length === 0) return 'signature_missing';
  if (Number.isNaN(secondsOf(time)) || moreTimes.length > 0) return 'malformed';
  const expected = secrets.map((secret) => hexMac('sha256', secret, `${time}.`, body));
  if (!expected.some((right) => signatures.some((given) => isSameText(given, right)))) return 'signature_wrong';
  // The window is ours to check: Stripe's own verifier takes any time in the future.
  return faultOfTime(secondsOf(time), now);
};

/** A context may also be that of an organisation, `org_…/acct_…`. */
const accountIn = (context: string | null | undefined): string | null => /(?:^|\/)(acct_\w{1,100})$/.exec(context ?? '')?.[1] ?? null;
