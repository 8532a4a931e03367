import { ProviderError, type CredentialsCapability, type Outbound } from '@patchbay/capabilities';
import { z } from 'zod';
import { choiceField, secretField, textField } from '../_kit/credential-fields.js';
import { filled } from '../_kit/credential-schemas.js';
import { basicAuthorization, keyedCall, readJson } from '../_kit/keyed-call.js';
import { withoutSlash } from '../_kit/oauth-variables.js';

/** Where Mailgun's API is and how to get there. */
export interface MailgunApi {
  /** In place of both regions' own. */
  readonly baseUrl: string | undefined;
  readonly outbound: Outbound;
  readonly now: () => Date;
}

/** An account belongs to one of two separate installations. https://documentation.mailgun.com/docs/mailgun/api-reference/api-overview */
const regions = { us: 'https://api.mailgun.net', eu: 'https://api.eu.mailgun.net' } as const;

const mailgunForm = z.strictObject({
  api_key: filled('the API key'),
  domain: filled('the sending domain')
    .toLowerCase()
    .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'must be a domain such as mg.example.com'),
  region: z.enum(['us', 'eu'], { error: 'choose us or eu' }),
});

/** @see https://documentation.mailgun.com/docs/mailgun/api-reference/openapi-final/tag/Domains */
const mailgunDomain = z.object({ domain: z.object({ name: z.string(), state: z.string() }) });

/** A sending domain at Mailgun. */
export const mailgunCredentials = ({ baseUrl, outbound, now }: MailgunApi): CredentialsCapability => ({
  form: [
    secretField({
      name: 'api_key',
      label: 'API key',
      help: 'From Mailgun, API Security. A domain sending key is not enough: it cannot be checked without sending.',
    }),
    textField({ name: 'domain', label: 'Sending domain', help: 'As it stands in Mailgun, such as mg.example.com.' }),
    choiceField({ name: 'region', label: 'Region', help: 'Where the domain was created.' }, ['us', 'eu']),
  ],
  schema: mailgunForm,
  check: async (credentials, accountId) => {
    const { api_key: key, domain, region } = mailgunForm.parse(credentials);
    const path = '/v4/domains/{name}';
    const request = new Request(`${withoutSlash(baseUrl ?? regions[region])}/v4/domains/${encodeURIComponent(domain)}`, {
      headers: { accept: 'application/json', authorization: basicAuthorization('api', key) },
    });
    // Mailgun explains failures in sentences only.
    const api = { provider: 'mailgun', outbound, now, readFailure: () => ({}) };
    const answer = readJson('mailgun', mailgunDomain, await keyedCall(api, { operation: 'domains.get', path, accountId, request }));
    if (answer.domain.state === 'disabled') throw new ProviderError('mailgun', 'forbidden', { reason: 'domain_disabled' });
    return { id: answer.domain.name, email: null, name: answer.domain.name };
  },
});
