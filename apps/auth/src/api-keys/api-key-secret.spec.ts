import { hashOfApiKey, newApiKey, prefixOfApiKey } from './api-key-secret.js';

describe('an API key', () => {
  it('holds 32 random bytes behind a prefix that scanners know', () => {
    const keys = Array.from({ length: 100 }, newApiKey);

    expect(new Set(keys).size).toBe(100);
    for (const key of keys) expect(Buffer.from(key.replace(/^pb_live_/, ''), 'base64url')).toHaveLength(32);
  });

  it('shows four characters of its secret part at most', () => {
    expect(prefixOfApiKey('pb_live_abcdefgh')).toBe('pb_live_abcd');
  });

  it('is found again by its hash', () => {
    const key = newApiKey();

    expect(hashOfApiKey(key)).toEqual(hashOfApiKey(key));
    expect(hashOfApiKey(key)).not.toEqual(hashOfApiKey(`${key}x`));
  });
});
