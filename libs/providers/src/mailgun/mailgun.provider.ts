import { defineProvider } from '@patchbay/capabilities';
import { z } from 'zod';
import { mailgunCredentials } from './mailgun.credentials.js';
import { mailgunInbound } from './mailgun.inbound.js';

/** Every environment variable of Mailgun. */
const mailgunConfig = z.object({
  MAILGUN_API_BASE_URL: z
    .url()
    .optional()
    .describe(
      "Where Mailgun's API is, in place of both `https://api.mailgun.net` and `https://api.eu.mailgun.net`; a sandbox or a proxy can stand in.",
    ),
  MAILGUN_WEBHOOK_SIGNING_KEY: z
    .string()
    .min(1)
    .optional()
    .describe('HTTP webhook signing key of the account; several, of other accounts, by commas.'),
});

/** Mailgun: e-mail, with an API key of the person's own account. */
export const mailgun = defineProvider({
  id: 'mailgun',
  displayName: 'Mailgun',
  setupGuide: new URL('https://app.mailgun.com/settings/api_security'),
  config: mailgunConfig,
  credentials: [],
  // Mailgun names no number and tells the limit with each answer; this only stops a runaway.
  // https://documentation.mailgun.com/docs/mailgun/api-reference/api-overview
  limits: { provider: { limit: 500, perMs: 1_000 }, account: { limit: 10, perMs: 1_000 } },
  types: ['email'],
  capabilities: ['credentials'],
  connect: ({ config, outbound, now }) => ({ credentials: mailgunCredentials({ baseUrl: config.MAILGUN_API_BASE_URL, outbound, now }) }),
  inboundWebhooks: {
    variables: ['MAILGUN_WEBHOOK_SIGNING_KEY'],
    secrets: { headers: [], fields: ['signature', 'token', 'timestamp', 'parent-signature'] },
    connect: ({ config }) => mailgunInbound(config.MAILGUN_WEBHOOK_SIGNING_KEY),
  },
});
