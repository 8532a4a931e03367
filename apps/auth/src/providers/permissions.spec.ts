import { scopeSpelledOut } from './permissions.js';

describe('a scope that nobody described', () => {
  it.each([
    ['https://www.googleapis.com/auth/calendar.events', 'calendar events'],
    ['meeting:write', 'meeting write'],
    ['openid', 'openid'],
  ])('%s is spelled out as %s', (scope, words) => {
    expect(scopeSpelledOut(scope)).toBe(words);
  });
});
