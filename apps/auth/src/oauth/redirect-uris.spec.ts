import { isRedirectUriAllowed } from './redirect-uris.js';

const allowed = ['https://app.example.com/callback'];

describe('isRedirectUriAllowed', () => {
  it('takes a listed URI and nothing that merely looks like it', () => {
    const policy = { allowed, allowsLoopback: false };

    expect(isRedirectUriAllowed('https://app.example.com/callback', policy)).toBe(true);
    for (const uri of [
      'https://app.example.com/callback/',
      'https://app.example.com/callback?a=1',
      'https://APP.example.com/callback',
      'http://app.example.com/callback',
      '',
    ])
      expect(isRedirectUriAllowed(uri, policy)).toBe(false);
  });

  it.each(['http://localhost:3000/anything', 'https://localhost/x?y=1', 'http://127.0.0.1:49152/'])('takes %s outside production only', (uri) => {
    expect(isRedirectUriAllowed(uri, { allowed, allowsLoopback: true })).toBe(true);
    expect(isRedirectUriAllowed(uri, { allowed, allowsLoopback: false })).toBe(false);
  });

  it.each([
    'http://localhost.evil.example/callback',
    'http://localhost@evil.example/callback',
    'http://evil.example@localhost/callback',
    'http://localhost:3000/callback#fragment',
    'custom://localhost/callback',
    'javascript://localhost/%0aalert(1)',
    '//localhost/callback',
    'no uri at all',
  ])('never takes %s', (uri) => {
    expect(isRedirectUriAllowed(uri, { allowed, allowsLoopback: true })).toBe(false);
  });
});
