import { AppError } from '@patchbay/contracts';
import { judgeFailure } from './failure-verdict.js';
import { ProviderError, providerErrorCodes } from './provider-error.js';

describe('judgeFailure', () => {
  it('waits for a provider that may answer later, as long as it asks', () => {
    const error = new ProviderError('zoom', 'rate_limited', { retryAfterMs: 7_000 });

    expect(judgeFailure(error)).toEqual({ kind: 'later', reason: 'rate_limited', retryAfterMs: 7_000, outcomeUnknown: false });
  });

  it('never gives up on a failure that the provider calls passing', () => {
    for (const code of providerErrorCodes) {
      const error = new ProviderError('zoom', code);
      if (error.retryable) expect(judgeFailure(error).kind).toBe('later');
    }
  });

  it('says that a request the provider refuses will be refused again', () => {
    expect(judgeFailure(new ProviderError('google', 'invalid_request')).kind).toBe('never');
  });

  it('passes on that the effect may have happened', () => {
    expect(judgeFailure(new ProviderError('zoom', 'unavailable', { outcomeUnknown: true })).outcomeUnknown).toBe(true);
  });

  it('gives nothing up that may have been done', () => {
    const refused = (outcomeUnknown: boolean) => judgeFailure(new ProviderError('google', 'invalid_request', { outcomeUnknown }));

    expect([refused(true), refused(false)]).toMatchObject([{ kind: 'later', outcomeUnknown: true }, { kind: 'never' }]);
  });

  it('waits for the user when the account must be connected again, and only then', () => {
    expect(judgeFailure(new AppError('connection_needs_reauth')).kind).toBe('reconnect');
    expect(judgeFailure(new AppError('service_unavailable')).kind).toBe('later');
  });

  it('does not judge what is no failure of a call', () => {
    const bug = new TypeError('undefined is not a function');

    expect(() => judgeFailure(bug)).toThrow(bug);
  });
});
