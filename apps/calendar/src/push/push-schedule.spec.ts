import { judgeFailure, ProviderError } from '@patchbay/capabilities';
import { AppError } from '@patchbay/contracts';
import { isWorthOpening, refusalOf, renewAt, retryAt, type PushRefusal } from './push-schedule.js';

const at = (hours: number): Date => new Date(Date.parse('2026-12-01T00:00:00Z') + hours * 3_600_000);

describe('a channel', () => {
  it.each([
    [0, 6],
    [0.5, 7],
    [1, 8],
  ])('is renewed at a moment of its own, well before its end: %p', (random, hours) => {
    expect(renewAt(at(0), at(10), () => random)).toEqual(at(hours));
  });

  it('is asked for under its first id as long as most of its life is left, because it may be open already', () => {
    expect(isWorthOpening(at(48), { now: at(0), lifeMs: 48 * 3_600_000 })).toBe(true);
    expect(isWorthOpening(at(48), { now: at(24), lifeMs: 48 * 3_600_000 })).toBe(true);
    expect(isWorthOpening(at(48), { now: at(25), lifeMs: 48 * 3_600_000 })).toBe(false);
  });

  it('that failed is tried again soon, rarely when it was refused, and the next day when the provider never does it', () => {
    const waitOf = (refusal: PushRefusal, askedMs?: number, random = 0) =>
      retryAt(at(0), { attempts: 1, refusal, askedMs }, () => random).getTime() - at(0).getTime();

    expect(waitOf('passing')).toBeLessThanOrEqual(1_000);
    expect(waitOf('passing', 90_000)).toBe(90_000);
    expect(waitOf('refused')).toBe(3_600_000);
    expect([waitOf('unwatchable'), waitOf('unwatchable', undefined, 1)]).toEqual([18 * 3_600_000, 30 * 3_600_000]);
  });

  it.each<[string, unknown, number, PushRefusal]>([
    ['an outage', new ProviderError('google', 'unavailable'), 100, 'passing'],
    ['a refusal', new ProviderError('google', 'forbidden'), 1, 'refused'],
    ['a refused token', new ProviderError('google', 'unauthorized'), 7, 'passing'],
    ['a token that is refused however often it is renewed', new ProviderError('google', 'unauthorized'), 8, 'refused'],
    ['a calendar that nothing is told of', new ProviderError('google', 'invalid_request', { reason: 'not_watchable' }), 1, 'unwatchable'],
    ['a connection that is gone', new AppError('connection_needs_reauth'), 1, 'refused'],
  ])('takes %s for what it is', (_what, error, attempts, refusal) => {
    expect(refusalOf(error, { kind: judgeFailure(error).kind, attempts })).toBe(refusal);
  });
});
