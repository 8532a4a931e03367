import type { FakeOptions } from '../_kit/fake.js';
import { createCredentialsFake, type CredentialsFake, type FakeHolder } from '../_kit/fake-credentials.js';
import { basicCredentialsOf, formOf, jsonAnswer } from '../_kit/fake-http.js';
import { paypalFakeCertificate } from './paypal.fake-webhooks.js';

const clientOf = ({ handle, version }: FakeHolder) => ({
  clientId: `sandbox-paypal-${handle}`,
  clientSecret: `sandbox-paypal-secret-${handle}-${version}`,
});

/** A PayPal in memory: the token endpoint of the apps that each account made, and the certificate that its webhooks are signed with. */
export const createPaypalFake = (options: FakeOptions = {}): CredentialsFake =>
  createCredentialsFake(
    {
      id: 'paypal',
      displayName: 'PayPal',
      credentialsOf: (holder) => {
        const { clientId, clientSecret } = clientOf(holder);
        return { client_id: clientId, client_secret: clientSecret, environment: 'sandbox' };
      },
      answer: (request, holders) => {
        const certificate = paypalFakeCertificate(request.path);
        if (certificate !== null) return { status: 200, headers: { 'content-type': 'application/x-pem-file' }, body: certificate };
        if (request.method !== 'POST' || request.path !== '/v1/oauth2/token') return jsonAnswer(404, { name: 'RESOURCE_NOT_FOUND' });
        const shown = basicCredentialsOf(request);
        const holder = holders
          .map(clientOf)
          .find(({ clientId, clientSecret }) => clientId === shown?.clientId && clientSecret === shown.clientSecret);
        // https://developer.paypal.com/api/rest/authentication/
        if (holder === undefined) return jsonAnswer(401, { error: 'invalid_client', error_description: 'Client Authentication failed' });
        if (formOf(request).get('grant_type') !== 'client_credentials') {
          return jsonAnswer(400, { error: 'unsupported_grant_type', error_description: 'unsupported grant_type' });
        }
        return jsonAnswer(200, {
          scope: 'https://uri.paypal.com/services/payments/realtimepayment openid',
          access_token: `A21AA${holder.clientId}`,
          token_type: 'Bearer',
          app_id: 'APP-80W284485P519543T',
          expires_in: 32_400,
          nonce: '2026-01-15T09:00:00Z',
        });
      },
      failure: (status, retryAfter) =>
        jsonAnswer(
          status,
          { name: status === 429 ? 'RATE_LIMIT_REACHED' : 'INTERNAL_SERVICE_ERROR', message: 'An error occurred.', debug_id: '0123456789abc' },
          retryAfter === null ? {} : { 'retry-after': retryAfter },
        ),
    },
    options,
  );
