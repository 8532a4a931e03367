import { randomBytes } from 'node:crypto';
import { Sealer } from '@patchbay/service-kit';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify, type JSONWebKeySet } from 'jose';
import { AccessTokenIssuer } from './access-token-issuer.js';
import type { SigningKeysRepository, StoredSigningKey } from './signing-keys.repository.js';

const now = new Date('2026-11-21T10:00:00Z');
const subject = { id: '0198f2a4-0000-7000-8000-000000000001', role: 'user' } as const;

describe('AccessTokenIssuer', () => {
  const sealer = new Sealer([{ id: 'a', key: randomBytes(32) }]);
  let stored: StoredSigningKey | undefined;

  const anIssuer = async (environment: 'test' | 'production' = 'test', using = sealer): Promise<AccessTokenIssuer> => {
    const keys: Pick<SigningKeysRepository, 'findOrStore'> = { findOrStore: async (make) => (stored ??= await make()) };
    const issuer = new AccessTokenIssuer(
      keys as SigningKeysRepository,
      using,
      { NODE_ENV: environment, PUBLIC_BASE_URL: 'https://patchbay.example.com' },
      () => now,
    );
    await issuer.onModuleInit();
    return issuer;
  };
  const keySet = (): JSONWebKeySet => ({ keys: stored === undefined ? [] : [stored.public_jwk] });

  it('signs a token for a quarter of an hour with the claims that the gateway checks', async () => {
    const token = await (await anIssuer()).issue(subject);

    const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(keySet()), { currentDate: now });
    expect(payload).toEqual({
      sub: subject.id,
      role: 'user',
      tenant_id: 'default',
      iss: 'https://patchbay.example.com',
      aud: 'patchbay',
      iat: now.getTime() / 1000,
      exp: now.getTime() / 1000 + 900,
    });
    expect(protectedHeader).toMatchObject({ alg: 'ES256', kid: stored?.kid });
  });

  it('goes on with the key that is there', async () => {
    const [first, second] = [await anIssuer(), await anIssuer()];

    const kids = [await first.issue(subject), await second.issue(subject)].map((token) => decodeProtectedHeader(token).kid);

    expect(kids[1]).toBe(kids[0]);
  });

  it('marks the tokens of development users', async () => {
    const token = await (await anIssuer()).issue({ ...subject, isDevelopment: true });

    expect(decodeJwt(token)).toMatchObject({ development: true });
  });

  it('signs none for development users in production', async () => {
    const issuer = await anIssuer('production');

    expect(() => issuer.issue({ ...subject, isDevelopment: true })).toThrow('production');
  });

  it('keeps the private key sealed', async () => {
    await anIssuer();

    expect(stored?.sealed_private_jwk).toMatch(/^v1\.a\./);
    await expect(anIssuer('test', new Sealer([{ id: 'b', key: randomBytes(32) }]))).rejects.toThrow('master key');
  });
});
