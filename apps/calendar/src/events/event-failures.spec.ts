import { ProviderError, providerErrorCodes } from '@patchbay/capabilities';
import { errorCatalog, type AppError } from '@patchbay/contracts';
import { failureFor, type AskedFor } from './event-failures.js';

const asked: readonly AskedFor[] = ['list', 'event', 'creation', 'change', 'shares', 'share'];
const failureOf = (what: AskedFor, error: ProviderError): AppError => failureFor(what, error) as AppError;

describe('what a failure of a provider is for whoever asked', () => {
  it.each(asked.flatMap((what) => providerErrorCodes.map((code) => [what, code] as const)))('%s, %s: a failure of the catalogue', (what, code) => {
    const failure = failureOf(what, new ProviderError('google', code, { reason: 'aWordOfGoogle' }));

    expect(Object.keys(errorCatalog)).toContain(failure.code);
    expect(failure.status).not.toBe(500);
    expect(JSON.stringify([failure.message, failure.details])).not.toContain('aWordOfGoogle');
  });

  it('says when to come back', () => {
    expect(failureOf('event', new ProviderError('google', 'rate_limited', { retryAfterMs: 2_400 }))).toMatchObject({
      code: 'rate_limited',
      details: { retry_after_seconds: 3 },
    });
  });

  it('says that a zone is missing where nobody knows whose clock is meant', () => {
    const failure = failureOf('creation', new ProviderError('outlook', 'invalid_request', { reason: 'floating_unsupported' }));

    expect(failure).toMatchObject({ code: 'calendar_event_refused', details: { time_zone: expect.stringMatching('must be said') } });
  });

  it('says when nobody knows whether something was written', () => {
    expect(failureOf('change', new ProviderError('google', 'unavailable', { outcomeUnknown: true })).details).toEqual({ outcome: 'unknown' });
    expect(failureOf('change', new ProviderError('google', 'unavailable')).details).toEqual({});
  });

  it('says so also when the last attempt came to something else, and of nothing that only reads', () => {
    const limited = new ProviderError('google', 'rate_limited', { retryAfterMs: 2_400, outcomeUnknown: true });

    expect(failureOf('creation', limited).details).toEqual({ retry_after_seconds: 3, outcome: 'unknown' });
    expect(failureOf('event', limited).details).toEqual({ retry_after_seconds: 3 });
  });

  it('leaves what is no failure of a provider as it is', () => {
    const bug = new TypeError('a bug');

    expect(failureFor('list', bug)).toBe(bug);
  });
});
