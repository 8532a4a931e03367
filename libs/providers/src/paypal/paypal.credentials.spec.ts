import { credentialsContract } from '@patchbay/capabilities/testing';
import { connectToCredentialsFake } from '../_kit/fake-credentials.js';
import { readPaypalFailure } from './paypal.credentials.js';
import { createPaypalFake } from './paypal.fake.js';
import { paypal } from './paypal.provider.js';

credentialsContract('paypal', () =>
  connectToCredentialsFake(paypal, {
    fake: createPaypalFake(),
    environment: (url) => ({ PAYPAL_API_BASE_URL: url }),
    wrong: { client_secret: 'somebody-elses' },
  }),
);

describe('paypal', () => {
  it.each([
    ['sandbox', 'https://api-m.sandbox.paypal.com/v1/oauth2/token'],
    ['live', 'https://api-m.paypal.com/v1/oauth2/token'],
  ])('asks the %s environment for what belongs there', async (environment, url) => {
    const asked: string[] = [];
    const outbound = {
      fetch: () => async (input: Parameters<typeof fetch>[0]) => {
        asked.push(new Request(input).url);
        return Response.json({ access_token: 'token' });
      },
    };
    const { credentials } = paypal.connect({ config: {}, outbound, userAimedOutbound: outbound, now: () => new Date() });

    const account = await credentials.check({ client_id: 'client', client_secret: 'secret', environment }, 'connection-1');

    expect([asked, account.id]).toEqual([[url], 'client']);
  });

  it('reports the words of both kinds of error body', () => {
    expect(readPaypalFailure(401, { error: 'invalid_client', error_description: 'Client Authentication failed' })).toEqual({
      reason: 'invalid_client',
    });
    expect(readPaypalFailure(429, { name: 'RATE_LIMIT_REACHED' })).toEqual({ reason: 'RATE_LIMIT_REACHED' });
    expect(readPaypalFailure(502, '<html>')).toEqual({});
  });
});
