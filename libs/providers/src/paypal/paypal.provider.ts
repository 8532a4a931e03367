import { defineProvider } from '@patchbay/capabilities';
import { z } from 'zod';
import { paypalCredentials } from './paypal.credentials.js';
import { paypalInbound } from './paypal.inbound.js';
import { paypalKeys } from './paypal.webhook-keys.js';

/** Every environment variable of PayPal. */
const paypalConfig = z.object({
  PAYPAL_API_BASE_URL: z
    .url()
    .optional()
    .describe("Where PayPal's API is, in place of both `https://api-m.paypal.com` and `https://api-m.sandbox.paypal.com`; a proxy can stand in."),
  PAYPAL_WEBHOOK_ID: z
    .string()
    .regex(/^[A-Za-z0-9]{1,50}(?:\s*,\s*[A-Za-z0-9]{1,50})*$/, 'must be the id of the webhook, letters and digits')
    .optional()
    .describe("Id of Patchbay's webhook at PayPal; several, of other apps or of the sandbox, by commas."),
});

/** PayPal: payments, with an app of the person's own business account. */
export const paypal = defineProvider({
  id: 'paypal',
  displayName: 'PayPal',
  setupGuide: new URL('https://developer.paypal.com/dashboard/applications'),
  config: paypalConfig,
  credentials: [],
  // PayPal publishes no numbers; this only stops a runaway. https://developer.paypal.com/reference/guidelines/rate-limiting/
  limits: { provider: { limit: 100, perMs: 1_000 }, account: { limit: 10, perMs: 1_000 } },
  types: ['payments'],
  capabilities: ['credentials'],
  connect: ({ config, outbound, now }) => ({ credentials: paypalCredentials({ baseUrl: config.PAYPAL_API_BASE_URL, outbound, now }) }),
  inboundWebhooks: {
    variables: ['PAYPAL_WEBHOOK_ID'],
    secrets: { headers: ['paypal-transmission-sig'], fields: [] },
    connect: ({ config, outbound }) => paypalInbound(config.PAYPAL_WEBHOOK_ID, paypalKeys({ baseUrl: config.PAYPAL_API_BASE_URL, outbound })),
  },
});
