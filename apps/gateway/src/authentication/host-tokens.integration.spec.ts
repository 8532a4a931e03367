import { AppError, authenticateHostUser, getMe, type Caller } from '@patchbay/contracts';
import { exportJWK, generateKeyPair, type JWTPayload } from 'jose';
import { ada } from '../testing/fake-services.js';
import { startGatewayStack, type Answer, type GatewayStack } from '../testing/gateway-stack.js';
import { HostProduct } from '../testing/host-product.js';

const me = { id: ada, email: null, email_verified: false, name: null, role: 'user' as const, created_at: '2026-01-01T00:00:00Z' };
const caller: Caller = { tenant_id: 'default', user_id: ada, role: 'user' };
const seconds = (): number => Math.floor(Date.now() / 1000);
const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe("the host product's tokens", () => {
  let host: HostProduct;
  let stack: GatewayStack;
  const time = { offsetMs: 0 };

  beforeAll(async () => {
    host = await HostProduct.start();
    const env = {
      ...host.environment,
      HOST_JWT_EMAIL_CLAIM: 'email',
      HOST_JWT_ROLE_CLAIM: 'https://host.test/role',
      HOST_JWT_TENANT_CLAIM: 'org.id',
    };
    stack = await startGatewayStack({ env, clock: () => new Date(Date.now() + time.offsetMs) });
    stack.services.answer(authenticateHostUser, () => ({ caller }));
    stack.services.answer(getMe, () => me);
  });

  afterAll(async () => {
    await stack.stop();
    await host.stop();
  });

  const ask = (bearer: string): Promise<Answer> => stack.call('GET', '/api/v1/auth/me/', { bearer });

  it('say who somebody is, and auth says who that is here', async () => {
    const bearer = await host.token({ email: 'ada@example.com', 'https://host.test/role': 'admin', org: { id: 't1' } });
    const before = stack.services.asked(authenticateHostUser).length;
    const statuses = [(await ask(bearer)).status, (await ask(bearer)).status];

    expect(statuses).toEqual([200, 200]);
    expect(stack.services.asked(authenticateHostUser).slice(before)).toEqual([
      {
        input: { issuer: HostProduct.issuer, subject: 'host-user-1', email: 'ada@example.com', role: 'admin', tenant_id: 't1' },
        caller: undefined,
      },
    ]);
    expect(stack.services.asked(getMe).at(-1)?.caller).toEqual(caller);
  });

  it('are taken from a cookie as well, and stand beside our own', async () => {
    const answers = [
      await stack.call('GET', '/api/v1/auth/me/', { cookie: `patchbay_access=${await host.token()}` }),
      await ask(await stack.services.token()),
    ];

    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  });

  const claims: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
    ['another audience', { aud: 'patchbay' }],
    ['an issuer that is almost right', { iss: 'https://host.test' }],
    ['our own issuer', { iss: 'http://gateway.test', aud: 'patchbay', role: 'admin', tenant_id: 'default' }],
    ['an end that is past', { exp: seconds() - 60 }],
    ['no end', { exp: undefined }],
    ['a beginning that is to come', { nbf: seconds() + 60 }],
    ['nobody in it', { sub: '' }],
    ['no tenant in it, where the host tells tenants apart', { org: undefined, 'https://host.test/role': 'admin' }],
  ];
  it.each(claims)('are refused with %s', async (_, wrong) => {
    expect(await ask(await host.token(wrong))).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
  });

  describe('are refused when', () => {
    const payload = (): JWTPayload => ({ iss: HostProduct.issuer, aud: HostProduct.audience, sub: 'root', org: { id: 't1' }, exp: seconds() + 300 });

    it.each(['none', 'None', 'NONE', ''])('they are not signed (alg %j)', async (alg) => {
      const unsigned = `${base64url({ alg, kid: 'h1' })}.${base64url(payload())}.`;

      expect((await ask(unsigned)).status).toBe(401);
    });

    it('the public key was taken for a shared secret', async () => {
      const forged = await host.token({}, { header: { alg: 'HS256' }, key: new TextEncoder().encode(host.publicPem) });

      expect((await ask(forged)).status).toBe(401);
    });

    it('the signature was cut off or the claims were exchanged', async () => {
      const [head, , signature] = (await host.token()).split('.');

      expect((await ask(`${head}.${base64url(payload())}.`)).status).toBe(401);
      expect((await ask(`${head}.${base64url(payload())}.${signature}`)).status).toBe(401);
    });

    it('they bring their own key along', async () => {
      const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
      const jwk = await exportJWK(publicKey);
      const asked = host.asked;
      const heads = [{ jwk }, { jku: `${host.jwksUrl}?mine` }, { kid: 'mine', jwk }, { x5u: host.jwksUrl }];
      const statuses = [];
      for (const header of heads) statuses.push((await ask(await host.token({}, { header, key: privateKey }))).status);

      expect(statuses).toEqual([401, 401, 401, 401]);
      expect(host.asked - asked).toBeLessThanOrEqual(1);
    });

    it.each(['../../../../dev/null', "h1' OR '1'='1", 'file:///etc/passwd', '__proto__', 'h1\u0000', ''])(
      'they name a key that is none (%j)',
      async (kid) => {
        const { privateKey } = await generateKeyPair('RS256');

        expect((await ask(await host.token({}, { header: { kid }, key: privateKey }))).status).toBe(401);
      },
    );

    it('they are signed in a way nobody allowed', async () => {
      const { publicKey, privateKey } = await generateKeyPair('PS256', { extractable: true });
      await host.publish(publicKey, 'h-ps', 'PS256');

      expect((await ask(await host.token({}, { header: { alg: 'PS256', kid: 'h-ps' }, key: privateKey }))).status).toBe(401);
    });

    it('they are huge', async () => {
      expect((await ask(await host.token({ groups: 'x'.repeat(9_000) }))).status).toBe(401);
    });

    it('auth knows nobody behind them', async () => {
      stack.services.answer(authenticateHostUser, () => {
        throw new AppError('forbidden');
      });
      const { status } = await ask(await host.token({ sub: 'banned' }));
      stack.services.answer(authenticateHostUser, () => ({ caller }));

      expect(status).toBe(401);
    });
  });

  it('count on with the last keys when their address is away for a while', async () => {
    await ask(await host.token());
    host.mood = 'failing';
    const { status } = await ask(await host.token({ jti: 'later' }));
    host.mood = 'well';

    expect(status).toBe(200);
  });

  describe('whose keys were never there', () => {
    it.each(['failing', 'silent', 'babbling'] as const)(
      'are no fault of the caller (%s), and end no wait',
      async (mood) => {
        const away = await HostProduct.start();
        away.mood = mood;
        const other = await startGatewayStack({ env: away.environment });
        other.services.answer(authenticateHostUser, () => ({ caller }));
        other.services.answer(getMe, () => me);
        const first = await other.call('GET', '/api/v1/auth/me/', { bearer: await away.token() });
        const asked = away.asked;
        const second = await other.call('GET', '/api/v1/auth/me/', { bearer: await away.token({ jti: '2' }) });
        const own = await other.call('GET', '/api/v1/auth/me/', { bearer: await other.services.token() });
        const askedAgain = away.asked - asked;
        await other.stop();
        await away.stop();

        expect([first, second].map(({ status, body }) => [status, body['code']])).toEqual([
          [503, 'service_unavailable'],
          [503, 'service_unavailable'],
        ]);
        // Our own people do not notice, and nobody makes us hammer the host.
        expect([own.status, askedAgain]).toEqual([200, 0]);
      },
      20_000,
    );
  });

  it('need not name their key when several would do', async () => {
    const several = await HostProduct.start();
    const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
    await several.publish(publicKey, 'h2', 'RS256');
    const other = await startGatewayStack({ env: several.environment });
    other.services.answer(authenticateHostUser, () => ({ caller }));
    other.services.answer(getMe, () => me);
    const foreign = (await generateKeyPair('RS256')).privateKey;
    const statuses = [];
    for (const key of [privateKey, foreign]) {
      const bearer = await several.token({}, { key, isNamed: false });
      statuses.push((await other.call('GET', '/api/v1/auth/me/', { bearer })).status);
    }
    await other.stop();
    await several.stop();

    expect(statuses).toEqual([200, 401]);
  });

  it('are unknown where no host is configured', async () => {
    const other = await startGatewayStack();
    const { status } = await other.call('GET', '/api/v1/auth/me/', { bearer: await host.token() });
    await other.stop();

    expect(status).toBe(401);
  });
});
