import type { InboundVerdict, InboundWebhooksCapability } from '@patchbay/capabilities';
import { z } from 'zod';
import { specIngressUrl, type FakeWebhook, type FakeWebhookSender, type FakeWebhookSigning } from '../_kit/fake-webhooks.js';
import { inProcessRateLimiter } from '../_kit/rate-limiter.js';
import type { Transport } from '../_kit/transport.js';
import { configureProviders } from '../configure-providers.js';
import { paypalFakeCertificate } from '../paypal/paypal.fake-webhooks.js';
import { withProviders } from '../provider-configs.js';
import { fakeWebhookSenders } from './webhook-senders.js';

const apiBaseUrl = 'http://127.0.0.1:4400/paypal';
/** When everything is signed. */
export const signedNow = new Date('2026-12-01T16:00:00Z');

/** The only thing that is ever fetched to verify a webhook: PayPal's certificate. */
const certificates: Transport = {
  send: async ({ url }) => {
    const certificate = paypalFakeCertificate(url.pathname.replace('/paypal', ''));
    return { status: certificate === null ? 404 : 200, headers: new Headers(), body: Buffer.from(certificate ?? '') };
  },
  close: async () => undefined,
};

/** What a provider's webhooks are read with under an environment; undefined when it is not set up for them. */
export const inboundUnder = (provider: string, environment: Readonly<Record<string, string>>): InboundWebhooksCapability | undefined =>
  configureProviders(withProviders(z.object({})).parse({ PAYPAL_API_BASE_URL: apiBaseUrl, ...environment }), {
    limiter: inProcessRateLimiter(),
    transport: certificates,
  }).find(provider)?.inboundWebhooks;

// Instagram signs with the secret of its app, which is nothing without the app's id.
const everything = Object.assign({ INSTAGRAM_CLIENT_ID: 'sandbox' }, ...fakeWebhookSenders.map(({ environment }) => environment)) as Readonly<
  Record<string, string>
>;

const known = new Map<string, InboundWebhooksCapability>();

/** What a provider of an installation with all of them says of a call. */
export const verdictOf = async (provider: string, call: FakeWebhook, now = signedNow): Promise<InboundVerdict> => {
  const inbound = known.get(provider) ?? inboundUnder(provider, everything);
  if (inbound === undefined) throw new Error(`${provider} reads no webhooks`);
  known.set(provider, inbound);
  return inbound.receive(call, now);
};

/** A webhook as a provider signs it. */
export const signedBy = async (
  sender: FakeWebhookSender,
  changes: Partial<FakeWebhookSigning> & { readonly type?: string } = {},
): Promise<FakeWebhook> => {
  const { type = sender.types[0] ?? '', ...signing } = changes;
  return sender.sign(type, { variant: 'right', id: 'notice-1', now: signedNow, url: specIngressUrl(sender.provider), apiBaseUrl, ...signing });
};
