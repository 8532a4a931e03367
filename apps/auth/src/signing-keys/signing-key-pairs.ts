import type { Sealer } from '@patchbay/service-kit';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type CryptoKey, type JWK } from 'jose';
import type { NewSigningKey } from './signing-keys.repository.js';

/** ECDSA on P-256 signs ten times as fast as RSA and its keys are small. https://www.rfc-editor.org/rfc/rfc7518#section-3.4 */
export const signingAlgorithm = 'ES256';

/** Makes a key, its private half sealed. */
export async function newSigningKey(sealer: Sealer): Promise<NewSigningKey> {
  const { publicKey, privateKey } = await generateKeyPair(signingAlgorithm, { extractable: true });
  const publicPart = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(publicPart);
  return {
    kid,
    publicJwk: { ...publicPart, kty: publicPart.kty ?? 'EC', kid, alg: signingAlgorithm, use: 'sig' },
    sealedPrivateJwk: sealer.seal(JSON.stringify(await exportJWK(privateKey)), signingKeyPlaceOf(kid)),
  };
}

/** Opens the private half. @throws SealBrokenError when its master key is not configured any more. */
export async function openSigningKey(sealer: Sealer, { kid, sealedPrivateJwk }: Omit<NewSigningKey, 'publicJwk'>): Promise<CryptoKey> {
  const jwk: JWK = JSON.parse(sealer.open(sealedPrivateJwk, signingKeyPlaceOf(kid)));
  const privateKey = await importJWK(jwk, signingAlgorithm);
  if (privateKey instanceof Uint8Array) throw new Error('unreachable: a signing key is not symmetric');
  return privateKey;
}

export const signingKeyPlaceOf = (kid: string): string => `signing-key:${kid}`;
