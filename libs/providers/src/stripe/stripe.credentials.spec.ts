import { credentialsContract } from '@patchbay/capabilities/testing';
import { connectToCredentialsFake } from '../_kit/fake-credentials.js';
import { readStripeFailure, toProviderAccount } from './stripe.credentials.js';
import { createStripeFake } from './stripe.fake.js';
import { stripe } from './stripe.provider.js';

const connect = () =>
  connectToCredentialsFake(stripe, {
    fake: createStripeFake(),
    environment: (url) => ({ STRIPE_API_BASE_URL: url }),
    wrong: { secret_key: 'sk_test_somebodyElses' },
  });

credentialsContract('stripe', connect);

describe('stripe', () => {
  it('names the account as its owner does, as far as it is named', () => {
    expect(toProviderAccount({ id: 'acct_1', email: 'a@example.com', business_profile: { name: 'Praxis' } })).toEqual({
      id: 'acct_1',
      email: 'a@example.com',
      name: 'Praxis',
    });
    expect(toProviderAccount({ id: 'acct_1' })).toEqual({ id: 'acct_1', email: null, name: null });
  });

  it('takes a publishable key for what it is', async () => {
    const { credentials, stop } = await connect();

    expect(credentials.schema.safeParse({ secret_key: 'pk_test_abc' }).error?.issues[0]?.message).toMatch(/secret or restricted key/);
    await stop();
  });

  it('reports its code where there is one, and its type otherwise', () => {
    expect(readStripeFailure(403, { error: { type: 'invalid_request_error', code: 'secret_key_required' } })).toEqual({
      reason: 'secret_key_required',
    });
    expect(readStripeFailure(500, { error: { type: 'api_error' } })).toEqual({ reason: 'api_error' });
    expect(readStripeFailure(500, 'oops')).toEqual({});
  });
});
