import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import type { FakeAccount } from '../_kit/fake.js';

/** What an ID token says. */
interface IdTokenClaims {
  readonly issuer: string;
  readonly audience: string;
  readonly account: FakeAccount;
  readonly nonce: string | null;
  readonly now: Date;
}

/** Signs ID tokens as Google does (RS256) and publishes the key. */
export interface IdTokenSigner {
  sign(claims: IdTokenClaims): string;
  jwks(): { readonly keys: readonly object[] };
}

const keyId = 'sandbox-1';

/** The key pair is made on first use: most tests never ask for an ID token. */
export const createIdTokenSigner = (): IdTokenSigner => {
  let keys: { readonly publicKey: KeyObject; readonly privateKey: KeyObject } | null = null;
  const keyPair = () => (keys ??= generateKeyPairSync('rsa', { modulusLength: 2048 }));

  return {
    sign: ({ issuer, audience, account, nonce, now }) => {
      const issuedAt = Math.floor(now.getTime() / 1000);
      const header = { alg: 'RS256', kid: keyId, typ: 'JWT' };
      const payload = {
        iss: issuer,
        azp: audience,
        aud: audience,
        sub: account.id,
        email: account.email,
        email_verified: true,
        name: `${account.givenName} ${account.familyName}`,
        given_name: account.givenName,
        family_name: account.familyName,
        ...(nonce === null ? {} : { nonce }),
        iat: issuedAt,
        exp: issuedAt + 3600,
      };
      const unsigned = [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
      return `${unsigned}.${sign('sha256', Buffer.from(unsigned), keyPair().privateKey).toString('base64url')}`;
    },
    jwks: () => ({ keys: [{ ...keyPair().publicKey.export({ format: 'jwk' }), kid: keyId, alg: 'RS256', use: 'sig' }] }),
  };
};
