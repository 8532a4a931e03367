import { defineProvider } from '@patchbay/capabilities';
import { z } from 'zod';
import { providerHttp } from '../_kit/provider-http.js';
import { readStripeFailure, stripeCredentials } from './stripe.credentials.js';
import { stripeInbound } from './stripe.inbound.js';

/** Every environment variable of Stripe. */
const stripeConfig = z.object({
  STRIPE_API_BASE_URL: z.url().default('https://api.stripe.com').describe("Where Stripe's API is; a sandbox or a proxy can stand in."),
  STRIPE_WEBHOOK_SECRET: z
    .string()
    .min(1)
    .optional()
    .describe("Signing secret of Patchbay's webhook endpoint at Stripe, `whsec_…`; several, of other endpoints or while one is rolled, by commas."),
});

/** Stripe: payments, with a secret key of the person's own account. */
export const stripe = defineProvider({
  id: 'stripe',
  displayName: 'Stripe',
  setupGuide: new URL('https://docs.stripe.com/keys'),
  config: stripeConfig,
  credentials: [],
  // 100 calls a second in live mode, 25 in test mode, for each account. https://docs.stripe.com/rate-limits
  limits: { provider: { limit: 500, perMs: 1_000 }, account: { limit: 25, perMs: 1_000 } },
  types: ['payments'],
  capabilities: ['credentials'],
  connect: ({ config, outbound, now }) => ({
    credentials: stripeCredentials(
      providerHttp({ provider: 'stripe', baseUrl: config.STRIPE_API_BASE_URL, outbound, now, readFailure: readStripeFailure }),
    ),
  }),
  inboundWebhooks: {
    variables: ['STRIPE_WEBHOOK_SECRET'],
    secrets: { headers: ['stripe-signature'], fields: [] },
    connect: ({ config }) => stripeInbound(config.STRIPE_WEBHOOK_SECRET),
  },
});
