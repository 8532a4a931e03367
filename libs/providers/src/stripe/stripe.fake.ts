import type { FakeOptions, FakeResponse } from '../_kit/fake.js';
import { createCredentialsFake, type CredentialsFake, type FakeHolder } from '../_kit/fake-credentials.js';
import { bearerOf, jsonAnswer } from '../_kit/fake-http.js';

const keyOf = ({ handle, version }: FakeHolder): string => `sk_test_sandbox${handle}${version}`;

/** A Stripe in memory: which account a key belongs to. */
export const createStripeFake = (options: FakeOptions = {}): CredentialsFake =>
  createCredentialsFake(
    {
      id: 'stripe',
      displayName: 'Stripe',
      credentialsOf: (holder) => ({ secret_key: keyOf(holder) }),
      answer: ({ method, path, ...request }, holders) => {
        const key = bearerOf({ method, path, ...request });
        if (key === null) return stripeError(401, 'You did not provide an API key.');
        const holder = holders.find((one) => keyOf(one) === key);
        // Stripe shows the beginning and the end of the key that it refuses.
        if (holder === undefined) return stripeError(401, `Invalid API Key provided: ${key.slice(0, 8)}****${key.slice(-4)}`);
        if (method !== 'GET' || path !== '/v1/account') return stripeError(404, `Unrecognized request URL (${method}: ${path}).`);
        return jsonAnswer(200, toAccount(holder));
      },
      failure: stripeSuddenFailure,
    },
    options,
  );

const toAccount = ({ email, handle }: FakeHolder): object => ({
  id: `acct_sandbox${handle}`,
  object: 'account',
  business_profile: { mcc: null, name: `${handle}'s practice`, url: null },
  business_type: 'individual',
  capabilities: { card_payments: 'active', transfers: 'active' },
  charges_enabled: true,
  country: 'DE',
  default_currency: 'eur',
  details_submitted: true,
  email,
  payouts_enabled: true,
  settings: { dashboard: { display_name: handle, timezone: 'Etc/UTC' } },
  type: 'standard',
});

/** @see https://docs.stripe.com/api/errors */
const stripeError = (status: number, message: string, more: object = {}): FakeResponse =>
  jsonAnswer(status, { error: { message, type: status >= 500 ? 'api_error' : 'invalid_request_error', ...more } });

const stripeSuddenFailure = (status: number, retryAfter: string | null): FakeResponse => {
  const answer = stripeError(
    status,
    status === 429 ? 'Request rate limit exceeded.' : 'An error occurred.',
    status === 429 ? { code: 'rate_limit' } : {},
  );
  return retryAfter === null ? answer : { ...answer, headers: { ...answer.headers, 'retry-after': retryAfter } };
};
