import { isRedirectUriAllowed } from './redirect-uris.js';

const allowed = ['https://app.example.com/callback'];

describe('isRedirectUriAllowed', () => {
  it('takes a listed URI', () => {
    const policy = { allowed, allowsLoopback: false };

    expect(isRedirectUriAllowed('https://app.example.com/callback', policy)).toBe(true);
  });

  it.each([
    'https://app.example.com/callback/',
    'https://app.example.com//callback',
    'https://app.example.com/Callback',
    'https://app.example.com/callback?a=1',
    'https://app.example.com/callback?',
    'https://app.example.com/callback#',
    'https://app.example.com/callback/../../evil',
    'https://app.example.com/x/../callback',
    'https://app.example.com/./callback',
    'https://app.example.com/%63allback',
    'https://app.example.com/callback%2f',
    'https://app.example.com/callback%00',
    'https://app.example.com/callback\u0000',
    'https://app.example.com/callback ',
    ' https://app.example.com/callback',
    'https://app.example.com/callback\r\nlocation: https://evil.example',
    'https://app.example.com:443/callback',
    'https://app.example.com:8443/callback',
    'https://APP.example.com/callback',
    'HTTPS://app.example.com/callback',
    'http://app.example.com/callback',
    'https://app.example.com./callback',
    'https://app.example.com.evil.example/callback',
    'https://sub.app.example.com/callback',
    'https://evil-app.example.com/callback',
    'https://app.example.com@evil.example/callback',
    'https://app.example.com%40evil.example/callback',
    'https://evil.example@app.example.com/callback',
    'https://evil.example/https://app.example.com/callback',
    'https://evil.example\\@app.example.com/callback',
    'https://app。example。com/callback',
    '//app.example.com/callback',
    '/\\app.example.com/callback',
    'https:app.example.com/callback',
    'https:/app.example.com/callback',
    'https:\\\\app.example.com\\callback',
    '%2f%2fapp.example.com/callback',
    '/callback',
    '*',
    '',
  ])('takes nothing that merely looks like it: %j', (uri) => {
    for (const allowsLoopback of [false, true]) expect(isRedirectUriAllowed(uri, { allowed, allowsLoopback })).toBe(false);
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
    'http://localhost\\@evil.example/callback',
    'http://localhost\\.evil.example/callback',
    'http://localhost\t.evil.example/callback',
    'http://localhost%2eevil.example/callback',
    'http://localhost:80@evil.example/callback',
    'http://localhost:3000 .evil.example/',
    'http://%6cocalhost/callback',
    'http://LOCALHOST/callback',
    'http:localhost/callback',
    'http:/localhost/callback',
    'http:\\\\localhost\\callback',
    ' http://localhost/callback',
    'http://localhost:99999/callback',
    'http://127.0.0.1.evil.example/',
    'http://127.1/',
    'http://[::1]/',
    'http://0.0.0.0/',
    'javascript:alert(1)//http://localhost/',
    'data:text/html,http://localhost/',
    'custom://localhost/callback',
    'javascript://localhost/%0aalert(1)',
    '//localhost/callback',
    'no uri at all',
  ])('never takes %s', (uri) => {
    expect(isRedirectUriAllowed(uri, { allowed, allowsLoopback: true })).toBe(false);
  });
});
