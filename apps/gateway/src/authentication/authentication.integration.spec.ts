import { jest } from '@jest/globals';
import {
  AppError,
  authenticateApiKey,
  authenticateSession,
  endSession,
  getMe,
  listApiKeys,
  publishEvents,
  revokeApiKey,
  signOut,
  startOAuth,
} from '@patchbay/contracts';
import { createLogger } from '@patchbay/service-kit';
import { ada } from '../testing/fake-services.js';
import { startGatewayStack, type GatewayStack } from '../testing/gateway-stack.js';

const sid = '0198f2a4-0000-7000-8000-0000000000a1';
const keyId = '0198f2a4-0000-7000-8000-0000000000b1';
const me = { id: ada, email: null, email_verified: false, name: null, role: 'user' as const, created_at: '2026-01-01T00:00:00Z' };
const started = { auth_url: 'https://provider.test/', state: 's' };
const mePath = '/api/v1/auth/me/';
const optionalPath = '/api/integrations/oauth/google/auth-url/?redirect_uri=http%3A%2F%2Flocalhost%3A3000%2F';

describe('who asks', () => {
  let stack: GatewayStack;
  const time = { offsetMs: 0 };
  const log = createLogger('gateway', 'silent');
  const warned = jest.spyOn(log, 'warn');

  beforeAll(async () => {
    stack = await startGatewayStack({ log, clock: () => new Date(Date.now() + time.offsetMs), env: { RATE_LIMIT_ADDRESS_PER_MINUTE: '60' } });
    stack.services.answer(getMe, () => me);
    stack.services.answer(startOAuth, () => started);
    stack.services.answer(signOut, () => null);
    stack.services.answer(endSession, () => null);
  });

  afterAll(() => stack.stop());

  beforeEach(() => {
    stack.services.answer(authenticateSession, () => ({ is_active: true }));
    // Every test has a minute of its own, for which limits count anew; everything is looked at again.
    time.offsetMs += 120_000;
    warned.mockClear();
  });

  const token = async (claims = {}): Promise<string> => {
    const now = Math.floor((Date.now() + time.offsetMs) / 1000);
    return stack.services.token({ iat: now, exp: now + 900, ...claims });
  };

  it('is told by a Bearer or by a cookie, and the Bearer wins', async () => {
    const good = await token();
    const answers = await Promise.all([
      stack.call('GET', mePath, { bearer: good }),
      stack.call('GET', mePath, { cookie: `patchbay_access=${good}` }),
      stack.call('GET', mePath, { bearer: good, cookie: 'patchbay_access=nonsense' }),
      stack.call('GET', mePath, { bearer: 'nonsense', cookie: `patchbay_access=${good}` }),
      stack.call('GET', mePath, { headers: { authorization: 'Basic c3RhZ2luZzpwYXNz' }, cookie: `patchbay_access=${good}` }),
      stack.call('GET', mePath),
    ]);

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 401, 200, 401]);
    expect(stack.services.asked(getMe).at(-1)?.caller).toEqual({ tenant_id: 'default', user_id: ada, role: 'user' });
  });

  it.each([
    ['signed for somebody else', { aud: 'other' }],
    ['issued by somebody else', { iss: 'http://elsewhere.test' }],
    ['expired', { exp: 1 }],
    ['without a person', { sub: 'ada' }],
    ['with a role that is none', { role: 'root' }],
    ['with a session that is none', { sid: 'nonsense' }],
  ])('refuses a token that is %s', async (_, claims) => {
    expect(await stack.call('GET', mePath, { bearer: await token(claims) })).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
  });

  describe('where credentials are optional', () => {
    it('lets strangers in, and people as themselves', async () => {
      const asStranger = await stack.call('GET', optionalPath);
      const stranger = stack.services.asked(startOAuth).at(-1)?.caller;
      const asAda = await stack.call('GET', optionalPath, { bearer: await token() });

      expect([asStranger.status, stranger, asAda.status]).toEqual([200, undefined, 200]);
      expect(stack.services.asked(startOAuth).at(-1)?.caller?.user_id).toBe(ada);
    });

    it.each(['nonsense', '', 'two words', 'pb_nonsense'])('refuses a Bearer that is not good (%j)', async (bearer) => {
      stack.services.answer(authenticateApiKey, () => {
        throw new AppError('unauthenticated');
      });

      expect(await stack.call('GET', optionalPath, { bearer })).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    });

    it('takes a cookie that has ended for none, and ends it', async () => {
      const { status, cookies } = await stack.call('GET', optionalPath, { cookie: `patchbay_access=${await token({ exp: 1 })}` });

      expect(status).toBe(200);
      expect(stack.services.asked(startOAuth).at(-1)?.caller).toBeUndefined();
      expect(cookies).toEqual([expect.stringMatching(/^patchbay_access=; .*Expires=Thu, 01 Jan 1970/)]);
    });

    it('counts guesses against the address of whoever guesses', async () => {
      const statuses: number[] = [];
      for (let guess = 0; guess < 61; guess += 1) statuses.push((await stack.call('GET', optionalPath, { bearer: `guess-${guess}` })).status);

      expect(new Set(statuses.slice(0, 60))).toEqual(new Set([401]));
      expect(statuses.at(-1)).toBe(429);
      expect((await stack.call('GET', '/api/v1/auth/jwks/', { bearer: 'nonsense' })).status).toBe(429);
    });
  });

  it('ignores bad credentials where none are asked for, and passes good ones on', async () => {
    const bad = await stack.call('POST', '/api/v1/auth/logout/', { bearer: 'nonsense' });
    const stranger = stack.services.asked(signOut).at(-1)?.caller;
    await stack.call('POST', '/api/v1/auth/logout/', { bearer: await token() });

    expect([bad.status, stranger]).toEqual([204, undefined]);
    expect(stack.services.asked(signOut).at(-1)?.caller?.user_id).toBe(ada);
  });

  describe('with a session', () => {
    it('is asked about every half minute, and travels with the caller', async () => {
      const bearer = await token({ sid });
      const before = stack.services.asked(authenticateSession).length;
      await stack.call('GET', mePath, { bearer });
      await stack.call('GET', mePath, { bearer });
      const asked = stack.services.asked(authenticateSession).slice(before);
      time.offsetMs += 31_000;
      await stack.call('GET', mePath, { bearer });

      expect(asked.map(({ input }) => input)).toEqual([{ session_id: sid }]);
      expect(stack.services.asked(authenticateSession).length).toBe(before + 2);
      expect(stack.services.asked(getMe).at(-1)?.caller?.session_id).toBe(sid);
    });

    it('is nobody once the session has ended', async () => {
      stack.services.answer(authenticateSession, () => ({ is_active: false }));

      expect((await stack.call('GET', mePath, { bearer: await token({ sid }) })).status).toBe(401);
    });

    it('is believed while auth is away, which is said once, and not when it is back', async () => {
      const bearer = await token({ sid });
      await stack.call('GET', '/api/v1/auth/jwks/');
      stack.services.goAway(authenticateSession);
      const away = [await stack.call('GET', mePath, { bearer })];
      time.offsetMs += 5_500;
      away.push(await stack.call('GET', mePath, { bearer }));
      const warnings = warned.mock.calls.length;
      stack.services.answer(authenticateSession, () => ({ is_active: false }));
      time.offsetMs += 5_500;

      expect(away.map(({ status }) => status)).toEqual([200, 200]);
      expect(warnings).toBe(1);
      expect((await stack.call('GET', mePath, { bearer })).status).toBe(401);
    }, 20_000);

    const idOf = (number: number): string => `0198f2a4-0000-7000-8000-0000000000c${number}`;
    const ends = [
      ['a sign-out', 'POST', '/api/v1/auth/logout/', { sid: idOf(1) }],
      ['a sign-out everywhere', 'POST', '/api/v1/auth/logout/', { sid: idOf(2), body: { everywhere: true } }],
      ['a sign-out with a refresh token', 'POST', '/api/v1/auth/logout/', { sid: idOf(3), body: { refresh_token: 'r' } }],
      ['an end from elsewhere', 'DELETE', `/api/v1/auth/sessions/${idOf(4)}/`, { sid: idOf(4) }],
    ] as const;
    it.each(ends)('is nobody at once after %s', async (_, method, path, { sid: own, ...call }) => {
      const bearer = await token({ sid: own });
      const before = await stack.call('GET', mePath, { bearer });
      stack.services.answer(authenticateSession, () => ({ is_active: false }));
      await stack.call(method, path, { bearer, ...call });

      expect([before.status, (await stack.call('GET', mePath, { bearer })).status]).toEqual([200, 401]);
    });
  });

  describe('with an API key', () => {
    const holder = (scopes: string[] | null, role: 'service' | 'admin' = 'service') =>
      stack.services.answer(authenticateApiKey, () => ({
        caller: { tenant_id: 'default', role, api_key_id: keyId },
        scopes,
        expires_at: null,
        is_development: false,
      }));
    const event = { type: 'booking_created', data: {} };

    beforeAll(() => {
      stack.services.answer(publishEvents, () => ({ items: [] }));
      stack.services.answer(listApiKeys, () => ({ items: [], next_cursor: null }));
      stack.services.answer(revokeApiKey, () => null);
    });

    it('may do everything of its role without scopes', async () => {
      holder(null);

      expect((await stack.call('POST', '/api/v1/events/', { bearer: 'pb_all', body: event })).status).toBe(202);
    });

    it('may do what a scope allows, and is told which one is missing', async () => {
      holder(['webhooks:write']);
      const allowed = await stack.call('POST', '/api/v1/events/', { bearer: 'pb_some', body: event });
      const refused = await stack.call('GET', '/api/v1/integrations/providers/', { bearer: 'pb_some' });

      expect(allowed.status).toBe(202);
      expect(refused).toMatchObject({ status: 403, body: { code: 'api_key_scope_missing', details: { scope: 'auth:read' } } });
    });

    it('may not read because it may write, and hears of its role before it hears of scopes', async () => {
      holder(['auth:write'], 'admin');
      const read = await stack.call('GET', '/api/v1/auth/api-keys/', { bearer: 'pb_writer' });
      holder([], 'service');
      const foreign = await stack.call('GET', '/api/v1/auth/api-keys/', { bearer: 'pb_service' });

      expect([read.body['code'], foreign.body['code']]).toEqual(['api_key_scope_missing', 'forbidden']);
    });

    it('needs scopes where credentials are optional, and none for what is public', async () => {
      holder([]);

      expect((await stack.call('GET', optionalPath, { bearer: 'pb_none' })).body['code']).toBe('api_key_scope_missing');
      expect((await stack.call('GET', '/api/v1/auth/jwks/', { bearer: 'pb_none' })).status).toBe(200);
    });

    it('is nobody in a cookie', async () => {
      holder(null, 'admin');
      await stack.call('GET', '/api/v1/auth/api-keys/', { bearer: 'pb_admin' });

      expect((await stack.call('GET', '/api/v1/auth/api-keys/', { cookie: 'patchbay_access=pb_admin' })).status).toBe(401);
    });

    it('is nobody at once after it was revoked', async () => {
      holder(null, 'admin');
      const { status } = await stack.call('GET', '/api/v1/auth/api-keys/', { bearer: 'pb_revoked' });
      await stack.call('DELETE', `/api/v1/auth/api-keys/${keyId}/`, { bearer: 'pb_revoked' });
      stack.services.answer(authenticateApiKey, () => {
        throw new AppError('unauthenticated');
      });

      expect([status, (await stack.call('GET', '/api/v1/auth/api-keys/', { bearer: 'pb_revoked' })).status]).toEqual([200, 401]);
    });
  });
});
