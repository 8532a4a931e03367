import { timetableOf, type RenewalRules, type TokenLife } from './timetable.js';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const issuedAt = new Date('2026-11-21T12:00:00.000Z');
const after = (ms: number): Date => new Date(issuedAt.getTime() + ms);
const life = (changes: Partial<TokenLife>): TokenLife => ({
  issuedAt,
  expiresAt: after(hourMs),
  hasRefreshToken: true,
  refreshExpiresAt: null,
  ...changes,
});

const rotating: RenewalRules = { rotatesRefreshToken: true, longLivedTokens: null };
const steady: RenewalRules = { rotatesRefreshToken: false, longLivedTokens: null };
const longLived: RenewalRules = {
  rotatesRefreshToken: false,
  longLivedTokens: {
    exchangeEndpoint: 'https://graph.example/access_token',
    exchangeGrantType: 'exchange',
    renewalEndpoint: 'https://graph.example/refresh_access_token',
    renewalGrantType: 'refresh',
    renewableAfterSeconds: 86_400,
  },
};
const [soonest, latest] = [() => 0.999_999, () => 0];

describe('the timetable of a token', () => {
  it.each([
    ['an hour', hourMs, 10 * minuteMs],
    ['eight minutes', 8 * minuteMs, 2 * minuteMs],
    ['a day', dayMs, 10 * minuteMs],
  ])('renews one that lives %s ahead of its end, and tells of the end before', (_words, lifeMs, leadMs) => {
    const tokens = life({ expiresAt: after(lifeMs) });

    const early = timetableOf(tokens, steady, soonest);
    const late = timetableOf(tokens, steady, latest);

    expect(early.announceAt).toEqual(after(lifeMs - leadMs));
    expect(Math.round(early.renewAt?.getTime() ?? NaN)).toBeCloseTo(after(lifeMs - leadMs).getTime(), -2);
    expect(late.renewAt).toEqual(after(lifeMs - leadMs / 2));
    expect(early.isRenewable).toBe(true);
  });

  it('spreads tokens that were fetched together', () => {
    const times = Array.from({ length: 1_000 }, () => timetableOf(life({}), steady).renewAt?.getTime() ?? NaN);

    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(4 * minuteMs);
  });

  it('leaves a token that does not end alone', () => {
    expect(timetableOf(life({ expiresAt: null }), steady)).toEqual({ isRenewable: true, announceAt: null, renewAt: null, breaksAt: null });
    expect(timetableOf(life({ expiresAt: null, hasRefreshToken: false }), undefined)).toMatchObject({ renewAt: null, breaksAt: null });
  });

  it.each([
    ['seven days ahead', 60 * dayMs, 53 * dayMs],
    ['at half of a shorter life', 4 * dayMs, 2 * dayMs],
  ])('tells of a token that nothing renews %s, and looks at it when it has ended', (_words, lifeMs, announceMs) => {
    const end = after(lifeMs);

    expect(timetableOf(life({ expiresAt: end, hasRefreshToken: false }), steady)).toEqual({
      isRenewable: false,
      announceAt: after(announceMs),
      renewAt: end,
      breaksAt: end,
    });
  });

  it('renews a token that is exchanged days ahead, because it is dead once it has ended', () => {
    const { isRenewable, renewAt, breaksAt } = timetableOf(life({ expiresAt: after(60 * dayMs), hasRefreshToken: false }), longLived, soonest);

    expect({ isRenewable, breaksAt }).toEqual({ isRenewable: true, breaksAt: null });
    expect(after(60 * dayMs).getTime() - (renewAt?.getTime() ?? NaN)).toBeGreaterThan(6.9 * dayMs);
  });

  it('does not renew a token that is exchanged before the provider allows it', () => {
    const { renewAt } = timetableOf(life({ expiresAt: after(26 * hourMs), hasRefreshToken: false }), longLived, soonest);

    expect(renewAt).toEqual(after(dayMs));
  });

  it('foresees the end of a refresh token, but not of one that is replaced before', () => {
    const tokens = life({ refreshExpiresAt: after(7 * dayMs) });

    expect(timetableOf(tokens, steady).breaksAt).toEqual(after(7 * dayMs));
    expect(timetableOf(tokens, rotating).breaksAt).toBeNull();
    expect(timetableOf({ ...tokens, refreshExpiresAt: after(20 * minuteMs) }, rotating).breaksAt).toEqual(after(20 * minuteMs));
  });
});
