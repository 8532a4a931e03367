import { decideRefresh, lostAnswerMs, type KnownRefreshToken } from './refresh-decision.js';

const now = new Date('2026-11-21T10:00:00Z');
const before = (ms: number): Date => new Date(now.getTime() - ms);
const aToken = (about: Partial<KnownRefreshToken> = {}): KnownRefreshToken => ({
  expiresAt: new Date('2026-12-21T10:00:00Z'),
  usedAt: null,
  ...about,
});

describe('decideRefresh', () => {
  it('renews with a token that was never used', () => {
    expect(decideRefresh(aToken(), undefined, now)).toBe('renew');
  });

  it('does not with one whose time is over', () => {
    expect(decideRefresh(aToken({ expiresAt: now }), undefined, now)).toBe('expired');
  });

  it('takes a token that comes back soon for a lost answer, as long as nobody used the next one', () => {
    expect(decideRefresh(aToken({ usedAt: before(lostAnswerMs) }), aToken(), now)).toBe('repeat');
  });

  it('takes a token that comes back late for a stolen one', () => {
    expect(decideRefresh(aToken({ usedAt: before(lostAnswerMs + 1) }), aToken(), now)).toBe('stolen');
  });

  it('takes a token that comes back after the next one was used for a stolen one, however soon', () => {
    expect(decideRefresh(aToken({ usedAt: now }), aToken({ usedAt: now }), now)).toBe('stolen');
  });

  it('takes a used token without a next one for a stolen one', () => {
    expect(decideRefresh(aToken({ usedAt: now }), undefined, now)).toBe('stolen');
  });
});
