import { randomBytes } from 'node:crypto';
import { Sealer } from '@patchbay/service-kit';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify, type JSONWebKeySet } from 'jose';
import { AccessTokenIssuer } from './access-token-issuer.js';
import { newSigningKey } from './signing-key-pairs.js';
import type { NewSigningKey, StoredSigningKey } from './signing-keys.repository.js';

const start = new Date('2026-11-21T10:00:00Z');
const subject = { id: '0198f2a4-0000-7000-8000-000000000001', role: 'user' } as const;
const minutesMs = 60_000;

describe('AccessTokenIssuer', () => {
  const sealer = new Sealer([{ id: 'a', key: randomBytes(32) }]);
  let made: NewSigningKey;
  let stored: StoredSigningKey[];
  let now: Date;

  const after = (minutes: number): Date => new Date(start.getTime() + minutes * minutesMs);
  const keep = (key: NewSigningKey, signsFrom: Date): void => {
    stored = [{ kid: key.kid, sealedPrivateJwk: key.sealedPrivateJwk, createdAt: now, signsFrom }, ...stored];
  };
  const anIssuer = (environment: 'test' | 'production' = 'test', using = sealer): AccessTokenIssuer => {
    const config = { NODE_ENV: environment, PUBLIC_BASE_URL: 'https://patchbay.example.com' } as const;
    return new AccessTokenIssuer({ list: () => Promise.resolve(stored) }, using, config, () => now);
  };
  const kidOf = async (issuer: AccessTokenIssuer): Promise<string | undefined> => decodeProtectedHeader(await issuer.issue(subject)).kid;
  const keySet = (): JSONWebKeySet => ({ keys: [made.publicJwk] });

  beforeEach(async () => {
    now = start;
    stored = [];
    made = await newSigningKey(sealer);
    keep(made, start);
  });

  it('signs a token for a quarter of an hour with the claims that the gateway checks', async () => {
    const token = await anIssuer().issue({ ...subject, sessionId: '0198f2a4-0000-7000-8000-0000000000a1' });

    const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(keySet()), { currentDate: now });
    expect(payload).toEqual({
      sub: subject.id,
      role: 'user',
      tenant_id: 'default',
      sid: '0198f2a4-0000-7000-8000-0000000000a1',
      iss: 'https://patchbay.example.com',
      aud: 'patchbay',
      iat: now.getTime() / 1000,
      exp: now.getTime() / 1000 + 900,
    });
    expect(protectedHeader).toMatchObject({ alg: 'ES256', kid: made.kid });
  });

  it('goes on with the old key until the time of the new one has come', async () => {
    const issuer = anIssuer();
    await issuer.issue(subject);
    const next = await newSigningKey(sealer);
    keep(next, after(15));

    now = after(14);
    expect(await kidOf(issuer)).toBe(made.kid);
    now = after(16);
    expect(await kidOf(issuer)).toBe(next.kid);
  });

  it('takes a key that another replica made', async () => {
    const [one, other] = [anIssuer(), anIssuer()];
    await Promise.all([one.issue(subject), other.issue(subject)]);
    const next = await newSigningKey(sealer);
    keep(next, after(15));
    now = after(15);

    expect([await kidOf(one), await kidOf(other)]).toEqual([next.kid, next.kid]);
  });

  it('marks the tokens of development users', async () => {
    const token = await anIssuer().issue({ ...subject, isDevelopment: true });

    expect(decodeJwt(token)).toMatchObject({ development: true });
  });

  it('signs none for development users in production', async () => {
    await expect(anIssuer('production').issue({ ...subject, isDevelopment: true })).rejects.toThrow('production');
  });

  it('cannot open a private key without the master key that sealed it', async () => {
    expect(made.sealedPrivateJwk).toMatch(/^v1\.a\./);
    await expect(anIssuer('test', new Sealer([{ id: 'b', key: randomBytes(32) }])).issue(subject)).rejects.toThrow('master key');
  });
});
