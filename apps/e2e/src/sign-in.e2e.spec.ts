import { callRaw, cookiesOf, sandbox, signIn, stack, type RawAnswer } from './whole-stack.js';

const person = 'olivia.organiser@example.com';
const origin = stack.gatewayUrl;
const withCookies = (method: string, path: string, cookie: string): Promise<RawAnswer> =>
  callRaw(method, path, { headers: { cookie, ...(method !== 'GET' && { origin }) } });
const codeOf = ({ status, body }: RawAnswer): unknown => [status, body['code']];

describe('a session with cookies', () => {
  it.each(['google', 'discord', 'github'])('begins at %s, and leads to the same person', async (provider) => {
    const signedIn = await signIn(provider, person);
    const me = await withCookies('GET', '/api/v1/auth/me/', cookiesOf(signedIn));

    expect(signedIn.body['user']).toMatchObject({ email: person, email_verified: true });
    expect([me.status, me.body]).toEqual([200, signedIn.body['user']]);
  });

  it('does not begin by an address that the provider does not vouch for', async () => {
    await signIn('github', person);

    expect(codeOf(await signIn('microsoft', person))).toEqual([409, 'email_in_use']);
  });

  it('is renewed, and ends when a refresh token comes back', async () => {
    const first = cookiesOf(await signIn('github', person));
    const second = cookiesOf(await withCookies('POST', '/api/v1/auth/refresh/', first));
    const third = cookiesOf(await withCookies('POST', '/api/v1/auth/refresh/', second));
    const stolen = await withCookies('POST', '/api/v1/auth/refresh/', first);
    const after = await withCookies('POST', '/api/v1/auth/refresh/', third);

    expect(new Set([first, second, third]).size).toBe(3);
    expect([stolen, after].map(codeOf)).toEqual([
      [401, 'refresh_token_invalid'],
      [401, 'refresh_token_invalid'],
    ]);
  });

  it('ends here with a sign-out, and everywhere with another', async () => {
    const here = cookiesOf(await signIn('github', person));
    const there = cookiesOf(await signIn('google', person));
    const elsewhere = cookiesOf(await signIn('discord', person));
    const meOf = async (cookie: string): Promise<number> => (await withCookies('GET', '/api/v1/auth/me/', cookie)).status;
    const before = await Promise.all([here, there, elsewhere].map(meOf));
    const signedOut = await withCookies('POST', '/api/v1/auth/logout/', here);
    const between = await Promise.all([here, there, elsewhere].map(meOf));
    await callRaw('POST', '/api/v1/auth/logout/', { body: '{"everywhere":true}', headers: { cookie: there, origin } });

    expect([before, between]).toEqual([
      [200, 200, 200],
      [401, 200, 200],
    ]);
    expect([signedOut.status, cookiesOf(signedOut)]).toEqual([204, '']);
    expect(await Promise.all([here, there, elsewhere].map(meOf))).toEqual([401, 401, 401]);
  });

  it('is given to nobody who did not begin it', async () => {
    const redirectUri = `${stack.gatewayUrl}/api/integrations/oauth/github/callback/`;
    const { body } = await callRaw('GET', `/api/integrations/oauth/github/auth-url/?redirect_uri=${encodeURIComponent(redirectUri)}`);
    const returned = (await sandbox.consent(String(body['auth_url']), person)).searchParams;
    const brought = { code: returned.get('code'), state: returned.get('state'), redirect_uri: redirectUri };
    const asVictim = await callRaw('POST', '/api/integrations/oauth/github/callback/', { body: JSON.stringify(brought), headers: { origin } });

    expect(codeOf(asVictim)).toEqual([400, 'oauth_state_invalid']);
    expect(cookiesOf(asVictim)).toBe('');
  });
});
