import type { ProviderErrorCode } from '@patchbay/capabilities';
import { failureOf } from './provider-failure.js';

const refused = (status: number, code?: ProviderErrorCode) =>
  failureOf({ status, headers: new Headers(), body: null }, { provider: 'acme', now: new Date(), readFailure: () => ({ code }) });

describe('a refusal', () => {
  it('with 503 is of unknown outcome, unless its provider says that it was too much at once', () => {
    expect(refused(503)).toMatchObject({ code: 'unavailable', outcomeUnknown: true });
    expect(refused(503, 'rate_limited')).toMatchObject({ code: 'rate_limited', retryable: true, outcomeUnknown: false });
  });
});
