import { AppError, finishOAuth, getMe, refreshSession, signOut, startConnection, startOAuth, updateCalendarAccount } from '@patchbay/contracts';
import { ada, publicBaseUrl } from '../testing/fake-services.js';
import { startGatewayStack, type Call, type GatewayStack } from '../testing/gateway-stack.js';

const frontend = 'https://app.example.com';
const user = { id: ada, email: null, email_verified: false, name: null, role: 'user' as const, created_at: '2026-01-01T00:00:00Z' };
const tokens = { access_token: 'a.b.c', token_type: 'Bearer' as const, expires_in: 900, refresh_token: 'r2', refresh_expires_in: 2_592_000, user };
const connection = {
  id: '0198f2a4-0000-7000-8000-0000000000d1',
  provider: 'google',
  type: 'calendar' as const,
  provider_email: null,
  scopes: [],
  permissions: [],
  status: 'active' as const,
  token_expires_at: null,
  created_at: '2026-01-01T00:00:00Z',
  last_error: null,
};
const accountPath = `/api/v1/integrations/calendar/${connection.id}/`;
const startPath = '/api/integrations/oauth/google/auth-url/?redirect_uri=http%3A%2F%2Flocalhost%3A3000%2F';
const finishPath = '/api/integrations/oauth/google/callback/';
const finish = { code: 'c', state: 's' };

const account = () => {
  throw new AppError('connection_not_found');
};

