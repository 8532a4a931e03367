import { missingScopes, scopeInWords } from './granted-scopes.js';

describe('missingScopes', () => {
  it('names what was asked for and not granted, whatever else was', () => {
    expect(missingScopes(['a', 'b', 'c'], ['c', 'x', 'a'])).toEqual(['b']);
  });

  it('names nothing when all of it was granted', () => {
    expect(missingScopes(['a'], ['b', 'a'])).toEqual([]);
  });
});

describe('scopeInWords', () => {
  it.each([
    ['https://www.googleapis.com/auth/calendar.events', 'calendar events'],
    ['meeting:write', 'meeting write'],
    ['openid', 'openid'],
  ])('reads %s as %s', (scope, words) => {
    expect(scopeInWords(scope)).toBe(words);
  });
});
