import { missingScopes } from './granted-scopes.js';

describe('missingScopes', () => {
  it('names what was needed and not granted, whatever else was', () => {
    expect(missingScopes(['a', 'b', 'c'], ['c', 'x', 'a'])).toEqual(['b']);
  });

  it('names nothing when all of it was granted', () => {
    expect(missingScopes(['a'], ['b', 'a'])).toEqual([]);
  });
});
