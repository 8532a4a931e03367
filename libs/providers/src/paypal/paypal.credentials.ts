import type { CredentialsCapability, Outbound } from '@patchbay/capabilities';
import { z } from 'zod';
import { choiceField, secretField, textField } from '../_kit/credential-fields.js';
import { filled } from '../_kit/credential-schemas.js';
import { basicAuthorization, keyedCall, readJson } from '../_kit/keyed-call.js';
import { withoutSlash } from '../_kit/oauth-variables.js';
import type { FailureReader } from '../_kit/provider-failure.js';

/** Where PayPal's API is and how to get there. */
export interface PaypalApi {
  /** In place of both environments' own. */
  readonly baseUrl: string | undefined;
  readonly outbound: Outbound;
  readonly now: () => Date;
}

/** @see https://developer.paypal.com/api/rest/requests/ */
const environments = { sandbox: 'https://api-m.sandbox.paypal.com', live: 'https://api-m.paypal.com' } as const;

const paypalForm = z.strictObject({
  client_id: filled('the client id'),
  client_secret: filled('the client secret'),
  environment: z.enum(['sandbox', 'live'], { error: 'choose sandbox or live' }),
});

/** @see https://developer.paypal.com/api/rest/authentication/ */
const paypalToken = z.object({ access_token: z.string().min(1) });

/** An app of a PayPal business account. Its client id is all that PayPal surely tells of whose it is. */
export const paypalCredentials = ({ baseUrl, outbound, now }: PaypalApi): CredentialsCapability => ({
  form: [
    textField({ name: 'client_id', label: 'Client ID', help: 'From the PayPal developer dashboard, Apps & Credentials.' }),
    secretField({ name: 'client_secret', label: 'Client secret' }),
    choiceField({ name: 'environment', label: 'Environment', help: 'Sandbox moves no real money.' }, ['sandbox', 'live']),
  ],
  schema: paypalForm,
  check: async (credentials, accountId) => {
    const { client_id: clientId, client_secret: clientSecret, environment } = paypalForm.parse(credentials);
    const path = '/v1/oauth2/token';
    const request = new Request(`${withoutSlash(baseUrl ?? environments[environment])}${path}`, {
      method: 'POST',
      headers: { accept: 'application/json', authorization: basicAuthorization(clientId, clientSecret) },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
    const api = { provider: 'paypal', outbound, now, readFailure: readPaypalFailure };
    readJson('paypal', paypalToken, await keyedCall(api, { operation: 'oauth.token', path, accountId, request }));
    return { id: clientId, email: null, name: environment === 'sandbox' ? 'PayPal sandbox' : null };
  },
});

/** @see https://developer.paypal.com/api/rest/responses/ */
const paypalErrorBody = z.object({ error: z.string().optional(), name: z.string().optional() });

/** The token endpoint says `error`, everything else says `name`. */
export const readPaypalFailure: FailureReader = (_status, body) => {
  const parsed = paypalErrorBody.safeParse(body);
  return parsed.success ? { reason: parsed.data.error ?? parsed.data.name } : {};
};