describe('cookies', () => {
  let stack: GatewayStack;
  let access: string;

  beforeAll(async () => {
    stack = await startGatewayStack({ env: { CORS_ALLOWED_ORIGINS: frontend } });
    access = `patchbay_access=${await stack.services.token()}`;
    stack.services.answer(getMe, () => user);
    stack.services.answer(updateCalendarAccount, account);
    stack.services.answer(refreshSession, () => tokens);
    stack.services.answer(signOut, () => null);
    stack.services.answer(startOAuth, () => ({ auth_url: 'https://provider.test/', state: 's', flow_binding: 'b' }));
    stack.services.answer(startConnection, () => ({ auth_url: 'https://provider.test/', state: 's' }));
    stack.services.answer(finishOAuth, () => tokens);
  });

  afterAll(() => stack.stop());

  describe('of a request that changes something', () => {
    /** The account is not there, so 404 says that the call was let through. */
    const change = async (call: Call): Promise<unknown> => {
      const { status, body } = await stack.call('PATCH', accountPath, { body: { is_active: false }, ...call });
      return status === 404 ? 'let through' : body['code'];
    };

    it.each([
      ['a frontend of the list', { origin: frontend }],
      ['our own pages', { origin: publicBaseUrl }],
      ['our own pages in a browser that sends no Origin', { headers: { 'sec-fetch-site': 'same-origin' } }],
    ])('count when it comes from %s', async (_, call) => {
      expect(await change({ cookie: access, ...call })).toBe('let through');
    });

    it.each([
      ['an unknown page', { origin: 'https://evil.example' }],
      ['a page whose address begins alike', { origin: `${frontend}.evil.example` }],
      ['a page below a frontend', { origin: 'https://sub.app.example.com' }],
      ['a frontend without TLS', { origin: 'http://app.example.com' }],
      ['a frontend on another port', { origin: `${frontend}:8443` }],
      ['a sandboxed frame', { origin: 'null' }],
      ['nowhere', {}],
      ['a page of the same site only', { headers: { 'sec-fetch-site': 'same-site' } }],
      ['an unknown page that would be ours', { origin: 'https://evil.example', headers: { 'sec-fetch-site': 'same-origin' } }],
    ])('do not count when it comes from %s', async (_, call) => {
      expect(await change({ cookie: access, ...call })).toBe('origin_not_allowed');
    });

    it('are not asked about when there is a Bearer, or nothing is changed', async () => {
      const bearer = await stack.services.token();

      expect(await change({ bearer, cookie: access, origin: 'https://evil.example' })).toBe('let through');
      expect((await stack.call('GET', '/api/v1/auth/me/', { cookie: access })).status).toBe(200);
    });

    it('are refused before the body is read', async () => {
      expect(await change({ cookie: access, body: { nonsense: true } })).toBe('origin_not_allowed');
    });

    it('do not count for a HEAD, a GET in all but its body', async () => {
      expect((await stack.call('HEAD', '/api/v1/auth/me/', { cookie: access })).status).toBe(200);
    });
  });

  it('take localhost:3000 for a frontend outside production when no list is set', async () => {
    const other = await startGatewayStack();
    const cookie = `patchbay_access=${await other.services.token()}`;
    other.services.answer(updateCalendarAccount, account);
    const statuses = [];
    for (const origin of ['http://localhost:3000', 'http://localhost:3001'])
      statuses.push((await other.call('PATCH', accountPath, { cookie, origin, body: { is_active: true } })).status);
    await other.stop();

    expect(statuses).toEqual([404, 403]);
  });

  describe('of a session', () => {
    it('come with a refresh, which reads the old one', async () => {
      const answer = await stack.call('POST', '/api/v1/auth/refresh/', { cookie: 'patchbay_refresh=r1', origin: frontend });

      expect(stack.services.asked(refreshSession).at(-1)?.input).toEqual({ refresh_token: 'r1' });
      expect(answer.body).toEqual(tokens);
      expect(answer.headers['cache-control']).toBe('no-store');
      expect(answer.cookies).toEqual([
        'patchbay_access=a.b.c; Max-Age=900; Path=/; HttpOnly; SameSite=Lax',
        'patchbay_refresh=r2; Max-Age=2592000; Path=/api/v1/auth; HttpOnly; SameSite=Lax',
      ]);
    });

    it('are not read for a page that may not', async () => {
      const before = stack.services.asked(refreshSession).length;
      const answers = [{}, { origin: 'https://evil.example' }].map((call) =>
        stack.call('POST', '/api/v1/auth/refresh/', { cookie: 'patchbay_refresh=r1', ...call }),
      );

      for (const { status, body, cookies } of await Promise.all(answers))
        expect([status, body['code'], cookies]).toEqual([403, 'origin_not_allowed', []]);
      expect(stack.services.asked(refreshSession).length).toBe(before);
    });

    it('are not looked at when the body has the token', async () => {
      const call = { cookie: 'patchbay_refresh=r1', body: { refresh_token: 'r0' } };

      expect((await stack.call('POST', '/api/v1/auth/refresh/', call)).status).toBe(200);
      expect(stack.services.asked(refreshSession).at(-1)?.input).toEqual({ refresh_token: 'r0' });
    });

    it('are never left with somebody who looks at a page of a stranger', async () => {
      const { status, cookies } = await stack.call('POST', '/api/v1/auth/refresh/', {
        origin: 'https://evil.example',
        body: { refresh_token: 'r0' },
      });

      expect([status, cookies]).toEqual([200, []]);
    });

    it('end with a sign-out', async () => {
      const { status, cookies } = await stack.call('POST', '/api/v1/auth/logout/', {
        cookie: `${access}; patchbay_refresh=r1`,
        origin: frontend,
      });

      expect(status).toBe(204);
      expect(cookies.map((cookie) => cookie.replace(/;.*(Path=[^;]*).*/, ' $1'))).toEqual([
        'patchbay_access= Path=/',
        'patchbay_refresh= Path=/api/v1/auth',
      ]);
      expect(cookies.every((cookie) => cookie.includes('Expires=Thu, 01 Jan 1970'))).toBe(true);
    });

    it('stay when the sign-out fails', async () => {
      stack.services.answer(signOut, () => {
        throw new AppError('internal_error');
      });
      const { status, cookies } = await stack.call('POST', '/api/v1/auth/logout/', { body: { refresh_token: 'r' } });
      stack.services.answer(signOut, () => null);

      expect([status, cookies]).toEqual([500, []]);
    });
  });

  describe('of a sign-in that is under way', () => {
    it('hold what only the browser may know', async () => {
      const { body, cookies } = await stack.call('GET', startPath, { origin: frontend });

      expect(body).toEqual({ auth_url: 'https://provider.test/', state: 's' });
      expect(cookies).toEqual(['patchbay_flow=b; Max-Age=600; Path=/api; HttpOnly; SameSite=Lax']);
    });

    it('keep it from strangers, too, and are not set for nothing', async () => {
      const foreign = await stack.call('GET', startPath, { origin: 'https://evil.example' });
      stack.services.answer(startOAuth, () => ({ auth_url: 'https://provider.test/', state: 's' }));
      const without = await stack.call('GET', startPath, { origin: frontend });

      expect([foreign.cookies, foreign.body['flow_binding'], without.cookies]).toEqual([[], undefined, []]);
    });

    it('come back with the end of it, together with what the browser says of itself, and make room for a session', async () => {
      const headers = { 'user-agent': 'Firefox' };
      const { status, cookies } = await stack.call('POST', finishPath, { cookie: 'patchbay_flow=b', origin: frontend, headers, body: finish });

      expect(status).toBe(200);
      expect(stack.services.asked(finishOAuth).at(-1)?.input).toEqual({
        ...finish,
        provider: 'google',
        flow_binding: 'b',
        origin: frontend,
        user_agent: 'Firefox',
      });
      expect(cookies.map((cookie) => cookie.slice(0, cookie.indexOf(';')))).toEqual([
        'patchbay_flow=',
        'patchbay_access=a.b.c',
        'patchbay_refresh=r2',
      ]);
    });

    it('are not used for a page that may not', async () => {
      for (const origin of [undefined, 'https://evil.example']) {
        const { body } = await stack.call('POST', finishPath, { cookie: 'patchbay_flow=b', origin, body: finish });
        expect(body['code']).toBe('origin_not_allowed');
      }
    });

    it.each(['flow_binding', 'origin', 'user_agent'])('cannot be made up: %s in the body is refused', async (key) => {
      const { status, body } = await stack.call('POST', finishPath, { body: { ...finish, [key]: 'x' } });

      expect([status, body['details']]).toEqual([400, { [key]: 'is not a known field' }]);
    });

    it('make room for no session when an account was linked', async () => {
      stack.services.answer(finishOAuth, () => connection);
      const { body, cookies } = await stack.call('POST', finishPath, { bearer: await stack.services.token(), body: finish });

      expect(body).toEqual(connection);
      expect(cookies.map((cookie) => cookie.slice(0, cookie.indexOf(';')))).toEqual(['patchbay_flow=']);
    });
  });

  it.each([
    ['in production', { NODE_ENV: 'production', PUBLIC_BASE_URL: publicBaseUrl }],
    ['behind https', { NODE_ENV: 'test', PUBLIC_BASE_URL: 'https://patchbay.example.com' }],
  ])('travel over TLS only %s', async (_, env) => {
    const secure = await startGatewayStack({ env });
    secure.services.answer(refreshSession, () => tokens);
    const { cookies } = await secure.call('POST', '/api/v1/auth/refresh/', { body: { refresh_token: 'r0' } });
    await secure.stop();

    expect(cookies.map((cookie) => cookie.includes('; Secure'))).toEqual([true, true]);
  });

  it('leave alone what a path stands for', async () => {
    const path = '/api/integrations/google-drive/auth-url/?redirect_uri=http%3A%2F%2Flocalhost%3A3000%2F&provider=zoom';
    await stack.call('GET', path, { cookie: access });

    expect(stack.services.asked(startConnection).at(-1)?.input).toMatchObject({ provider: 'google_drive', integration_type: 'storage' });
  });
});
