import { defineProvider } from '@patchbay/capabilities';
import { z } from 'zod';
import { providerHttp } from '../_kit/provider-http.js';
import { sendgridCredentials } from './sendgrid.credentials.js';
import { sendgridInbound, sendgridKeysIn } from './sendgrid.inbound.js';

/** Every environment variable of SendGrid. */
const sendgridConfig = z.object({
  SENDGRID_API_BASE_URL: z
    .url()
    .default('https://api.sendgrid.com')
    .describe("Where SendGrid's API is; `https://api.eu.sendgrid.com` for accounts in the EU. A sandbox or a proxy can stand in."),
  SENDGRID_WEBHOOK_PUBLIC_KEY: z
    .string()
    .refine((keys) => sendgridKeysIn(keys) !== undefined, 'must be the verification key of the Event Webhook, as SendGrid shows it')
    .optional()
    .describe('Verification key of the signed Event Webhook; several, of other accounts, by commas.'),
});

/** SendGrid: e-mail, with an API key of the person's own account. */
export const sendgrid = defineProvider({
  id: 'sendgrid',
  displayName: 'SendGrid',
  setupGuide: new URL('https://app.sendgrid.com/settings/api_keys'),
  config: sendgridConfig,
  credentials: [],
  // Endpoints other than mail/send have limits of their own, told in the answer's headers; 600 a minute is the usual one.
  // https://www.twilio.com/docs/sendgrid/api-reference/how-to-use-the-sendgrid-v3-api/rate-limits
  limits: { provider: { limit: 500, perMs: 1_000 }, account: { limit: 10, perMs: 1_000 } },
  types: ['email'],
  capabilities: ['credentials'],
  connect: ({ config, outbound, now }) => ({
    // SendGrid explains failures in sentences only, so that the status is all there is to tell them by.
    credentials: sendgridCredentials(
      providerHttp({ provider: 'sendgrid', baseUrl: config.SENDGRID_API_BASE_URL, outbound, now, readFailure: () => ({}) }),
    ),
  }),
  inboundWebhooks: {
    variables: ['SENDGRID_WEBHOOK_PUBLIC_KEY'],
    secrets: { headers: ['x-twilio-email-event-webhook-signature'], fields: [] },
    connect: ({ config }) => sendgridInbound(config.SENDGRID_WEBHOOK_PUBLIC_KEY),
  },
});
